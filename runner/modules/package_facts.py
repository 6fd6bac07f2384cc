"""The ``package_facts`` module."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any, Literal

from runner.sdk import Ask, Failed, Module, Outcome, Separated, Work, options

_LOOK = r"""
strategy=$1
shift
for each; do
  case $each in
    apt) command -v dpkg-query >/dev/null || continue
      dpkg-query -W -f 'apt\t${Package}\t${Version}\t${Architecture}\t${Section}\t${db:Status-Abbrev}\n' |
        sed -n 's/\t.i *$//p' ;;
    rpm) command -v rpm >/dev/null || continue
      rpm -qa --qf 'rpm\t%{NAME}\t%{VERSION}\t%{RELEASE}\t%{EPOCH}\t%{ARCH}\n' ;;
    apk) command -v apk >/dev/null || continue
      apk info -v 2>/dev/null | sed 's/^/apk\t/' ;;
    pacman) command -v pacman >/dev/null || continue
      pacman -Q | sed 's/^/pacman\t/' ;;
  esac
  [ "$strategy" = all ] || exit 0
done
"""
"""Writes a line for each package: the manager and what it tells of it, with tabs between."""
_MANAGERS: Mapping[str, tuple[str, ...]] = {
    "auto": ("apt", "rpm", "apk", "pacman"), "apt": ("apt",), "apk": ("apk",), "pacman": ("pacman",),
    **dict.fromkeys(("dnf", "dnf5", "rpm", "yum", "zypper"), ("rpm",)),
}
"""What the option calls a manager -> whose list of packages that is."""


@options()
class Options:
    """What ``package_facts`` accepts."""

    manager: Annotated[
        tuple[
            Literal[
                "apk",
                "apt",
                "auto",
                "dnf",
                "dnf5",
                "openbsd_pkg",
                "pacman",
                "pkg",
                "pkg5",
                "pkg_info",
                "pkgng",
                "portage",
                "rpm",
                "yum",
                "zypper",
            ],
            ...,
        ],
        Separated(),
    ] = ("auto",)
    """Package managers to ask; auto finds out."""
    strategy: Literal["all", "first"] = "first"
    """Whether the first package manager that answers will do, or all are asked."""


class PackageFacts(Module[Options]):
    """Find out which packages are installed, as the fact ``packages``."""

    name = "package_facts"

    @classmethod
    def gap(cls, options: Mapping[str, Any]) -> str | None:
        """Return which of these options this version cannot work with."""
        wanted = options.get("manager") or ()
        names = wanted.split(",") if isinstance(wanted, str) else wanted
        return next((f"manager: {name}" for name in names if str(name).strip() not in _MANAGERS), None)

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Ask the package managers that there are."""
        del facts
        wanted = dict.fromkeys(name for each in self.options.manager for name in _MANAGERS[each])
        first = "first" if self.options.strategy == "first" else "all"
        answer = yield Ask(("/bin/sh", "-c", _LOOK, "sh", first, *wanted))
        packages: dict[str, list[dict[str, Any]]] = {}
        for line in answer.stdout.splitlines():
            manager, *fields = line.split("\t")
            found = _READERS[manager](fields)
            packages.setdefault(found["name"], []).append({**found, "source": manager})
        if not packages:
            raise Failed(f"there is none of these package managers, or it has no packages: {', '.join(wanted)}")
        return Outcome(changed=False, facts={"packages": packages})


def _of_apt(fields: list[str]) -> dict[str, Any]:
    name, version, arch, category = fields
    return {"name": name, "version": version, "arch": arch, "category": category}


def _of_rpm(fields: list[str]) -> dict[str, Any]:
    name, version, release, epoch, arch = fields
    number = int(epoch) if epoch.isdecimal() else None
    return {"name": name, "version": version, "release": release, "epoch": number, "arch": arch}


def _of_apk(fields: list[str]) -> dict[str, Any]:
    """Read the name and version that apk writes as one word, such as ``libcrypto3-3.1.4-r5``."""
    name, version, release = fields[0].rsplit("-", 2)
    return {"name": name, "version": f"{version}-{release}"}


def _of_pacman(fields: list[str]) -> dict[str, Any]:
    name, _, version = fields[0].partition(" ")
    return {"name": name, "version": version}


_READERS: Mapping[str, Callable[[list[str]], dict[str, Any]]] = {
    "apt": _of_apt, "rpm": _of_rpm, "apk": _of_apk, "pacman": _of_pacman,
}
