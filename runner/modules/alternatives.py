"""The ``alternatives`` module."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal, NamedTuple

from runner.modules.support.attributes import done
from runner.sdk import Alias, Ask, AtLeastOne, Do, Failed, Module, Outcome, Work, options

_LOOK = """
for each in update-alternatives alternatives; do
  command -v "$each" >/dev/null || continue
  echo "$each"
  "$each" --query "$1" 2>/dev/null || "$each" --display "$1" 2>/dev/null
  exit 0
done
exit 44
"""
_NO_PROGRAM = 44


@options()
class Subcommand:
    """A link that changes together with another."""

    name: str
    """Name of the choice."""
    path: str
    """Program that the name is to stand for."""
    link: str
    """Symbolic link that leads to it."""


@options(AtLeastOne("path", "family"))
class Options:
    """What ``alternatives`` accepts."""

    name: str
    """Name of the choice, such as java."""
    path: str | None = None
    """Program that the name is to stand for."""
    link: str | None = None
    """Symbolic link that leads to it; needed if the choice is new."""
    priority: int | None = None
    """Its rank among the alternatives."""
    state: Literal["present", "selected", "auto", "absent"] = "selected"
    """Whether it is one of the alternatives, and whether it is the one chosen."""
    family: str | None = None
    """Family of alternatives, on Red Hat systems."""
    subcommands: Annotated[list[Subcommand] | None, Alias("slaves")] = None
    """Further links that change together with this one."""


class Alternatives(Module[Options]):
    """Choose which of several programs a command's name stands for."""

    name = "alternatives"

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Ask which alternatives there are, and add, select or remove. Raises ``Failed``."""
        del facts
        wanted = self.options
        answer = yield Ask(("/bin/sh", "-c", _LOOK, "sh", wanted.name))
        if answer.status == _NO_PROGRAM:
            raise Failed("the machine has neither update-alternatives nor alternatives")
        program, _, told = answer.stdout.partition("\n")
        group = _Group.of(told)
        path = wanted.path or next((each for each in group.paths if group.families.get(each) == wanted.family), None)
        if path is None:
            raise Failed(f"there is no alternative of the family {wanted.family!r} for {wanted.name}")
        steps = [(program, *words) for words in self._steps(group, path)]
        for argv in steps:
            yield from done(Do(argv), f"the alternatives of {wanted.name} cannot be changed")
        return Outcome({"name": wanted.name, "path": path}, changed=bool(steps))

    def _steps(self, group: _Group, path: str) -> list[tuple[str, ...]]:
        """Return what the program has to be told, one call after the other. Raises ``Failed``."""
        wanted, steps = self.options, list[tuple[str, ...]]()
        if wanted.state == "absent":
            return [("--remove", wanted.name, path)] if path in group.paths else []
        priority = group.paths.get(path)
        subcommands = [(each.name, each.path, each.link) for each in wanted.subcommands or ()]
        differs = wanted.subcommands is not None and group.followers.get(path, {}) != {
            name: target for name, target, _ in subcommands
        }
        if priority is None or (wanted.priority is not None and wanted.priority != priority) or differs:
            link = wanted.link or group.link
            if not link:
                raise Failed(f"{path} is no alternative for {wanted.name} yet", "give the link by which it is called")
            number = str(wanted.priority if wanted.priority is not None else 50 if priority is None else priority)
            words = [word for name, target, where in subcommands for word in ("--slave", where, name, target)]
            steps.append(("--install", link, wanted.name, path, number, *words))
        if wanted.state == "selected" and group.current != path:
            steps.append(("--set", wanted.name, path))
        if wanted.state == "auto" and (group.mode == "manual" or steps):
            steps.append(("--auto", wanted.name))
        return steps


class _Group(NamedTuple):
    """What is known of the alternatives of a name."""

    link: str = ""
    mode: str = ""
    current: str = ""
    paths: Mapping[str, int] = {}
    """Path -> priority."""
    followers: Mapping[str, Mapping[str, str]] = {}
    """Path -> its subcommands, by name, with their paths."""
    families: Mapping[str, str] = {}

    @classmethod
    def of(cls, text: str) -> _Group:
        """Read what ``update-alternatives --query`` or ``alternatives --display`` writes."""
        return _queried(text) if "Alternative: " in text or "Status: " in text else _displayed(text)


def _queried(text: str) -> _Group:
    head: dict[str, str] = {}
    paths: dict[str, int] = {}
    followers: dict[str, dict[str, str]] = {}
    path = ""
    for line in text.splitlines():
        name, _, value = line.partition(":")
        if name == "Alternative":
            path = value.strip()
            followers[path] = {}
        elif name == "Priority":
            paths[path] = int(value)
        elif line.startswith(" ") and path:
            follower, _, target = line.strip().partition(" ")
            followers[path][follower] = target
        elif not path:
            head[name] = value.strip()
    current = head.get("Value", "")
    return _Group(head.get("Link", ""), head.get("Status", ""), "" if current == "none" else current, paths, followers)


def _displayed(text: str) -> _Group:
    mode = re.search(r"status is (auto|manual)", text)
    current = re.search(r"link currently points to (\S+)", text)
    found = re.findall(r"^(/\S+) - (?:family (\S+) )?priority (\d+)", text, re.MULTILINE)
    followers: dict[str, dict[str, str]] = {}
    path = ""
    for line in text.splitlines():
        if line.startswith("/"):
            path = line.partition(" ")[0]
        elif match := re.match(r" (?:slave|follower) (\S+): (\S+)", line):
            followers.setdefault(path, {})[match[1]] = match[2]
    return _Group(
        "", mode[1] if mode else "", current[1] if current else "", {path: int(number) for path, _, number in found},
        followers, {path: family for path, family, _ in found if family},
    )
