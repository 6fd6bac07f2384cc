"""How to log in to DigitalOcean."""

from __future__ import annotations

from runner.builders.shared.group import group
from runner.sdk import SecretStr


@group()
class DigitalOceanLogin:
    """Whose account is used."""

    api_token: SecretStr | None = None
    """API token; the environment is asked when left out."""
    http_retry_max: int = 5
    """How many times a request that failed is sent again."""
    http_retry_wait_min: float = 1.0
    """Fewest seconds to wait before a request is sent again."""
    http_retry_wait_max: float = 30.0
    """Most seconds to wait before a request is sent again."""


@group()
class DigitalOceanApi(DigitalOceanLogin):
    """The API and whose account is used."""

    api_url: str | None = None
    """Address of the API, for trials."""
