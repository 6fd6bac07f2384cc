"""How to log in to Google Cloud."""

from __future__ import annotations

from typing import Annotated

from runner.builders.shared.group import LocalFile, group
from runner.sdk import AtMostOne, Deprecated, SecretStr


@group()
class GoogleEndpoints:
    """Where the APIs are."""

    universe_domain: str | None = None
    """Domain of a cloud that Google runs for others."""
    custom_endpoints: dict[str, str] | None = None
    """API -> address, for addresses that are not the usual ones."""


@group(AtMostOne("access_token", "credentials_file", "credentials_json", "account_file"))
class GoogleLogin:
    """Whose account is used; the usual credentials when left out."""

    access_token: SecretStr | None = None
    """Access token to use."""
    credentials_file: str | None = None
    """Path of a file with credentials."""
    credentials_json: SecretStr | None = None
    """Credentials as JSON."""
    account_file: Annotated[str | None, Deprecated("write credentials_file")] = None
    """The older name of `credentials_file`."""
    impersonate_service_account: str | None = None
    """Service account to act as."""
    vault_gcp_oauth_engine: str | None = None
    """Path of HashiCorp Vault's engine that gives access tokens."""


@group()
class ImageKeys:
    """Keys that instances of the image check what they boot with."""

    image_platform_key: LocalFile | None = None
    """File of the platform key."""
    image_key_exchange_key: list[LocalFile] | None = None
    """Files of key exchange keys."""
    image_signatures_db: list[LocalFile] | None = None
    """Files of keys that are trusted."""
    image_forbidden_signatures_db: list[LocalFile] | None = None
    """Files of keys that are not trusted."""


@group()
class ImageAbout(ImageKeys):
    """What the image is called and what is noted about it."""

    image_description: str | None = None
    """Description of the image."""
    image_family: str | None = None
    """Family of the image, whose newest image can be asked for."""
    image_labels: dict[str, str] | None = None
    """Labels of the image: name -> value."""
    image_architecture: str | None = None
    """Processor architecture of the image, such as `arm64`."""
    image_guest_os_features: list[str] | None = None
    """Abilities noted in the image, such as `UEFI_COMPATIBLE`."""
    image_storage_locations: list[str] | None = None
    """Region that keeps the image."""
