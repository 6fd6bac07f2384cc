"""Read a parameter from AWS Systems Manager."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from runner.builders.amazon.shared.access import AwsAccess
from runner.sdk import DataSource, options


@options()
class Options(AwsAccess):
    """Which parameter."""

    name: str
    """Name of the parameter."""
    with_decryption: bool = False
    """Decrypt a parameter that is a secret."""


class AmazonParameterStore(DataSource[Options]):
    """Read a parameter from AWS Systems Manager."""

    name = "amazon-parameterstore"
    attributes: ClassVar[Mapping[str, str]] = {
        "value": "string: the parameter's value",
        "version": "string: the parameter's version",
        "arn": "string: the parameter's ARN",
    }
