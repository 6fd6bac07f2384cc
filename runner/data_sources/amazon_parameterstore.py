"""Read a parameter from AWS Systems Manager."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from runner.builders.amazon.shared.access import AwsAccess
from runner.builders.amazon.shared.reading import looked_up
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

    def read(self) -> Mapping[str, Any]:
        """Read the parameter. Raises ``OSError`` when AWS does not give it."""
        wanted = self.options
        asked = {"Name": wanted.name, "WithDecryption": wanted.with_decryption}
        found = looked_up(wanted, "ssm", "get_parameter", **asked)["Parameter"]
        return {"value": found["Value"], "version": str(found["Version"]), "arn": found["ARN"]}
