"""A base made of a distribution's packages, by mmdebstrap or debootstrap."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from shlex import join

from runner.communicators.chroot import Namespaces
from runner.sdk import Failed, Session

_POCKETS = ("", "-updates", "-security", "/updates")
"""What is added to a release's name for its updates."""
_NEED = "install mmdebstrap or debootstrap, or start `from` an image or a tar file"


@dataclass(frozen=True, slots=True)
class Suite:
    """What to install."""

    name: str
    variant: str
    components: Sequence[str]
    packages: Sequence[str]
    exclude: Sequence[str]
    architecture: str | None
    keyring: str | None
    mirror: str | None


def sources(suite: Suite, apt: Path = Path("/etc/apt")) -> list[str]:
    """Return where packages come from, as lines of ``sources.list``: the mirror that is named, or this computer's own.

    Empty means that nobody here says anything of the release: then the distribution's own are taken.
    """
    if suite.mirror is not None:
        return [f"deb {suite.mirror} {suite.name} {' '.join(suite.components)}"]
    wanted = {f"{suite.name}{pocket}" for pocket in _POCKETS}
    found = [(options, uri, each) for options, uri, each in _entries(apt) if each in wanted]
    if all(each != suite.name for _, _, each in found):
        return []
    lines = (f"deb {options}{uri} {each} {' '.join(suite.components)}" for options, uri, each in found)
    return list(dict.fromkeys(lines))


def _entries(apt: Path) -> Iterator[tuple[str, str, str]]:
    """Yield options, address and suite of everything that this computer gets packages from."""
    for path in (apt / "sources.list", *sorted((apt / "sources.list.d").glob("*.list"))):
        for line in _text(path).splitlines():
            yield from _line(line.partition("#")[0].split())
    for path in sorted((apt / "sources.list.d").glob("*.sources")):
        for stanza in _text(path).split("\n\n"):
            yield from _stanza(_fields(stanza))


def _text(path: Path) -> str:
    return path.read_text(encoding="utf-8", errors="replace") if path.is_file() else ""


def _line(words: list[str]) -> Iterator[tuple[str, str, str]]:
    if not words or words[0] != "deb":
        return
    options = ""
    if len(words) > 1 and words[1].startswith("["):
        end = next((at for at, word in enumerate(words) if word.endswith("]")), None)
        if end is None:
            return
        options = f"{' '.join(words[1 : end + 1])} "
        words = ["deb", *words[end + 1 :]]
    if len(words) > 2:  # noqa: PLR2004 - address and suite
        yield options, words[1], words[2]


def _fields(stanza: str) -> dict[str, str]:
    found: dict[str, str] = {}
    name = ""
    for line in stanza.splitlines():
        if line.startswith("#"):
            continue
        if line[:1].isspace():
            found[name] = f"{found.get(name, '')}\n{line.strip()}"
        else:
            name, _, value = line.partition(":")
            name = name.strip().lower()
            found[name] = value.strip()
    return found


def _stanza(fields: dict[str, str]) -> Iterator[tuple[str, str, str]]:
    if "deb" not in fields.get("types", "").split() or fields.get("enabled", "yes").lower() == "no":
        return
    key = fields.get("signed-by", "").strip()
    options = f"[signed-by={key}] " if key.startswith("/") and "\n" not in key else ""
    for uri in fields.get("uris", "").split():
        for suite in fields.get("suites", "").split():
            yield options, uri, suite


async def install(session: Session, inside: Namespaces, suite: Suite, target: Path) -> None:
    """Install a release into a directory. Raises ``Failed``."""
    session.say(f"Installing {suite.name} ({suite.variant})")
    if program := shutil.which("mmdebstrap"):
        argv = _mmdebstrap(program, suite, target)
    elif program := shutil.which("debootstrap") or shutil.which("debootstrap", path="/usr/sbin:/sbin"):
        argv = _debootstrap(program, suite, target)
    else:
        raise Failed("there is neither mmdebstrap nor debootstrap on this computer", _NEED)
    last: list[str] = []

    def heard(stream: str, line: str) -> None:
        del stream
        if line.strip():
            last.append(line.strip())
            del last[:-20]

    answer = await inside.run(argv, environment={**os.environ, "LC_ALL": "C.UTF-8"}, heard=heard)
    if answer.status:
        wrong = [line for line in last if line.startswith(("E:", "W:", "dpkg:"))] or last
        raise Failed(f"{suite.name} cannot be installed: {'; '.join(wrong[-3:]) or f'status {answer.status}'}")


def _mmdebstrap(program: str, suite: Suite, target: Path) -> list[str]:
    argv = [program, "--mode=root", "--format=directory", f"--variant={suite.variant}"]
    argv.append(f"--components={','.join(suite.components)}")
    if suite.packages:
        argv.append(f"--include={','.join(suite.packages)}")
    if suite.exclude:  # the variant's own packages cannot be left out, but they can go again
        purge = join(("apt-get", "--yes", "--allow-remove-essential", "--auto-remove", "purge", *suite.exclude))
        argv.append(f'--customize-hook=chroot "$1" {purge}')
    if suite.architecture:
        argv.append(f"--architectures={suite.architecture}")
    if suite.keyring:
        argv.append(f"--keyring={suite.keyring}")
    return [*argv, suite.name, str(target), *sources(suite)]


def _debootstrap(program: str, suite: Suite, target: Path) -> list[str]:
    argv = [program, f"--components={','.join(suite.components)}"]
    if suite.variant in ("buildd", "minbase"):
        argv.append(f"--variant={suite.variant}")
    elif suite.variant != "standard":
        raise Failed(f"debootstrap has no variant {suite.variant!r}", "install mmdebstrap")
    for name, values in (("include", suite.packages), ("exclude", suite.exclude)):
        if values:
            argv.append(f"--{name}={','.join(values)}")
    if suite.architecture:
        argv.append(f"--arch={suite.architecture}")
    if suite.keyring:
        argv.append(f"--keyring={suite.keyring}")
    mirrors = [line.split()[-2 - len(suite.components)] for line in sources(suite)]
    return [*argv, suite.name, str(target), *mirrors[:1]]
