"""How a group of options is declared that several records inherit."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, TypeVar, dataclass_transform

from runner.frozen import record
from runner.sdk.record import Pattern, ReadsFile, Rule

T = TypeVar("T")

LocalFile = Annotated[str, ReadsFile()]
"""A file or directory on this computer, relative to the playbook; what it holds ends up in the image."""

SignedDuration = Annotated[
    str,
    Pattern(
        r"^-?([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))+$|^-?[0-9]+(\.[0-9]+)?$",
        "a duration such as 90s or 5m, or a negative one such as -1s for none",
    ),
]
"""A length of time as in Packer, where a negative one switches the waiting off."""


@dataclass_transform(frozen_default=True, kw_only_default=True)
def group(*rules: Rule) -> Callable[[type[T]], type[T]]:
    """Make a class a part of options records: like ``options``, and a record can inherit several of them.

    ``rules`` hold in every record that inherits the group.
    """

    def decorate(cls: type[T]) -> type[T]:
        # A class with two bases that have slots cannot be laid out: groups have none.
        made = record(cls, kw_only=True, slots=False)
        made.__ingot_rules__ = rules  # type: ignore[attr-defined]  # set here, read by rules_of
        return made

    return decorate
