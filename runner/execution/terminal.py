"""Ask whoever sits at the terminal."""

from __future__ import annotations

import asyncio
import contextlib
import sys
import termios
from collections.abc import Callable, Iterator


def is_attended() -> bool:
    """Return whether somebody may sit at a terminal and answer."""
    return sys.stdin is not None and not sys.stdin.closed and sys.stdin.isatty()


async def typed(ask: Callable[[], None], *, echo: bool) -> str:
    """Return what is typed up to Enter after ``ask`` has put the question. Without ``echo`` nothing of it is shown."""
    loop = asyncio.get_running_loop()
    line: asyncio.Future[str] = loop.create_future()
    descriptor = sys.stdin.fileno()

    def read() -> None:
        if not line.done():
            line.set_result(sys.stdin.readline().rstrip("\n"))

    loop.add_reader(descriptor, read)
    try:
        with contextlib.nullcontext() if echo else _silent(descriptor):
            ask()
            return await line
    finally:
        loop.remove_reader(descriptor)


@contextlib.contextmanager
def _silent(descriptor: int) -> Iterator[None]:
    """Show nothing of what is typed."""
    before = termios.tcgetattr(descriptor)
    quiet = termios.tcgetattr(descriptor)
    quiet[3] &= ~termios.ECHO
    termios.tcsetattr(descriptor, termios.TCSADRAIN, quiet)
    try:
        yield
    finally:
        termios.tcsetattr(descriptor, termios.TCSADRAIN, before)
