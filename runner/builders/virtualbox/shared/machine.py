"""How a VirtualBox machine is run, changed and exported."""

from __future__ import annotations

from typing import Annotated, Literal

from runner.builders.shared.boot import BootCommand
from runner.builders.shared.communicator import Connection
from runner.builders.shared.group import group
from runner.builders.shared.http import HttpServer
from runner.builders.shared.media import Cd, Floppy
from runner.builders.shared.ports import HostPorts
from runner.builders.shared.shutdown import Shutdown
from runner.sdk import Deprecated, Duration


@group()
class GuestAdditions:
    """The guest additions: drivers and tools for the machine."""

    guest_additions_mode: Literal["attach", "disable", "upload"] = "upload"
    """Whether the guest additions are attached as a CD, uploaded or left out."""
    guest_additions_path: str = "VBoxGuestAdditions.iso"
    """Path on the machine to upload the guest additions to."""
    guest_additions_interface: str | None = None
    """Bus that the CD of the guest additions is attached to."""
    guest_additions_url: str | None = None
    """Address or path of the guest additions; those of VirtualBox when left out."""
    guest_additions_sha256: str | None = None
    """SHA-256 checksum of the guest additions."""
    virtualbox_version_file: str = ".vbox_version"
    """Path on the machine of a file that receives VirtualBox's version; empty for none."""


@group()
class Export:
    """How the machine is exported."""

    format: Literal["ova", "ovf"] = "ovf"
    """Form of the export."""
    export_opts: list[str] | None = None
    """Further arguments of `VBoxManage export`."""
    output_directory: str | None = None
    """Directory that receives the export; `output-BUILD` when left out."""
    output_filename: str | None = None
    """Name of the exported file without its extension; the machine's name when left out."""
    skip_export: bool = False
    """Do not export the machine."""
    keep_registered: bool = False
    """Leave the machine in VirtualBox after the build."""


@group()
class VirtualBox(GuestAdditions, Export, Connection, HttpServer, Floppy, Cd, BootCommand, Shutdown, HostPorts):
    """How the machine is run."""

    headless: bool = False
    """Open no window."""
    vrdp_bind_address: str = "127.0.0.1"
    """Address of this computer at which the screen is offered."""
    vrdp_port_min: int = 5900
    """Lowest port for the screen."""
    vrdp_port_max: int = 6000
    """Highest port for the screen."""
    vboxmanage: list[list[str]] | None = None
    """Calls of `VBoxManage` before the machine starts, each a list of arguments."""
    vboxmanage_post: list[list[str]] | None = None
    """Calls of `VBoxManage` before the export, each a list of arguments."""
    disable_shutdown: bool = False
    """Leave shutting the machine down to a task."""
    acpi_shutdown: bool = False
    """Press the machine's power button to shut it down."""
    post_shutdown_delay: Duration = "0s"
    """How long to wait after the machine is off."""
    ssh_skip_nat_mapping: Annotated[bool, Deprecated("write skip_nat_mapping")] = False
    """The older name of `skip_nat_mapping`."""
