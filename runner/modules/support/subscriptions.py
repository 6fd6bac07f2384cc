"""Red Hat's subscriptions of a machine: those that it has, and those that it may have."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from typing import Any, NamedTuple

from runner.modules.support.programs import ENGLISH, ran
from runner.sdk import Ask, Do, Verb

PROGRAM = "subscription-manager"


class Subscription(NamedTuple):
    """A subscription that the machine has."""

    pool: str
    serial: str
    quantity: int


def consumed() -> Generator[Verb, Any, list[Subscription]]:
    """Return the subscriptions that the machine has. Raises ``Failed``."""
    found = []
    for entry in (yield from _listed("--consumed")):
        quantity = entry.get("Quantity Used", "1")
        number = int(quantity) if quantity.isdecimal() else 1
        found.append(Subscription(entry.get("Pool ID", ""), entry.get("Serial", ""), number))
    return found


def available() -> Generator[Verb, Any, set[str]]:
    """Return the pools that subscriptions can be taken from. Raises ``Failed``."""
    return {entry.get("Pool ID", "") for entry in (yield from _listed("--available"))}


def attach(pool: str, quantity: int | None) -> Generator[Verb, Any, None]:
    """Take subscriptions from a pool. Raises ``Failed``."""
    number = () if quantity is None else ("--quantity", str(quantity))
    yield from ran(Do((PROGRAM, "attach", "--pool", pool, *number), environment=ENGLISH), PROGRAM)


def detach(serials: Sequence[str]) -> Generator[Verb, Any, None]:
    """Give subscriptions back. Raises ``Failed``."""
    words = (word for serial in serials for word in ("--serial", serial))
    yield from ran(Do((PROGRAM, "remove", *words), environment=ENGLISH), PROGRAM)


def _listed(which: str) -> Generator[Verb, Any, list[dict[str, str]]]:
    """Return the entries of a list: name -> value. Each begins with the name of a subscription."""
    answer = yield from ran(Ask((PROGRAM, "list", which), environment=ENGLISH), PROGRAM)
    entries: list[dict[str, str]] = []
    for line in answer.stdout.splitlines():
        title, colon, value = line.partition(":")
        if not colon or title != title.lstrip():
            continue
        if title.strip() == "Subscription Name":
            entries.append({})
        if entries:
            entries[-1][title.strip()] = value.strip()
    return entries
