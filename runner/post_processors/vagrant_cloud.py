"""Publish a Vagrant box in Vagrant Cloud."""

from __future__ import annotations

from runner.post_processors.shared.vagrant import BoxVersion
from runner.sdk import PostProcessor, SecretStr, options


@options()
class Options(BoxVersion):
    """The box and whose account is used."""

    access_token: SecretStr | None = None
    """Token to log in with; the environment is asked when left out."""
    vagrant_cloud_url: str | None = None
    """Address of the service, if not Vagrant Cloud itself."""


class VagrantCloud(PostProcessor[Options]):
    """Publish a Vagrant box in Vagrant Cloud."""

    name = "vagrant-cloud"
    keeps_input = True
