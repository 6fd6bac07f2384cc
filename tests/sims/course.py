"""States that take time."""

from __future__ import annotations

from collections.abc import Callable


class Course:
    """States on their way: each is reached when it has been asked about so often, and is ready."""

    def __init__(self, pace: dict[str, int]) -> None:
        self.pace = pace
        """Kind of thing -> how often it is seen in the state before."""
        self._going: list[tuple[list[int], Callable[[], bool], Callable[[], None]]] = []

    def enter(self, kind: str, done: Callable[[], None], ready: Callable[[], bool] = lambda: True) -> None:
        """Let something be done when its time has come."""
        self._going.append(([self.pace.get(kind, 0)], ready, done))

    def advance(self) -> None:
        """Let time pass: somebody asks."""
        for entry in list(self._going):
            left, ready, done = entry
            left[0] -= 1
            if left[0] < 0 and ready():
                self._going.remove(entry)
                done()
