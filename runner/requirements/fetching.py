"""Bring a role here: from a git repository, an archive, a directory, or a Galaxy server."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import tarfile
import zipfile
from pathlib import Path
from typing import Any
from urllib.error import URLError
from urllib.parse import quote, urlsplit
from urllib.request import Request, urlopen

from runner.requirements.wanted import Wanted
from runner.sdk.unpacking import unpack

LARGEST = 256 * 1024 * 1024
"""The largest archive that is fetched, and the most that one may hold, in bytes."""
FOLDER = "directory"
"""What stands for the version of a role that is copied from a directory."""
_PATIENCE = 60
"""How long a server may be silent, in seconds."""
_ARCHIVES = (".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tar.xz", ".zip")


class Unfetched(Exception):  # noqa: N818 - what it says
    """A role cannot be had; the message says why, ``hint`` what to do."""

    def __init__(self, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.hint = hint


def fetch(wanted: Wanted, to: Path, *, root: Path, server: str | None, resolved: str | None) -> str:
    """Put a role into the directory ``to``, which is made; return what its version is in the end.

    ``resolved`` is what it was the last time, which is to be had again. Raises ``Unfetched``.
    """
    src = wanted.src.removeprefix("git+")
    local = root / src
    if wanted.scm == "git" or is_git(wanted.src) or (local / ".git").exists() or (local / "HEAD").is_file():
        return _from_git(str(local) if local.is_dir() else src, resolved or wanted.version, to)
    if wanted.scm not in ("", "git"):
        raise Unfetched(f"roles are not fetched with {wanted.scm}", "git and archives are possible")
    if src.endswith(_ARCHIVES):
        return _from_archive(src if "://" in src else str(local), to, resolved)
    if "://" in src:
        return _from_archive(src, to, resolved)
    if local.is_dir():
        shutil.copytree(local, to, symlinks=True)
        return FOLDER
    return _from_galaxy(wanted, to, server, resolved)


def is_git(src: str) -> bool:
    """Return whether a source is a git repository, as far as its name tells."""
    return src.startswith(("git+", "git@", "git://", "ssh://")) or src.endswith(".git")


def _from_git(url: str, version: str, to: Path) -> str:
    if shutil.which("git") is None:
        raise Unfetched("there is no git on this computer", "install git")
    try:
        _git("clone", "--quiet", "--", url, str(to))
        _git("-C", str(to), "-c", "advice.detachedHead=false", "checkout", "--quiet", version or "HEAD", "--")
        commit = _git("-C", str(to), "rev-parse", "HEAD").strip()
    except subprocess.CalledProcessError as error:
        lines = error.stderr.strip().splitlines()
        raise Unfetched(f"git gives no {version or 'HEAD'} of {url}: {lines[-1] if lines else error}") from error
    shutil.rmtree(to / ".git")
    return commit


def _git(*words: str) -> str:
    environment = {**os.environ, "GIT_TERMINAL_PROMPT": "0", "LC_ALL": "C"}
    done = subprocess.run(["git", *words], check=True, text=True, capture_output=True, env=environment)  # noqa: S603, S607
    return done.stdout


def _from_archive(url: str, to: Path, resolved: str | None) -> str:
    part = to.with_name(f"{to.name}.archive")
    try:
        digest = _downloaded(url, part)
        if resolved is not None and digest != resolved:
            raise Unfetched(f"{url} is not what it was: {digest}, and the lock file says {resolved}",
                            "`ingot init --upgrade` takes it as it is now")
        _unpacked(part, to)
    finally:
        part.unlink(missing_ok=True)
    return digest


def _downloaded(url: str, to: Path) -> str:
    """Write what is at a URL, or a path, to a file; return its digest."""
    digest, size = hashlib.sha256(), 0
    try:
        with (_opened(url) if "://" in url else Path(url).open("rb")) as stream, to.open("wb") as written:
            while piece := stream.read(1 << 20):
                size += len(piece)
                if size > LARGEST:
                    raise Unfetched(f"{url} is larger than {LARGEST >> 20} MiB")
                digest.update(piece)
                written.write(piece)
    except (URLError, OSError, ValueError) as error:
        reason = getattr(error, "reason", None) or getattr(error, "strerror", None) or error
        raise Unfetched(f"{url} cannot be fetched: {reason}") from error
    return f"sha256:{digest.hexdigest()}"


def _opened(url: str) -> Any:
    if urlsplit(url).scheme not in ("http", "https", "file"):
        raise Unfetched(f"{url}: only http, https and file are possible")
    return urlopen(Request(url, headers={"User-Agent": "ingot"}), timeout=_PATIENCE)  # noqa: S310 - looked at above


def _unpacked(archive: Path, to: Path) -> None:
    """Unpack an archive, without the one directory in which everything is, and never outside of ``to``."""
    inside = to.with_name(f"{to.name}.unpacked")
    try:
        if zipfile.is_zipfile(archive):
            _unzipped(archive, inside)
        else:
            with tarfile.open(archive) as tar:
                if sum(member.size for member in tar.getmembers()) > LARGEST:
                    raise Unfetched(f"the archive holds more than {LARGEST >> 20} MiB")
                inside.mkdir()
                unpack(tar, inside, bound=True)
        found = [each for each in inside.iterdir() if each.name != "pax_global_header"]
        alone = len(found) == 1 and found[0].is_dir() and found[0].name not in ("tasks", "meta", "defaults")
        (found[0] if alone else inside).rename(to)
    except (tarfile.TarError, zipfile.BadZipFile, OSError, EOFError) as error:
        raise Unfetched(f"the archive cannot be unpacked: {error}") from error
    finally:
        shutil.rmtree(inside, ignore_errors=True)


def _unzipped(archive: Path, to: Path) -> None:
    with zipfile.ZipFile(archive) as zipped:
        if sum(info.file_size for info in zipped.infolist()) > LARGEST:
            raise Unfetched(f"the archive holds more than {LARGEST >> 20} MiB")
        zipped.extractall(to)  # noqa: S202 - it takes out of names what would lead elsewhere


def _from_galaxy(wanted: Wanted, to: Path, server: str | None, resolved: str | None) -> str:
    """Ask a Galaxy server where a role is (its API v1), and fetch it from there."""
    owner, dot, name = wanted.src.partition(".")
    if not dot or "/" in wanted.src:
        raise Unfetched(f"{wanted.src!r} is no place that a role could come from",
                        "write a git URL, the URL or path of an archive, a directory, or OWNER.NAME")
    if server is None:
        raise Unfetched(f"{wanted.src!r} is a role on a Galaxy server, and none is named",
                        "--server URL or the environment variable INGOT_GALAXY_SERVER names one")
    base = server.rstrip("/").removesuffix("/api").removesuffix("/api/v1")
    answer = _asked(f"{base}/api/v1/roles/?owner__username={quote(owner)}&name={quote(name)}")
    roles = answer.get("results") or []
    if not roles:
        raise Unfetched(f"{base} has no role {wanted.src!r}")
    role = roles[0]
    versions = {str(each.get("name")): each for each in role.get("summary_fields", {}).get("versions") or []}
    version = resolved or wanted.version or (max(versions, key=_order) if versions else "")
    if versions and version not in versions:
        there = ", ".join(sorted(versions, key=_order))
        raise Unfetched(f"{wanted.src} has no version {version!r}", f"there are {there}")
    url = versions.get(version, {}).get("download_url") or (
        f"https://github.com/{role.get('github_user')}/{role.get('github_repo')}/archive/"
        f"{quote(version or role.get('github_branch') or 'HEAD')}.tar.gz"
    )
    _from_archive(url, to, None)
    return version


def _asked(url: str) -> dict[str, Any]:
    try:
        with _opened(url) as stream:
            found = json.loads(stream.read(LARGEST))
    except (URLError, OSError, ValueError) as error:
        raise Unfetched(f"{url} cannot be asked: {getattr(error, 'reason', error)}") from error
    if not isinstance(found, dict):
        raise Unfetched(f"{url} is no Galaxy server: its answer is no object")
    return found


def _order(version: str) -> tuple[Any, ...]:
    """Return what versions are ordered by: numbers as such."""
    parts = version.removeprefix("v").replace("-", ".").split(".")
    return tuple((1, int(part), "") if part.isdecimal() else (0, 0, part) for part in parts)
