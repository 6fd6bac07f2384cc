"""The ``chef_solo`` module."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from runner.sdk import AtMostOne, Module, ReadsFile, options


@options(AtMostOne("json", "json_string"))
class Options:
    """What ``chef_solo`` accepts."""

    cookbook_paths: Annotated[list[str], ReadsFile("here")] | None = None
    """Directories of cookbooks to bring over."""
    remote_cookbook_paths: list[str] | None = None
    """Directories of cookbooks on the machine."""
    roles_path: Annotated[str, ReadsFile("here")] | None = None
    """Directory of roles to bring over."""
    data_bags_path: Annotated[str, ReadsFile("here")] | None = None
    """Directory of data bags to bring over."""
    environments_path: Annotated[str, ReadsFile("here")] | None = None
    """Directory of environments to bring over."""
    encrypted_data_bag_secret_path: Annotated[str, ReadsFile("here")] | None = None
    """File with the key of encrypted data bags."""
    chef_environment: str | None = None
    """Environment to run in."""
    chef_license: str | None = None
    """How the licence is accepted, such as accept-silent."""
    config_template: Annotated[str, ReadsFile("here")] | None = None
    """Template of Chef's configuration."""
    json: dict[str, Any] | None = None
    """Attributes for the cookbooks."""
    json_string: str | None = None
    """These attributes as a JSON text."""
    run_list: list[str] | None = None
    """Recipes and roles to run."""
    execute_command: str | None = None
    """Command that starts chef-solo."""
    install_command: str | None = None
    """Command that installs Chef."""
    skip_install: bool = False
    """Do not install Chef."""
    version: str | None = None
    """Version of Chef to install."""
    prevent_sudo: bool = False
    """Run without sudo."""
    staging_directory: str | None = None
    """Directory on the machine that all this is put into."""
    guest_os_type: Literal["unix", "windows"] | None = None
    """Kind of operating system on the machine."""


class ChefSolo(Module[Options]):
    """Bring Chef cookbooks to the machine and run chef-solo there."""

    name = "chef_solo"
    aliases = ("chef-solo",)
