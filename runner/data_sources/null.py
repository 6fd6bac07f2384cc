"""Give back a value."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from runner.sdk import DataSource, options


@options()
class Options:
    """The value."""

    input: str
    """Value to give back."""


class Null(DataSource[Options]):
    """Give back the value it is given, computed when data sources are read."""

    name = "null"
    attributes: ClassVar[Mapping[str, str]] = {"output": "string: the value of `input`"}

    def read(self) -> Mapping[str, Any]:
        """Return the value."""
        return {"output": self.options.input}
