"""The ``ansible_local`` module."""

from __future__ import annotations

from typing import Annotated

from runner.sdk import ExactlyOne, Module, ReadsFile, options


@options(ExactlyOne("playbook_file", "playbook_files"))
class Options:
    """What ``ansible_local`` accepts."""

    playbook_file: Annotated[str, ReadsFile("here")] | None = None
    """The playbook on this computer."""
    playbook_files: Annotated[list[str], ReadsFile("here")] | None = None
    """Several playbooks on this computer."""
    playbook_dir: Annotated[str, ReadsFile("here")] | None = None
    """Directory of the playbooks with all that belongs to them."""
    playbook_paths: Annotated[list[str], ReadsFile("here")] | None = None
    """Further files and directories that go beside the playbooks."""
    role_paths: Annotated[list[str], ReadsFile("here")] | None = None
    """Directories of roles to bring over."""
    collection_paths: Annotated[list[str], ReadsFile("here")] | None = None
    """Directories of collections to bring over."""
    group_vars: Annotated[str, ReadsFile("here")] | None = None
    """Directory of groups' variables to bring over."""
    host_vars: Annotated[str, ReadsFile("here")] | None = None
    """Directory of hosts' variables to bring over."""
    inventory_file: Annotated[str, ReadsFile("here")] | None = None
    """Inventory to bring over."""
    inventory_groups: list[str] | None = None
    """Groups that the machine belongs to."""
    command: str = "ANSIBLE_FORCE_COLOR=1 PYTHONUNBUFFERED=1 ansible-playbook"
    """The program on the machine."""
    extra_arguments: list[str] | None = None
    """More arguments for the program, one entry each."""
    galaxy_file: Annotated[str, ReadsFile("here")] | None = None
    """Requirements that ansible-galaxy installs first."""
    galaxy_command: str = "ansible-galaxy"
    """The program on the machine for that."""
    galaxy_force_install: bool = False
    """Install them even if they are there."""
    galaxy_roles_path: str | None = None
    """Directory on the machine for their roles."""
    galaxy_collections_path: str | None = None
    """Directory on the machine for their collections."""
    staging_directory: str | None = None
    """Directory on the machine that all this is put into."""
    clean_staging_directory: bool = False
    """Remove that directory at the end."""


class AnsibleLocal(Module[Options]):
    """Bring a playbook to the machine and run it there with the machine's own Ansible."""

    name = "ansible_local"
    aliases = ("ansible-local",)
