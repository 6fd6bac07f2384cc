"""Ask what is to become of a failure: ``--on-error ask``."""

from __future__ import annotations

import asyncio
from typing import Literal

from runner.execution import terminal
from runner.execution.telling import Telling

Answer = Literal["cleanup", "keep", "retry"]
_ANSWERS: dict[str, Answer] = {"c": "cleanup", "k": "keep", "r": "retry"}
_QUESTION = "[c] clean up, [k] keep what there is, [r] retry?"


async def ask(turn: asyncio.Lock, telling: Telling, message: str) -> Answer:
    """Return what whoever sits at the terminal wants. ``turn`` is held meanwhile: one question after the other."""
    async with turn:
        telling.said(message)
        while True:
            typed = await terminal.typed(lambda: telling.asked(_QUESTION), echo=True)
            if answer := _ANSWERS.get(typed.strip().lower()[:1]):
                return answer
