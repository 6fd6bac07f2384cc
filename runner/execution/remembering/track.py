"""The states that a machine goes through, and what is known of each."""

from __future__ import annotations

import time
from collections import Counter
from typing import Any, NamedTuple

from runner.execution.remembering.fingerprints import Operation
from runner.execution.remembering.kit import Kit
from runner.execution.remembering.rule import USUAL, Rule
from runner.execution.remembering.sealing import Unkept
from runner.execution.remembering.steps import Again, Step
from runner.execution.telling import Telling
from runner.store.cache.cache import Entry


class Known(NamedTuple):
    """An answer that is kept."""

    answer: Any
    next: str
    """The state in which the machine is then."""


class Track:
    """Where a machine is, and how it got there."""

    def __init__(self, kit: Kit) -> None:
        self._cache = kit.cache
        self.prints = kit.prints
        self._seal = kit.seal
        self._reading = kit.reading
        self.origin = ""
        """The state in which the machine begins."""
        self.state = ""
        self.rule: Rule = USUAL
        self.task: Telling | None = None
        """The task that works on the machine."""
        self.oldest = 0.0
        """Since when the answers that the task has got are known."""
        self.reason = ""
        """Why the last question was not answered from what is known."""
        self.ended: str | None = None
        """Why nothing is remembered any more, if so."""
        self.walked: list[Step] = []
        """What a machine that is launched now has yet to be brought through."""
        self._asked: Counter[str] = Counter()
        self._new: list[Entry] = []
        self._marked = False
        """Whether it is noted that something is known of the origin."""

    def begin(self, origin: str) -> None:
        """Begin with a machine to which nothing has been done."""
        self.origin = self.state = origin

    @property
    def is_known(self) -> bool:
        """Whether anything is remembered of what begins like this."""
        return self._reading and self._cache.get("answers", self.origin) is not None

    def key_of(self, operation: str, *, changing: bool) -> str | None:
        """Return the key of an operation in this state, by its digest; nothing when there is no telling any more."""
        if self.ended is not None:
            return None
        key = self.prints.of(self.state, operation)
        if changing:
            return key
        self._asked[key] += 1
        return self.prints.of(key, self._asked[key])

    def known(self, key: str | None) -> Known | None:
        """Return what the machine would answer, if that is known and will do."""
        entry = None if key is None else self._cache.get("answers", key)
        self.reason = self._refusal(entry)
        if entry is None or self.reason:
            return None
        try:
            known = Known(self._seal.opened(entry.content["answer"]), entry.content["next"])
        except Unkept:
            self.reason = "its answer has a secret that is another one now"
            return None
        self.oldest = min(self.oldest, entry.at)
        return known

    def _refusal(self, entry: Entry | None) -> str:
        """Return why what is known will not do; nothing when it will."""
        if self.ended is not None or not self._reading:
            return self.ended or "--no-cache"
        if not self.rule.cached:
            return "cache: false"
        if entry is None:
            return "not done before on such a machine"
        if entry.content.get("stale"):
            return "done again, it has not ended as before"
        if self.rule.ttl is not None and entry.at + self.rule.ttl < time.time():
            return f"ttl {_duration(self.rule.ttl)} passed"
        return ""

    def walk(self, key: str, known: Known, operation: Operation, again: Again, *, strict: bool) -> None:
        """Go on to the state that a machine would be in, although there is none."""
        step = Step(key, known.next, operation, again, known.answer, strict or self.rule.registered, self.task)
        self.walked.append(step)
        self.state = known.next

    def note(self, key: str | None, answer: Any, *, changing: bool) -> None:
        """Note what the machine has answered; ``changing`` says that it is in another state now."""
        if key is None:
            return
        if changing and not self.rule.cached:
            self.end("a task with `cache: false` has changed the machine")
            return
        after = self.state
        now = time.time()
        if changing:  # what is done again may come to something else, and nothing that is known is of that
            again = self.rule.ttl is not None or self._cache.get("answers", key) is not None
            after = self.prints.of(key, now) if again else key
        try:
            content: dict[str, Any] = {"answer": self._seal.closed(answer), "next": after}
            if self.task is not None and self.task.hidden:
                content["hidden"] = True
        except Unkept:
            if changing:
                self.end("what a command has said cannot be kept")
            return
        if self.rule.cached:
            self._new.append(Entry(key, content, now))
        if changing:
            self.state = after

    def end(self, why: str) -> None:
        """Remember nothing from now on; ``why`` is told."""
        self.ended = self.ended or why

    def keep(self) -> None:
        """Keep what has been noted since the last time."""
        if self.origin and not self._marked:
            self._marked = True
            self._new.append(Entry(self.origin, {"next": self.origin}, time.time()))
        if self._new:
            self._cache.keep("answers", self._new)
            self._new = []

    def drop(self) -> None:
        """Forget what has been noted since the last time: it is to be tried again."""
        self._new = []
        self.end("a task has failed")

    def distrust(self, step: Step) -> None:
        """Have an operation done again whenever it comes up: a machine has answered otherwise than is known."""
        self._cache.keep("answers", [Entry(step.key, {"stale": True, "next": step.after}, time.time())])


def _duration(seconds: float) -> str:
    """Return a duration as it is written in playbooks."""
    for unit, size in (("h", 3600), ("m", 60)):
        if seconds >= size and seconds % size == 0:
            return f"{seconds / size:g}{unit}"
    return f"{seconds:g}s"
