"""What a build starts from."""

from __future__ import annotations

import os
import platform
import re
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from runner.builders.rootfs import cache, suite
from runner.builders.rootfs.cache import Tree
from runner.builders.rootfs.images import Platform
from runner.builders.rootfs.order import ordered
from runner.communicators.chroot import Namespaces
from runner.sdk import Artifact, Failed, Session

_ARCHITECTURES = {
    "amd64": Platform("amd64"), "arm64": Platform("arm64", "v8"), "armhf": Platform("arm", "v7"),
    "armel": Platform("arm", "v5"), "i386": Platform("386"), "ppc64el": Platform("ppc64le"),
    "riscv64": Platform("riscv64"), "s390x": Platform("s390x"), "mips64el": Platform("mips64le"),
    "loong64": Platform("loong64"),
}
"""Debian's names -> OCI's."""
_HERE = {
    "x86_64": "amd64", "aarch64": "arm64", "armv7l": "armhf", "i686": "i386", "ppc64le": "ppc64el",
    "riscv64": "riscv64", "s390x": "s390x", "loongarch64": "loong64",
}
_REFERENCE = re.compile(r"[a-z0-9][a-zA-Z0-9._:/@-]*")
_HOST = re.compile(r"(localhost|[^/]*[.:][^/]*)/")
"""How a reference begins that names its registry."""
_FILE = re.compile(r"\.(tar|tgz|txz|tzst|oci)(\.[a-z0-9]+)?$")


def platform_of(architecture: str | None) -> Platform:
    """Return what OCI calls an architecture that is named as Debian does; this computer's when none is. May fail."""
    name = architecture or _HERE.get(platform.machine(), platform.machine())
    return _ARCHITECTURES.get(name, Platform(name))


@asynccontextmanager
async def base(session: Session, inside: Namespaces, options: Any, *, user: bool) -> AsyncIterator[Tree]:
    """Yield the base that the options name, made ready. Raises ``Failed``."""
    how = {"user": user, "anew": options.pull == "always", "only": options.pull == "never"}
    where = _platform(options)
    if session.start_from is not None:
        path: Path | None = _best(session.start_from)
    elif options.from_ is not None:
        path = _path(session.root, options.from_)
    else:
        wanted = _suite(session, options)
        inputs = {"suite": asdict(wanted), "sources": suite.sources(wanted)}
        async with cache.tree(session, inputs, lambda part: _installed(session, inside, wanted, part), **how) as found:
            yield found
        return
    if path is None:
        login = (options.login_username or "", options.login_password or "")
        inputs = {"registry": options.from_, "platform": where, "user": login[0]}

        async def fetch(part: Path) -> Mapping[str, Any]:
            session.say(f"Fetching {options.from_}")
            return await ordered(
                inside, "registry", reference=options.from_, target=str(part), platform=where, login=login
            )

        async with cache.tree(session, inputs, fetch, **how) as found:
            yield found
    elif path.is_dir() and not (path / "index.json").is_file():
        yield Tree(path, {"config": None, "layers": []}, None)
    else:
        async with cache.tree(
            session, {**_identity(path), "platform": where}, lambda part: _unpacked(session, inside, path, part, where),
            user=user,
        ) as found:
            yield found


def _platform(options: Any) -> Platform:
    return platform_of(options.architecture)


def _suite(session: Session, options: Any) -> suite.Suite:
    return suite.Suite(
        options.suite, options.variant, options.components, options.packages or [], options.exclude or [],
        options.architecture, str(session.root / options.keyring) if options.keyring else None, options.mirror,
    )


async def _installed(session: Session, inside: Namespaces, wanted: suite.Suite, part: Path) -> Mapping[str, Any]:
    await suite.install(session, inside, wanted, part / "fs")
    return {"config": None, "layers": []}


async def _unpacked(
    session: Session, inside: Namespaces, path: Path, part: Path, where: Platform
) -> Mapping[str, Any]:
    session.say(f"Unpacking {session.shown(path)}")
    try:
        return await ordered(inside, "tree", source=str(path), target=str(part), platform=where)
    except Failed as failed:
        raise Failed(f"{session.shown(path)} cannot be unpacked: {failed}", failed.hint) from failed


def _identity(path: Path) -> dict[str, Any]:
    """Return what tells a file from what stood there before."""
    status = (path / "index.json" if path.is_dir() else path).stat()
    return {
        "path": str(path), "device": status.st_dev, "inode": status.st_ino, "size": status.st_size,
        "written": status.st_mtime_ns, "changed": status.st_ctime_ns,
    }


def _path(root: Path, text: str) -> Path | None:
    """Return the file or directory that ``from`` names; nothing when it is a reference. Raises ``Failed``."""
    path = Path(os.path.abspath(root / text))  # noqa: PTH100 - links stay as they are
    if path.exists():
        return path
    if text.startswith((".", "/", "~")) or _FILE.search(text) or not _REFERENCE.fullmatch(text):
        raise Failed(f"there is no {text}", "`from` is a file, a directory or a reference: example.com/debian:12")
    if not _HOST.match(text):
        raise Failed(
            f"there is no file {text}, and as a reference it names no registry", "such as example.com/library/debian:12"
        )
    return None


def _best(artifact: Artifact) -> Path:
    """Return the file of an artifact that a build can start from: an image rather than a machine's bare files."""
    def rank(path: Path) -> int:
        if path.is_dir():
            return 0 if (path / "index.json").is_file() else 3
        return 1 if path.name.endswith(".tar") else 2 if _FILE.search(path.name) else 9

    found = sorted((each for each in artifact.files if rank(each) < 9), key=rank)  # noqa: PLR2004 - the last rank
    if not found:
        raise Failed(
            f"what {artifact.builder} made is nothing that rootfs can start from",
            "let it write one of the formats oci, docker-archive, tar or directory",
        )
    return found[0]
