"""The ``puppet_server`` module."""

from __future__ import annotations

from typing import Annotated, Literal

from runner.modules.shared import Elevated
from runner.sdk import Module, ReadsFile, options


@options()
class Options(Elevated):
    """What ``puppet_server`` accepts."""

    puppet_server: str | None = None
    """Host name of the server."""
    puppet_node: str | None = None
    """Name of the machine at the server."""
    client_cert_path: Annotated[str, ReadsFile("here")] | None = None
    """Directory or file on this computer with the machine's certificate."""
    client_private_key_path: Annotated[str, ReadsFile("here")] | None = None
    """Directory or file on this computer with the machine's private key."""
    facter: dict[str, str] | None = None
    """Facts to set."""
    extra_arguments: list[str] | None = None
    """More arguments for puppet, one entry each."""
    execute_command: str | None = None
    """Command that starts puppet."""
    puppet_bin_dir: str | None = None
    """Directory on the machine that holds puppet."""
    working_directory: str | None = None
    """Directory on the machine in which puppet runs."""
    staging_dir: str | None = None
    """Directory on the machine for the certificate and the key."""
    clean_staging_directory: bool = False
    """Remove that directory at the end."""
    prevent_sudo: bool = False
    """Run puppet without sudo."""
    ignore_exit_codes: bool = False
    """Go on whatever puppet's exit code is."""
    guest_os_type: Literal["unix", "windows"] | None = None
    """Kind of operating system on the machine."""


class PuppetServer(Module[Options]):
    """Run the Puppet agent on the machine against a Puppet server."""

    name = "puppet_server"
    aliases = ("puppet-server",)
