"""The ``rhsm_repository`` module."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from fnmatch import fnmatchcase
from typing import Any, Literal

from runner.modules.shared import Texts
from runner.modules.support.programs import ENGLISH, ran
from runner.sdk import Ask, Do, Failed, Module, Outcome, Verb, Work, options

_PROGRAM = "subscription-manager"
_FIELDS = {"Repo ID": "id", "Repo Name": "name", "Repo URL": "url", "Enabled": "enabled"}


@options()
class Options:
    """What ``rhsm_repository`` accepts."""

    name: Texts
    """Which repositories; wildcards are allowed."""
    state: Literal["disabled", "enabled"] = "enabled"
    """Whether they are to be on."""
    purge: bool = False
    """Switch off all others."""


class RhsmRepository(Module[Options]):
    """Switch repositories of a Red Hat subscription on and off."""

    name = "rhsm_repository"

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """See which repositories are on, and switch those that are not as they should be. Raises ``Failed``."""
        del facts
        wanted, on = self.options, self.options.state == "enabled"
        known = yield from _repositories()
        named: list[str] = []
        for pattern in wanted.name:
            found = [each["id"] for each in known if fnmatchcase(each["id"], pattern)]
            if not found:
                raise Failed(f"{pattern} is not a valid repository ID")
            named += [each for each in found if each not in named]
        states = {each["id"]: each["enabled"] for each in known}
        switched = {each: on for each in named if states[each] != on}
        if wanted.purge:
            switched |= {each: False for each, state in states.items() if state and each not in named}
        if not switched:
            results = [f"Repository '{each}' is {wanted.state} for this system" for each in named]
            return Outcome({"results": results, "repositories": known}, changed=False)
        words = [word for each, state in switched.items() for word in ("--enable" if state else "--disable", each)]
        answer = yield from ran(Do((_PROGRAM, "repos", *words), environment=ENGLISH), _PROGRAM)
        after = [{**each, "enabled": switched.get(each["id"], each["enabled"])} for each in known]
        return Outcome({"results": answer.stdout.splitlines(), "repositories": after}, changed=True)


def _repositories() -> Generator[Verb, Any, list[dict[str, Any]]]:
    """Return the repositories that the subscriptions come with. Raises ``Failed``."""
    answer = yield from ran(Ask((_PROGRAM, "repos", "--list"), environment=ENGLISH), _PROGRAM)
    found: list[dict[str, Any]] = []
    for line in answer.stdout.splitlines():
        title, colon, value = line.partition(":")
        name = _FIELDS.get(title.strip()) if colon else None
        if name == "id":
            found.append({})
        if name is not None and found:
            found[-1][name] = value.strip() == "1" if name == "enabled" else value.strip()
    return found
