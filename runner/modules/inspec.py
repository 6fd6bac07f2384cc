"""The ``inspec`` module."""

from __future__ import annotations

from typing import Annotated

from runner.sdk import Module, ReadsFile, options


@options()
class Options:
    """What ``inspec`` accepts."""

    profile: str
    """The profile: a directory on this computer, or an address."""
    command: str = "inspec"
    """The program."""
    extra_arguments: list[str] | None = None
    """More arguments for the program, one entry each."""
    inspec_env_vars: list[str] | None = None
    """Variables for its environment, each written NAME=value."""
    attributes: Annotated[list[str], ReadsFile("here")] | None = None
    """Files of the profile's attributes."""
    attributes_directory: Annotated[str, ReadsFile("here")] | None = None
    """Directory of the profile's attributes."""
    backend: str = "ssh"
    """How the program reaches the machine."""
    host: str | None = None
    """Host that the program asks; left out, the server on this computer."""
    user: str | None = None
    """User to log in as; left out, the one on this computer."""
    local_port: int | None = None
    """Port of the server on this computer that stands for the machine; left out, any that is free."""
    ssh_host_key_file: Annotated[str, ReadsFile("here")] | None = None
    """Private key of that server."""
    ssh_authorized_key_file: Annotated[str, ReadsFile("here")] | None = None
    """Public key that may log in at that server."""
    valid_exit_codes: tuple[int, ...] = (0, 101)
    """Exit codes that count as success."""


class Inspec(Module[Options]):
    """Check the machine with an InSpec profile."""

    name = "inspec"
    controller = True
