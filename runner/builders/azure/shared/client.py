"""How to log in to Microsoft Azure."""

from __future__ import annotations

from runner.builders.shared.group import group
from runner.sdk import SecretStr


@group()
class AzureClient:
    """Whose account is used; a managed identity when nothing is given."""

    subscription_id: str | None = None
    """Subscription to work in."""
    tenant_id: str | None = None
    """Tenant that the subscription belongs to."""
    client_id: str | None = None
    """Application that logs in."""
    client_secret: SecretStr | None = None
    """Secret of the application."""
    client_cert_path: str | None = None
    """Path of the application's certificate with its key."""
    client_cert_password: SecretStr | None = None
    """Password of the application's certificate."""
    client_jwt: SecretStr | None = None
    """Signed token that proves to be the application."""
    oidc_request_token: SecretStr | None = None
    """Token with which a CI system gives a token that proves to be the application."""
    oidc_request_url: str | None = None
    """Address at which a CI system gives a token that proves to be the application."""
    object_id: str | None = None
    """Identifier of the application in the directory."""
    use_azure_cli_auth: bool = False
    """Log in as Azure's command line is logged in."""
    cloud_environment_name: str = "Public"
    """Azure cloud, such as `Public`, `China` or `USGovernment`."""
    metadata_host: str | None = None
    """Server that describes an Azure cloud of one's own."""
