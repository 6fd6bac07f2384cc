"""The ``azure_dtlartifact`` module."""

from __future__ import annotations

from typing import Annotated, Any

from runner.sdk import Duration, Module, ReadsFile, SecretStr, options


@options()
class Parameter:
    """A value that an artifact takes."""

    name: str
    """Its name."""
    value: str | None = None
    """The value."""
    type: str | None = None
    """Its type."""


@options()
class Artifact:
    """Something that a lab can put on its machines."""

    artifact_name: str | None = None
    """Its name."""
    artifact_id: str | None = None
    """Its place in the lab."""
    parameters: list[Parameter] | None = None
    """The values that it takes."""


@options()
class Options:
    """What ``azure_dtlartifact`` accepts."""

    dtl_artifacts: list[Artifact]
    """The artifacts to apply."""
    lab_name: str
    """Which lab."""
    lab_resource_group_name: str
    """Resource group of the lab."""
    vm_name: str
    """Machine in the lab that gets the artifacts."""
    polling_duration_timeout: Duration = "15m"
    """How long the work may take."""
    azure_tags: dict[str, str] | None = None
    """Tags for what is made."""
    json: dict[str, Any] | None = None
    """Further attributes."""
    cloud_environment_name: str = "Public"
    """Which of Azure's clouds."""
    metadata_host: str | None = None
    """Host that describes the cloud."""
    subscription_id: str | None = None
    """Subscription that the lab belongs to."""
    tenant_id: str | None = None
    """Directory that the account belongs to."""
    client_id: str | None = None
    """Application to log in as."""
    client_secret: SecretStr | None = None
    """Password of that application."""
    client_cert_path: Annotated[str, ReadsFile("here")] | None = None
    """Certificate of that application, in PKCS 12 form."""
    client_cert_password: SecretStr | None = None
    """Password of the certificate."""
    client_jwt: SecretStr | None = None
    """Signed token of that application."""
    object_id: str | None = None
    """Number of that application's account."""
    oidc_request_token: SecretStr | None = None
    """Token with which to ask for one that Azure trusts."""
    oidc_request_url: str | None = None
    """Where to ask for it."""
    use_azure_cli_auth: bool = False
    """Log in as Azure's command line tool is."""


class AzureDtlartifact(Module[Options]):
    """Apply artifacts of an Azure DevTest Lab to the machine."""

    name = "azure_dtlartifact"
    aliases = ("azure-dtlartifact",)
