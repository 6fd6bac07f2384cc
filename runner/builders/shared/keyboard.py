"""Typing on a machine while it boots."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple, Protocol

from runner.builders.shared.boot import BootCommand
from runner.sdk import Failed, Session
from runner.sdk.durations import seconds_of
from runner.sdk.keys import Pause, Stroke, UnknownKey, strokes

_FIELD = re.compile(r"\{\{-?\s*\.(\w+)\s*-?\}\}")
_OTHER = re.compile(r"\{\{.*?\}\}", re.DOTALL)
_USUAL = 0.1
"""The pause after each key, in seconds."""


class Keyboard(Protocol):
    """A machine's keyboard."""

    async def key(self, key: str, *, down: bool) -> None:
        """Press or release a key. Raises ``Failed``."""
        ...


class Entry(NamedTuple):
    """What is typed in one go."""

    keys: str
    description: str | None = None


def entries(options: BootCommand) -> list[Entry]:
    """Return what there is to type. Raises ``Failed``."""
    steps: list[list[str]] = getattr(options, "boot_steps", None) or []
    for step in steps:
        if not 1 <= len(step) <= len(Entry._fields):
            raise Failed("boot_steps: each is a list of keys and a description", 'such as ["<esc><wait>", "The menu"]')
    if steps and options.boot_command:
        raise Failed("boot_steps and boot_command exclude each other", "leave one of them out")
    return [Entry(*step) for step in steps] or [Entry(keys) for keys in options.boot_command or ()]


async def typed(session: Session, options: BootCommand, keyboard: Keyboard, fields: Mapping[str, Any]) -> None:
    """Wait for the machine to boot, and type what is to be typed. Raises ``Failed``.

    ``fields`` are the values of Go's fields in it, such as ``HTTPIP``.
    """
    todo = meant(options, fields)
    if not todo:
        return
    between = seconds_of(options.boot_keygroup_interval or 0)
    interval = getattr(options, "boot_key_interval", None)
    after = _USUAL if interval is None else seconds_of(interval)
    if not options.boot_wait.startswith("-") and (wait := seconds_of(options.boot_wait)):
        session.say(f"Waiting {options.boot_wait} for the machine to boot")
        await asyncio.sleep(wait)
    session.say("Typing the boot command")
    hands = Hands(keyboard, after)
    for description, what in todo:
        if description:
            session.say(f"Typing: {description}")
        for each in what:
            await hands.do(each)
        await asyncio.sleep(between)


def meant(options: BootCommand, fields: Mapping[str, Any]) -> list[tuple[str | None, list[Stroke | Pause]]]:
    """Return what there is to type, key by key, with its descriptions. Raises ``Failed``."""
    return [(each.description, list(meaning(each.keys, fields))) for each in entries(options)]


def meaning(text: str, fields: Mapping[str, Any]) -> Iterator[Stroke | Pause]:
    """Yield what a text means once its fields are filled in. Raises ``Failed``."""
    try:
        yield from strokes(filled(text, fields))
    except UnknownKey as error:
        raise Failed(f"boot_command: {error}", error.hint) from error


def filled(text: str, fields: Mapping[str, Any]) -> str:
    """Return a text with the values of Go's fields in it. Raises ``Failed``."""
    def value(match: re.Match[str]) -> str:
        if match[1] not in fields:
            raise Failed(
                f"boot_command: {match[0]} is not known here",
                "set http_directory or http_content" if match[1].startswith("HTTP")
                else f"known are {', '.join(f'.{name}' for name in fields)}",
            )
        return str(fields[match[1]])

    if other := _OTHER.search(_FIELD.sub("", text)):
        raise Failed(f"boot_command: {other[0]} is more than a field", "write it in Jinja")
    return _FIELD.sub(value, text)


class Hands:
    """Types, with Shift where a character needs it."""

    def __init__(self, keyboard: Keyboard, after: float) -> None:
        self._keyboard = keyboard
        self._after = after
        """The pause after each key, in seconds."""
        self._down: set[str] = set()

    async def do(self, what: Stroke | Pause) -> None:
        """Do something to a key, or wait. Raises ``Failed``."""
        if isinstance(what, Pause):
            await asyncio.sleep(what.seconds)
            return
        shift = what.shifted and what.how == "tap" and self._down.isdisjoint(("leftshift", "rightshift"))
        if shift:
            await self._keyboard.key("leftshift", down=True)
        if what.how != "release":
            await self._press(what.key)
        if what.how != "press":
            await self._release(what.key)
        if shift:
            await self._keyboard.key("leftshift", down=False)
        await asyncio.sleep(self._after)

    async def _press(self, key: str) -> None:
        self._down.add(key)
        await self._keyboard.key(key, down=True)

    async def _release(self, key: str) -> None:
        self._down.discard(key)
        await self._keyboard.key(key, down=False)
