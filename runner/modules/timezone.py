"""The ``timezone`` module."""

from __future__ import annotations

from typing import Annotated, Literal

from runner.sdk import Alias, AtLeastOne, Module, options


@options(AtLeastOne("name", "hwclock"))
class Options:
    """What ``timezone`` accepts."""

    name: str | None = None
    """The time zone, such as Europe/Rome."""
    hwclock: Annotated[Literal["local", "UTC"] | None, Alias("rtc")] = None
    """Whether the machine's own clock runs in UTC or local time."""


class Timezone(Module[Options]):
    """Set the machine's time zone."""

    name = "timezone"
