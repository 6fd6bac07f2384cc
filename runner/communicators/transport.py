"""What one way to reach a machine has to be able to do: start a program there, with pipes to it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Literal, Protocol, runtime_checkable

Stream = Literal["stdout", "stderr"]
Feed = Callable[[Stream, bytes], None]
"""Who takes in what a program writes, as it comes."""
CHUNK = 65536
"""How much is read and written at once, in bytes."""


class Channel(Protocol):
    """A program that runs on the machine."""

    async def write(self, data: bytes) -> None:
        """Write to its standard input; waits while the program does not read. Raises ``OSError`` when it is gone."""
        ...

    async def close_input(self) -> None:
        """Let the program read the end of its standard input."""
        ...

    async def wait(self) -> int:
        """Wait for its end, when all of its output has been taken in; return the exit status (128 + signal)."""
        ...

    async def close(self) -> None:
        """Let go of it. A program that is still there loses its pipes, and is killed where that is possible."""
        ...


@runtime_checkable
class Programs(Protocol):
    """A communicator that can start programs in channels of their own."""

    async def program(self, argv: Sequence[str], feed: Feed) -> Channel:
        """Start a program on the machine, as with ``Transport.open``."""
        ...


class Transport(Protocol):
    """One way to reach a machine."""

    async def open(self, argv: Sequence[str], feed: Feed) -> Channel:
        """Start a program on the machine. Raises ``OSError`` or ``Failed`` when the machine cannot be reached.

        That there is no such program is no such error: the channel ends with the status 127 or 126.
        """
        ...

    async def close(self) -> None:
        """Let go of the machine."""
        ...
