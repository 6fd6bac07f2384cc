"""The ``salt_masterless`` module."""

from __future__ import annotations

from typing import Annotated, Literal

from runner.sdk import AtMostOne, Module, ReadsFile, options


@options(AtMostOne("minion_config", "remote_state_tree"), AtMostOne("minion_config", "remote_pillar_roots"))
class Options:
    """What ``salt_masterless`` accepts."""

    local_state_tree: Annotated[str, ReadsFile("here")] | None = None
    """Directory of states to bring over."""
    local_pillar_roots: Annotated[str, ReadsFile("here")] | None = None
    """Directory of pillars to bring over."""
    remote_state_tree: str | None = None
    """Directory of states on the machine."""
    remote_pillar_roots: str | None = None
    """Directory of pillars on the machine."""
    formulas: list[str] | None = None
    """Addresses of formulas to fetch."""
    custom_state: str | None = None
    """State to apply; left out, all of the top file."""
    minion_config: Annotated[str, ReadsFile("here")] | None = None
    """Configuration of the minion to bring over."""
    grains_file: Annotated[str, ReadsFile("here")] | None = None
    """Grains to bring over."""
    skip_bootstrap: bool = False
    """Do not install Salt."""
    bootstrap_args: str | None = None
    """Arguments for the script that installs Salt."""
    salt_bin_dir: str | None = None
    """Directory on the machine that holds salt-call."""
    salt_call_args: str | None = None
    """More arguments for salt-call."""
    log_level: str | None = None
    """How much Salt says."""
    no_exit_on_failure: bool = False
    """Go on if a state fails."""
    disable_sudo: bool = False
    """Run without sudo."""
    temp_config_dir: str | None = None
    """Directory on the machine that all this is put into."""
    guest_os_type: Literal["unix", "windows"] | None = None
    """Kind of operating system on the machine."""


class SaltMasterless(Module[Options]):
    """Bring Salt states to the machine and apply them there."""

    name = "salt_masterless"
    aliases = ("salt-masterless",)
