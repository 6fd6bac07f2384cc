"""What is installed on a Debian machine, and which of the packages that are asked for are not."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import NamedTuple, Self

from runner.sdk import Answer, Failed

# The mark of a successful update is there where the distribution sets one; lists that were removed are no lists.
LOOK = r"""
command -v apt-get >/dev/null || exit 44
cd /var/lib/apt 2>/dev/null
for each in lists/*_Packages* lists/*Release; do
  [ -e "$each" ] && { stat -c %Y periodic/update-success-stamp 2>/dev/null || stat -c %Y lists; break; }
done | tr '\n' ' '
date +%s
[ -z "$1" ] || exec dpkg-query -W -f '${Package}\t${Architecture}\t${db:Status-Abbrev}\t${Version}\t${Provides}\n'
"""
"""Tells when the lists of packages were fetched (nothing: never), what time it is, and if ``$1``, all packages."""
_NO_APT = 44
_SPEC = re.compile(r"([^=<>/:\s]+)(?::([a-z0-9-]+))?(?:(>=|=)\s*([^\s=]+)|/(\S+))?")
_GLOB = re.compile(r"[*?\[]")
_PROVIDED = re.compile(r"([^\s,(]+)(?:\s*\([^)]*\))?")


class Package(NamedTuple):
    """A package that the machine knows of."""

    name: str
    architecture: str
    version: str
    installed: bool
    """Whether it is there and configured; else there is something left of it."""


class Wanted(NamedTuple):
    """A package as a task names it: ``nginx``, ``libc6:i386``, ``nginx=1.24.*``, ``nginx>=1.24``, ``nginx/stable``."""

    written: str
    name: str
    architecture: str
    operator: str
    version: str

    @classmethod
    def of(cls, written: str) -> Self:
        """Read a name. Raises ``Failed``."""
        match = _SPEC.fullmatch(written.replace(" ", ""))
        if match is None:
            raise Failed(f"{written!r} is not the name of a package", "write NAME, NAME=VERSION or NAME>=VERSION")
        name, architecture, operator, version, release = match.groups()
        return cls(written, name, architecture or "", operator or "", version or release or "")

    @property
    def pattern(self) -> bool:
        """Whether it means every package whose name fits."""
        return _GLOB.search(self.name) is not None

    @property
    def installable(self) -> str:
        """What ``apt-get install`` takes for it; it takes no smallest version."""
        named = f"{self.name}:{self.architecture}" if self.architecture else self.name
        return named if self.operator == ">=" else self.written.replace(" ", "")


@dataclass(frozen=True)
class Machine:
    """What was found on the machine."""

    fetched: int
    """When the lists of packages were fetched, in seconds since 1970; 0 when there are none."""
    now: int
    packages: Mapping[str, Sequence[Package]]
    provided: frozenset[str]
    """The names of what installed packages provide beside themselves."""

    @classmethod
    def of(cls, answer: Answer) -> Self:
        """Read the answer to ``LOOK``. Raises ``Failed`` when there is no apt."""
        if answer.status == _NO_APT:
            raise Failed("there is no apt-get on the machine", "the module package takes the machine's own manager")
        first, *lines = answer.stdout.splitlines()
        *fetched, now = first.split()
        packages: dict[str, list[Package]] = {}
        provided: set[str] = set()
        for line in lines:
            name, architecture, status, version, provides = line.split("\t")
            installed = status[1:2] in ("i", "W", "t")
            packages.setdefault(name, []).append(Package(name, architecture, version, installed))
            if installed and provides:
                provided.update(_PROVIDED.findall(provides))
        return cls(int(fetched[0]) if fetched else 0, int(now), packages, frozenset(provided))

    def known(self, wanted: Wanted) -> list[Package]:
        """Return what the machine has, or has remains of, for a name."""
        if wanted.pattern:
            found = [each for name, all_ in self.packages.items() if fnmatchcase(name, wanted.name) for each in all_]
        else:
            found = list(self.packages.get(wanted.name, ()))
        takes = (wanted.architecture,) if wanted.architecture else (self._native, "all")
        return [each for each in found if each.architecture in takes]

    def installed(self, wanted: Wanted) -> list[Package]:
        """Return what is installed for a name."""
        return [each for each in self.known(wanted) if each.installed]

    @property
    def _native(self) -> str:
        dpkg = self.packages.get("dpkg")
        return dpkg[0].architecture if dpkg else "all"


def fits(version: str, wanted: Wanted) -> bool:
    """Return whether an installed version is the one that is asked for with ``=``."""
    return fnmatchcase(version, wanted.version)


def parsed(names: Iterable[str]) -> list[Wanted]:
    """Return the packages that a task names, each once. Raises ``Failed``."""
    return [Wanted.of(name) for name in dict.fromkeys(each.strip() for each in names) if name]
