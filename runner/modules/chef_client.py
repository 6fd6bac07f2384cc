"""The ``chef_client`` module."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from runner.modules.shared import Elevated
from runner.sdk import AtMostOne, Module, ReadsFile, options


@options(AtMostOne("json", "json_string"))
class Options(Elevated):
    """What ``chef_client`` accepts."""

    server_url: str | None = None
    """URL of the server."""
    node_name: str | None = None
    """Name of the machine at the server."""
    run_list: list[str] | None = None
    """Recipes and roles to run."""
    chef_environment: str | None = None
    """Environment to run in."""
    chef_license: str | None = None
    """How the licence is accepted, such as accept-silent."""
    policy_group: str | None = None
    """Group of the policy to run."""
    policy_name: str | None = None
    """Policy to run."""
    client_key: str | None = None
    """File on the machine for the client's key."""
    validation_client_name: str | None = None
    """Name of the client that registers the machine."""
    validation_key_path: Annotated[str, ReadsFile("here")] | None = None
    """Key of that client."""
    encrypted_data_bag_secret_path: Annotated[str, ReadsFile("here")] | None = None
    """File with the key of encrypted data bags."""
    trusted_certs_dir: str | None = None
    """Directory on the machine with certificates to trust."""
    ssl_verify_mode: Literal["verify_none", "verify_peer"] | None = None
    """Whether the server's certificate is verified."""
    config_template: Annotated[str, ReadsFile("here")] | None = None
    """Template of Chef's configuration."""
    json: dict[str, Any] | None = None
    """Attributes for the cookbooks."""
    json_string: str | None = None
    """These attributes as a JSON text."""
    execute_command: str | None = None
    """Command that starts the client."""
    install_command: str | None = None
    """Command that installs Chef."""
    knife_command: str | None = None
    """Command that removes the machine from the server."""
    rubygems_url: str | None = None
    """Where Ruby packages come from."""
    skip_install: bool = False
    """Do not install Chef."""
    skip_clean_client: bool = False
    """Leave the client at the server."""
    skip_clean_node: bool = False
    """Leave the machine at the server."""
    skip_clean_staging_directory: bool = False
    """Leave the staging directory on the machine."""
    version: str | None = None
    """Version of Chef to install."""
    prevent_sudo: bool = False
    """Run without sudo."""
    staging_directory: str | None = None
    """Directory on the machine that all this is put into."""
    guest_os_type: Literal["unix", "windows"] | None = None
    """Kind of operating system on the machine."""


class ChefClient(Module[Options]):
    """Run the Chef client on the machine against a Chef server."""

    name = "chef_client"
    aliases = ("chef-client",)
