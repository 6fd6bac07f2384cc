"""What is said to a shell: commands and data as text that every POSIX ``sh`` reads in the same way."""

from __future__ import annotations

import re
from collections.abc import Mapping
from shlex import join, quote

from runner.sdk import Become, Command, Failed

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_UNSAFE = re.compile(rb"[^\t\n -~]|[%'\\]|\A-")
"""What is escaped; also a first ``-``, which would begin an option."""


def literal(data: bytes) -> str:
    r"""Return a ``printf`` command that writes exactly these bytes, by the octal escapes of POSIX."""
    return f"printf '{_UNSAFE.sub(_escaped, data).decode('ascii')}'"


def _escaped(match: re.Match[bytes]) -> bytes:
    byte = match[0]
    return {b"%": b"%%", b"\\": b"\\\\"}.get(byte, b"\\%03o" % byte[0])


def program_of(command: Command) -> str:
    """Return a command as a shell runs it, in place of itself: directory, environment, program. Raises ``Failed``."""
    words = [f"cd {quote(command.chdir)} || exit"] if command.chdir else []
    for name, value in command.environment.items():
        if not _NAME.fullmatch(name):
            raise Failed(f"{name!r} cannot be the name of an environment variable")
        words.append(f"export {name}={quote(value)}")
    return "; ".join((*words, f"exec {join(command.argv)}"))


def as_user(script: str, become: Become | None, uid: int | None) -> str:
    """Return a script as another user runs it. Raises ``Failed`` for a method that nobody knows.

    ``uid`` is the number of the user who is logged in: root needs nobody's leave to be root, and to become
    somebody else only ``su``, where the machine has no ``sudo``.
    """
    if become is None or (uid == 0 and become.user in ("root", "0")):
        return script
    user, flags, inner = quote(become.user), f"{become.flags} " if become.flags else "", quote(script)
    asking = "-S -p ''" if become.password is not None else "-n"
    ways = {
        "sudo": f"exec sudo -H {asking} {flags}-u {user} /bin/sh -c {inner}",
        "su": f"exec su -s /bin/sh {flags}{user} -c {inner}",
        "doas": f"exec doas {'' if become.password is not None else '-n '}{flags}-u {user} /bin/sh -c {inner}",
        "runuser": f"exec runuser {flags}-u {user} -- /bin/sh -c {inner}",
    }
    method = become.method or "sudo"
    if method not in ways:
        raise Failed(f"there is no way {method!r} to become another user", f"use one of {', '.join(ways)}")
    if uid == 0 and method == "sudo":
        return f"if command -v sudo >/dev/null; then {ways['sudo']}; else {ways['su']}; fi"
    return ways[method]


def with_input(script: str, data: bytes | None) -> str:
    """Return a script in a process of its own, which reads ``data`` as its standard input, or nothing."""
    return f"({script}) </dev/null" if data is None else f"{literal(data)} | ({script})"


def assignments(values: Mapping[str, str]) -> str:
    """Return variables of the shell with their values, to stand before a script."""
    return "".join(f"{name}={quote(value)}\n" for name, value in values.items())
