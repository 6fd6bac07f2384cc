"""What all builders have in common that start an instance."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

from runner.builders.amazon.parts.gaps import gap_of
from runner.sdk import Builder

OptionsT = TypeVar("OptionsT")


class OnInstance(Builder[OptionsT]):
    """A builder whose machine is an instance."""

    @classmethod
    def has_machine(cls, options: Mapping[str, Any]) -> bool:
        """Return whether tasks can work on the instance."""
        return bool(options.get("communicator", "ssh") != "none")

    @classmethod
    def gap(cls, options: Mapping[str, Any]) -> str | None:
        """Return which of these options this version cannot work with."""
        return gap_of(options)
