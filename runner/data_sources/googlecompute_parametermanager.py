"""Read a parameter from Google's Parameter Manager."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from runner.sdk import DataSource, options


@options()
class Options:
    """Which parameter."""

    project_id: str
    """Project of the parameter."""
    name: str
    """Name of the parameter."""
    version: str
    """Version of the parameter."""
    location: str | None = None
    """Location of the parameter; `global` when left out."""
    key: str | None = None
    """Which value of a parameter of names and values to give."""


class GoogleComputeParameterManager(DataSource[Options]):
    """Read a parameter from Google's Parameter Manager."""

    name = "googlecompute-parametermanager"
    attributes: ClassVar[Mapping[str, str]] = {
        "payload": "string: the whole parameter",
        "value": "string: the value that `key` names",
    }
