"""Paths of XML that say what is to be made: names, and what an element of that name has."""

from __future__ import annotations

import re
from typing import NamedTuple

from runner.sdk import Failed

_NAME = r"[A-Za-z_][\w.-]*(?::[A-Za-z_][\w.-]*)?"
_QUOTED = r"""(?:"[^"]*"|'[^']*')"""
_CONDITION = re.compile(rf"\s*(?:(?P<text>text\(\)|\.)|(?P<at>@?)(?P<name>{_NAME}))\s*=\s*(?P<value>{_QUOTED})\s*")
_STEP = re.compile(rf"/(?P<at>@?)(?P<name>{_NAME})(?P<conditions>(?:\[(?:[^\]\"']|{_QUOTED})*\])*)")
_BRACKETS = re.compile(rf"\[((?:[^\]\"']|{_QUOTED})*)\]")


class Step(NamedTuple):
    """One step of a path."""

    text: str
    """The step as it is written, with the ``/`` before it."""
    name: str
    attribute: bool
    attributes: dict[str, str]
    """Attributes that the element has to have."""
    children: dict[str, str]
    """Texts of elements that it has to hold."""
    value: str | None
    """The text that it has to have."""


def steps_of(xpath: str) -> list[Step]:
    """Return the steps of a path. Raises ``Failed`` for one that does not say all of what it leads to."""
    steps: list[Step] = []
    end = 0
    while end < len(xpath):
        match = _STEP.match(xpath, end)
        if match is None:
            raise Failed(
                f"Can't process Xpath {xpath} in order to spawn nodes!",
                "only a path of names from the root, with conditions such as [@name='value'], says what is to be made",
            )
        steps.append(_step(xpath, match))
        end = match.end()
    return steps


def _step(xpath: str, match: re.Match[str]) -> Step:
    attributes: dict[str, str] = {}
    children: dict[str, str] = {}
    value: str | None = None
    for brackets in _BRACKETS.findall(match["conditions"]):
        condition = _CONDITION.fullmatch(brackets)
        if condition is None:
            raise Failed(f"Can't process Xpath {xpath} in order to spawn nodes!",
                         f"the condition [{brackets}] does not say what is to be made")
        said = condition["value"][1:-1]
        if condition["text"]:
            value = said
        else:
            (attributes if condition["at"] else children)[condition["name"]] = said
    return Step(match[0], match["name"], bool(match["at"]), attributes, children, value)
