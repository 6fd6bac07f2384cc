"""A machine's keyboard by the control socket of QEMU, which needs no screen."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from runner.sdk import Failed
from runner.sdk.keys import unshifted

_QCODES = {
    "bs": "backspace", "del": "delete", "enter": "ret", "pagedown": "pgdn", "pageup": "pgup", "leftalt": "alt",
    "rightalt": "alt_r", "leftctrl": "ctrl", "rightctrl": "ctrl_r", "leftshift": "shift", "rightshift": "shift_r",
    "leftsuper": "meta_l", "rightsuper": "meta_r",
    " ": "spc", "-": "minus", "=": "equal", "[": "bracket_left", "]": "bracket_right", ";": "semicolon",
    "'": "apostrophe", "`": "grave_accent", "\\": "backslash", ",": "comma", ".": "dot", "/": "slash", "\t": "tab",
}
"""Keys of which QEMU has a name of its own."""


class Qmp:
    """A machine's keyboard, by QEMU's control socket."""

    def __init__(self, execute: Callable[[str, Mapping[str, Any]], Awaitable[Any]]) -> None:
        self._execute = execute
        """Runs a command of QMP with its arguments."""

    async def key(self, key: str, *, down: bool) -> None:
        """Press or release a key. Raises ``Failed``."""
        event = {"type": "key", "data": {"down": down, "key": {"type": "qcode", "data": qcode(key)}}}
        await self._execute("input-send-event", {"events": [event]})


def qcode(key: str) -> str:
    """Return QEMU's name of a key. Raises ``Failed`` when a keyboard of the United States does not have it."""
    plain = unshifted(key)
    if len(key) == 1 and not (plain in _QCODES or (plain.isascii() and plain.isalnum())):
        raise Failed(f"{key!r} is on no key of a keyboard of the United States", "it can be typed through VNC only")
    return _QCODES.get(plain, plain)
