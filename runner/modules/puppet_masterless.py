"""The ``puppet_masterless`` module."""

from __future__ import annotations

from typing import Annotated, Literal

from runner.modules.shared import Elevated
from runner.sdk import Module, ReadsFile, options


@options()
class Options(Elevated):
    """What ``puppet_masterless`` accepts."""

    manifest_file: Annotated[str, ReadsFile("here")]
    """The manifest on this computer, or a directory of them."""
    manifest_dir: Annotated[str, ReadsFile("here")] | None = None
    """Directory of manifests that the manifest imports."""
    module_paths: Annotated[list[str], ReadsFile("here")] | None = None
    """Directories of modules to bring over."""
    hiera_config_path: Annotated[str, ReadsFile("here")] | None = None
    """Configuration of Hiera to bring over."""
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
    staging_directory: str | None = None
    """Directory on the machine that all this is put into."""
    clean_staging_directory: bool = False
    """Remove that directory at the end."""
    prevent_sudo: bool = False
    """Run puppet without sudo."""
    ignore_exit_codes: bool = False
    """Go on whatever puppet's exit code is."""
    guest_os_type: Literal["unix", "windows"] | None = None
    """Kind of operating system on the machine."""


class PuppetMasterless(Module[Options]):
    """Bring Puppet manifests to the machine and apply them there."""

    name = "puppet_masterless"
    aliases = ("puppet-masterless",)
