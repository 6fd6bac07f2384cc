"""Read a secret from AWS Secrets Manager."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from runner.builders.amazon.shared.access import AwsAccess
from runner.sdk import DataSource, options


@options()
class Options(AwsAccess):
    """Which secret."""

    name: str
    """Name or ARN of the secret."""
    key: str | None = None
    """Which value of a secret of names and values to give; the first when left out."""
    version_id: str | None = None
    """Version of the secret, by identifier."""
    version_stage: str | None = None
    """Version of the secret, by label; the current one when left out."""


class AmazonSecretsManager(DataSource[Options]):
    """Read a secret from AWS Secrets Manager."""

    name = "amazon-secretsmanager"
    attributes: ClassVar[Mapping[str, str]] = {
        "value": "string: the value that `key` names",
        "secret_string": "string: the whole secret as text",
        "secret_binary": "string: the whole secret when it is not a text, in base64",
        "version_id": "string: the secret's version",
    }
