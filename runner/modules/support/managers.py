"""Package managers other than apt: what each is told for the same work."""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping, Sequence
from typing import Any, NamedTuple

from runner.sdk import Answer, Ask, Do, Verb

_RPM = """
for each; do
  case $each in
    @*|*/*|*'*'*|*.rpm) echo maybe ;;
    *) rpm -q --whatprovides "$each" >/dev/null 2>&1 && echo yes || echo no ;;
  esac
done
"""
_ENVIRONMENT = {"LC_ALL": "C.UTF-8"}


class Manager(NamedTuple):
    """One package manager. The scripts take the names of packages as arguments."""

    program: str
    has: str
    """Script: says of each name ``yes``, ``no``, or ``maybe`` if only the manager itself can tell."""
    outdated: str
    """Script: prints something if any of the packages, or without names any at all, could be upgraded."""
    fetch: tuple[str, ...]
    """Arguments of the program that fetch the lists of packages."""
    install: tuple[str, ...]
    latest: tuple[str, ...]
    """Arguments that install packages, or upgrade them."""
    remove: tuple[str, ...]
    upgrade: tuple[str, ...]
    """Arguments that upgrade everything."""
    autoremove: tuple[str, ...] = ()
    """Arguments that remove what is needed no more; none where there is no such thing."""


def _dnf(program: str) -> Manager:
    outdated = f"""{program} -q check-update "$@" >/dev/null; [ $? -ne 100 ] || echo yes"""
    return Manager(
        program, _RPM, outdated, ("-y", "makecache"), ("-y", "install"), ("-y", "upgrade"), ("-y", "remove"),
        ("-y", "upgrade"), ("-y", "autoremove"),
    )


MANAGERS: Mapping[str, Manager] = {
    "dnf5": _dnf("dnf5"),
    "dnf": _dnf("dnf"),
    "yum": _dnf("yum"),
    "apk": Manager(
        "apk",
        # What was only brought by another package is not wanted for its own sake until it is in the world.
        """
        for each; do
          name=${each%%[<>=~@]*}
          apk info -e "$each" >/dev/null 2>&1 && grep -Eqx "$name([<>=~@].*)?" /etc/apk/world && echo yes || echo no
        done
        """,
        """
        if [ $# -gt 0 ]; then apk add -s -u "$@"; else apk upgrade -s; fi | grep '^([0-9]*/[0-9]*)'
        """,
        ("update",), ("add",), ("add", "-u"), ("del",), ("upgrade",),
    ),
    "zypper": Manager(
        "zypper", _RPM,
        """
        zypper -n -q list-updates | while IFS='|' read -r state _ name _; do
          case $state in v*) ;; *) continue ;; esac
          [ $# -gt 0 ] || echo "$name"
          for each; do [ "$each" != "$(echo $name)" ] || echo "$each"; done
        done
        """,
        ("-n", "refresh"), ("-n", "install"), ("-n", "install"), ("-n", "remove"), ("-n", "update"),
    ),
    "pacman": Manager(
        "pacman",
        """for each; do pacman -Q "$each" >/dev/null 2>&1 && echo yes || echo no; done""",
        """pacman -Qu "$@" """,
        ("--noconfirm", "-Sy"), ("--noconfirm", "--needed", "-S"), ("--noconfirm", "--needed", "-S"),
        ("--noconfirm", "-R"), ("--noconfirm", "-Su"),
    ),
}
"""Name -> the manager, in the order in which they are looked for; ``apt`` is a module of its own."""

_NOTHING = re.compile(r"^\s*(?:Nothing to do|No packages marked for|there is nothing to do)", re.MULTILINE)


class Call(NamedTuple):
    """How a package manager is called in one task."""

    manager: Manager
    flags: tuple[str, ...] = ()
    """Further arguments, which stand behind the command."""
    options: tuple[str, ...] = ()
    """Further arguments, which stand before the command."""

    def has(self, names: Sequence[str]) -> Generator[Verb, Any, dict[str, str]]:
        """Return of each name whether the package is there: ``yes``, ``no`` or ``maybe``."""
        answer: Answer = yield Ask(("/bin/sh", "-c", self.manager.has, "sh", *names), environment=_ENVIRONMENT)
        return dict(zip(names, answer.stdout.split(), strict=True))

    def outdated(self, names: Sequence[str] = ()) -> Generator[Verb, Any, bool]:
        """Return whether any of the packages could be upgraded; without names, any at all."""
        answer: Answer = yield Ask(("/bin/sh", "-c", self.manager.outdated, "sh", *names), environment=_ENVIRONMENT)
        return bool(answer.stdout.strip())

    def do(self, words: Sequence[str], names: Sequence[str] = (), *, plain: bool = False) -> Do:
        """Return a call; a ``plain`` one has no further arguments."""
        flags, options = ((), ()) if plain else (self.flags, self.options)
        return Do((self.manager.program, *options, *words, *flags, *names), environment=_ENVIRONMENT)


def changed_by(answer: Answer) -> bool:
    """Return whether a manager did anything, as far as it says that it did not."""
    return answer.status == 0 and not _NOTHING.search(answer.stdout) and not _NOTHING.search(answer.stderr)
