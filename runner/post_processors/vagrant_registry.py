"""Publish a Vagrant box in the HCP Vagrant Registry."""

from __future__ import annotations

from runner.post_processors.shared.vagrant import BoxVersion
from runner.sdk import PostProcessor, SecretStr, options


@options()
class Options(BoxVersion):
    """The box and whose account is used."""

    box_description: str | None = None
    """Description of the box, if it is new."""
    box_private: bool = False
    """Hide the box from others, if it is new."""
    client_id: str | None = None
    """Service principal to log in as; the environment is asked when left out."""
    client_secret: SecretStr | None = None
    """Secret of the service principal."""
    hcp_api_address: str | None = None
    """Address of the registry's API."""
    hcp_auth_url: str | None = None
    """Address to log in at."""


class VagrantRegistry(PostProcessor[Options]):
    """Publish a Vagrant box in the HCP Vagrant Registry."""

    name = "vagrant-registry"
    keeps_input = True
