"""Read a secret from Google's Secret Manager."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from runner.builders.shared.google import GoogleEndpoints
from runner.sdk import DataSource, options


@options()
class Options(GoogleEndpoints):
    """Which secret."""

    project_id: str
    """Project of the secret."""
    name: str
    """Name of the secret."""
    version: str = "latest"
    """Version of the secret."""
    key: str | None = None
    """Which value of a secret of names and values to give."""


class GoogleComputeSecretsManager(DataSource[Options]):
    """Read a secret from Google's Secret Manager."""

    name = "googlecompute-secretsmanager"
    attributes: ClassVar[Mapping[str, str]] = {
        "payload": "string: the whole secret",
        "value": "string: the value that `key` names",
        "checksum": "number: the secret's CRC32C checksum",
    }
