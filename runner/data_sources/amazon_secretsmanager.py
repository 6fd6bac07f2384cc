"""Read a secret from AWS Secrets Manager."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any, ClassVar

from runner.builders.amazon.shared.access import AwsAccess
from runner.builders.amazon.shared.reading import looked_up
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

    def read(self) -> Mapping[str, Any]:
        """Read the secret. Raises ``OSError`` when AWS does not give it, and ``ValueError`` when it has no such key."""
        wanted = self.options
        found = looked_up(
            wanted, "secretsmanager", "get_secret_value", SecretId=wanted.name, VersionId=wanted.version_id,
            VersionStage=wanted.version_stage or (None if wanted.version_id else "AWSCURRENT"),
        )
        text = found.get("SecretString", "")
        return {
            "value": _value(text, wanted.key), "secret_string": text, "version_id": found["VersionId"],
            "secret_binary": base64.b64encode(found.get("SecretBinary", b"")).decode(),
        }


def _value(secret: str, key: str | None) -> str:
    """Return one value of a secret; a secret that has no names has one value."""
    try:
        values = json.loads(secret)
    except ValueError:
        values = None
    if not isinstance(values, dict):
        if key is not None:
            raise ValueError(f"the secret has no names, so there is no {key!r} in it")
        return secret
    if key is not None and key not in values:
        raise ValueError(f"the secret has no {key!r}; it has {', '.join(sorted(values)) or 'nothing'}")
    found = values[key] if key is not None else next(iter(values.values()), "")
    return found if isinstance(found, str) else json.dumps(found)
