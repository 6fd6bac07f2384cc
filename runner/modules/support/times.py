"""When a file was used and changed last, as the machine's clock tells it."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from runner.modules.support.attributes import done
from runner.sdk import Answer, Ask, Do, Failed, Verb

_DIGITS = 14
"""How many digits a time has: year, month, day, hour, minute, second."""
_TIMES = 'stat -c "%x|%y" -- "$1"'


@dataclass(frozen=True, slots=True)
class Times:
    """The times that a file is to have: ``now``, fourteen digits, or nothing when one is to stay."""

    access: str | None
    modification: str | None

    @property
    def moving(self) -> bool:
        """Whether one is the present, so that it always changes."""
        return "now" in (self.access, self.modification)

    @property
    def kept(self) -> bool:
        """Whether both are to stay."""
        return self.access is None and self.modification is None


def wanted_time(text: str | None, form: str, default: str) -> str | None:
    """Return the time that an option asks for. Raises ``Failed`` for one that is not written as ``form`` says."""
    text = default if text is None else text
    if text == "preserve":
        return None
    if text == "now":
        return text
    try:
        return datetime.strptime(text, form).strftime("%Y%m%d%H%M%S")  # noqa: DTZ007 - by the machine's own clock
    except ValueError as error:
        raise Failed(f"{text!r} is not a time written as {form}") from error


def set_times(path: str, wanted: Times, *, fresh: bool) -> Generator[Verb, Any, bool]:
    """Give a file its times; return whether they had to be changed. A ``fresh`` one has those of the present."""
    if wanted.kept:
        return False
    if fresh and not {wanted.access, wanted.modification} - {"now", None}:
        return False
    if not wanted.moving:
        answer: Answer = yield Ask(("/bin/sh", "-c", _TIMES, "sh", path))
        current = [_digits(part) for part in answer.stdout.split("|")]
        if all(want in (None, have) for want, have in zip((wanted.access, wanted.modification), current, strict=False)):
            return False
    if wanted.access == wanted.modification:
        yield from _touch(path, (), wanted.access)
        return True
    for switch, time in (("-a", wanted.access), ("-m", wanted.modification)):
        if time is not None:
            yield from _touch(path, (switch,), time)
    return True


def _touch(path: str, switches: tuple[str, ...], time: str | None) -> Generator[Verb, Any, None]:
    if time and time != "now":
        switches = (*switches, "-t", f"{time[:12]}.{time[12:]}")
    yield from done(Do(("touch", "-c", *switches, path)), f"the times of {path} cannot be set")


def _digits(text: str) -> str:
    return "".join(each for each in text if each.isdigit())[:_DIGITS]
