"""The language of ``boot_command``: what is typed, key by key."""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches
from typing import Literal, NamedTuple

from runner.sdk.durations import seconds_of

_SIDES = ("alt", "ctrl", "shift", "super")
_NAMED: dict[str, str] = {
    **{name: name for name in (
        "bs", "del", "down", "end", "enter", "esc", "home", "insert", "left", "menu", "pagedown", "pageup", "right",
        "tab", "up",
    )},
    **{name: name for name in (f"f{number}" for number in range(1, 13))},
    **{name: name for name in (f"{side}{key}" for side in ("left", "right") for key in _SIDES)},
    "leftcommand": "leftsuper", "leftoption": "leftalt", "rightcommand": "rightsuper", "rightoption": "rightalt",
    "return": "enter", "spacebar": " ",
}
"""Name between angle brackets, in small letters -> the key."""
KEYS = frozenset(_NAMED.values())
"""The keys that are written by name; each other one is written as its character."""
_SPECIAL = re.compile(r"<(?P<word>[a-z][a-z0-9.µ]*)>|<(?P<key>.)(?P<how>on|off)>", re.IGNORECASE | re.DOTALL)
_UNSHIFTED = dict(zip('~!@#$%^&*()_+{}|:"<>?', "`1234567890-=[]\\;',./", strict=True))
"""What a keyboard of the United States gives with Shift, beside capital letters -> what it gives without."""
_SHIFTED = {plain: shifted for shifted, plain in _UNSHIFTED.items()}


class Stroke(NamedTuple):
    """Something that is done to a key."""

    key: str
    """A character, or the name of a key such as ``enter``."""
    how: Literal["tap", "press", "release"] = "tap"

    @property
    def shifted(self) -> bool:
        """Whether Shift has to be held for it."""
        return len(self.key) == 1 and (self.key in _UNSHIFTED or self.key.isupper())


class Pause(NamedTuple):
    """A wait between two keys."""

    seconds: float


class UnknownKey(ValueError):  # noqa: N818 - it reads as what it says
    """A word between angle brackets is the name of no key."""

    def __init__(self, word: str, start: int, end: int) -> None:
        super().__init__(f"<{word}> is no key")
        self.start, self.end = start, end
        """Where it stands in the text."""
        near = get_close_matches(word.lower(), (*_NAMED, "wait"), 1)
        self.hint = f"did you mean <{near[0]}>?" if near else (
            f"keys are <enter>, <f10>, <leftAltOn> ..., pauses <wait5>; <<wait0>{word}> types it as it stands"
        )


def unshifted(key: str) -> str:
    """Return what a key gives without Shift."""
    return _UNSHIFTED.get(key) or _one(key, key.lower())


def shifted(key: str) -> str:
    """Return what a key gives with Shift."""
    return _SHIFTED.get(key) or _one(key, key.upper())


def _one(key: str, changed: str) -> str:
    """Return a letter in another case, if that is one letter; a name stays as it is."""
    return changed if len(key) == len(changed) == 1 else key


def strokes(text: str) -> Iterator[Stroke | Pause]:
    """Yield what a text of ``boot_command`` means. Raises ``UnknownKey``.

    What is no word between angle brackets is typed as it stands, without line breaks: they are how the text is laid
    out in its file.
    """
    done = 0
    for found in _SPECIAL.finditer(text):
        yield from _typed(text[done : found.start()])
        done = found.end()
        word = found["word"]
        meant = _named(word) if word else _toggled(found["key"], found["how"])
        if meant is None:
            raise UnknownKey(word, found.start(), found.end())
        yield meant
    yield from _typed(text[done:])


def _typed(text: str) -> Iterator[Stroke]:
    return (Stroke(each) for each in text if each not in "\r\n")


def _named(word: str) -> Stroke | Pause | None:
    name = word.lower()
    if name.startswith("wait"):
        try:
            return Pause(seconds_of(name.removeprefix("wait") or 1))
        except ValueError:
            return None
    if name in _NAMED:  # `leftOption` ends like a switch, and is none
        return Stroke(_NAMED[name])
    for how in ("on", "off"):
        key = name.removesuffix(how)
        if key != name and (key in _NAMED or len(key) == 1):
            return _toggled(_NAMED.get(key, word[:1]), how)
    return None


def _toggled(key: str, how: str) -> Stroke:
    return Stroke(key, "press" if how.lower() == "on" else "release")
