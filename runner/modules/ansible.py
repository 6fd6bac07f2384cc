"""The ``ansible`` module."""

from __future__ import annotations

from typing import Annotated, Literal

from runner.sdk import Module, ReadsFile, options


@options()
class Options:
    """What ``ansible`` accepts."""

    playbook_file: Annotated[str, ReadsFile("here")]
    """The playbook on this computer."""
    command: str = "ansible-playbook"
    """The program."""
    extra_arguments: list[str] | None = None
    """More arguments for the program, one entry each."""
    ansible_env_vars: list[str] | None = None
    """Variables for its environment, each written NAME=value."""
    user: str | None = None
    """User that Ansible logs in as; left out, the one on this computer."""
    use_proxy: bool | None = None
    """Let Ansible reach the machine through a server on this computer, which any kind of connection can be
    behind.
    """
    local_port: int | None = None
    """Port of that server; left out, any that is free."""
    ssh_host_key_file: Annotated[str, ReadsFile("here")] | None = None
    """Private key of that server."""
    ssh_authorized_key_file: Annotated[str, ReadsFile("here")] | None = None
    """Public key that may log in at that server."""
    ansible_proxy_key_type: Literal["ECDSA", "RSA"] = "ECDSA"
    """Kind of keys that are made for that server."""
    ansible_ssh_extra_args: list[str] | None = None
    """More arguments for ssh."""
    ansible_winrm_use_http: bool = False
    """Reach a Windows machine by HTTP, not HTTPS."""
    sftp_command: str = "/usr/lib/sftp-server -e"
    """Command on the machine that serves files."""
    use_sftp: bool = False
    """Transfer files by SFTP, not SCP."""
    host_alias: str = "default"
    """Name of the machine in the inventory."""
    groups: list[str] | None = None
    """Groups that the machine belongs to."""
    empty_groups: list[str] | None = None
    """Groups that are in the inventory without a machine."""
    inventory_file: Annotated[str, ReadsFile("here")] | None = None
    """Inventory to use instead of one that is made."""
    inventory_directory: Annotated[str, ReadsFile("here")] | None = None
    """Directory in which the inventory is made, for its host_vars and group_vars."""
    inventory_file_template: str | None = None
    """How the machine's line in the inventory is written."""
    keep_inventory_file: bool = False
    """Keep the inventory that was made."""
    galaxy_file: Annotated[str, ReadsFile("here")] | None = None
    """Requirements that ansible-galaxy installs first."""
    galaxy_command: str = "ansible-galaxy"
    """The program for that."""
    galaxy_force_install: bool = False
    """Install them even if they are there."""
    galaxy_force_with_deps: bool = False
    """Install them and what they depend on even if they are there."""
    roles_path: str | None = None
    """Directory on this computer for their roles."""
    collections_path: str | None = None
    """Directory on this computer for their collections."""
    skip_version_check: bool = False
    """Do not ask the program for its version."""


class Ansible(Module[Options]):
    """Run a playbook with an installed ansible-playbook against the machine."""

    name = "ansible"
    controller = True
