"""Read a secret from an Azure key vault."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from runner.builders.azure.shared.client import AzureClient
from runner.sdk import DataSource, options


@options()
class Options(AzureClient):
    """Which secret."""

    vault_name: str
    """Name of the key vault."""
    secret_name: str
    """Name of the secret."""
    version: str | None = None
    """Version of the secret; the newest when left out."""


class AzureKeyVaultSecret(DataSource[Options]):
    """Read a secret from an Azure key vault."""

    name = "azure-keyvaultsecret"
    attributes: ClassVar[Mapping[str, str]] = {
        "value": "string: the secret",
        "response": "string: the whole answer of the key vault, as JSON",
    }
