"""Where a vSphere machine is, how it is run and what becomes of it."""

from __future__ import annotations

from typing import Annotated, Literal

from runner.builders.shared.boot import BootCommand
from runner.builders.shared.communicator import Connection
from runner.builders.shared.group import group
from runner.builders.shared.http import HttpServer
from runner.builders.shared.media import Cd, Floppy
from runner.builders.shared.shutdown import Shutdown
from runner.builders.shared.vsphere import VcenterLogin
from runner.builders.vsphere.shared.hardware import VsphereHardware
from runner.sdk import Duration, Maximum, Minimum, Mode, Requires, options
from runner.sdk.record import ModeValue


@options()
class VsphereExport:
    """How the machine is exported."""

    name: str | None = None
    """Name of the exported files; the machine's name when left out."""
    force: bool = False
    """Replace files of an earlier export."""
    image_files: bool = False
    """Take along further files, such as the NVRAM."""
    manifest: Literal["none", "sha1", "sha256", "sha512"] = "sha256"
    """Checksums to write beside the files."""
    output_directory: str | None = None
    """Directory that receives the export; `output-BUILD` when left out."""
    output_format: Literal["ova", "ovf"] = "ovf"
    """Form of the export."""
    directory_permission: Mode = ModeValue("0750")
    """Permissions of the directory."""
    options: list[str] | None = None
    """What else to export, such as `mac`, `uuid` or `extraconfig`."""


@options(Requires("ovf_flags", "ovf"))
class ContentLibrary:
    """The library that receives the machine as a template."""

    library: str | None = None
    """Name of the content library."""
    name: str | None = None
    """Name of the item; the machine's name when left out."""
    description: str | None = None
    """Description of the item."""
    ovf: bool = False
    """Store an OVF template in place of a machine template."""
    ovf_flags: list[str] | None = None
    """Flags of the OVF template."""
    cluster: str | None = None
    """Cluster for a machine template."""
    folder: str | None = None
    """Folder for a machine template."""
    host: str | None = None
    """Host for a machine template."""
    resource_pool: str | None = None
    """Resource pool for a machine template."""
    datastore: str | None = None
    """Datastore for a machine template."""
    destroy: bool = False
    """Delete the machine once it is in the library."""
    skip_import: bool = False
    """Leave the library alone."""


@group()
class Location:
    """Where the machine is."""

    vm_name: str
    """Name of the machine."""
    folder: str | None = None
    """Folder for the machine."""
    cluster: str | None = None
    """Cluster to run on."""
    host: str | None = None
    """Host to run on."""
    resource_pool: str | None = None
    """Resource pool to take processors and memory from."""
    datastore: str | None = None
    """Datastore for the machine's disks."""
    datastore_cluster: str | None = None
    """Datastore cluster, of which one datastore is chosen."""
    set_host_for_datastore_uploads: bool = False
    """Upload files through the host that runs the machine."""


@group()
class Vsphere(Location, VsphereHardware, VcenterLogin, Connection, HttpServer, Floppy, Cd, BootCommand, Shutdown):
    """How the machine is run and what becomes of it."""

    notes: str | None = None
    """Notes on the machine."""
    boot_order: str | None = None
    """Devices to boot from, such as `disk,cdrom`."""
    http_ip: str | None = None
    """Address of this computer given to the machine for fetching files."""
    iso_paths: list[str] | None = None
    """CD images in a datastore, such as `[store] iso/debian.iso`."""
    floppy_img_path: str | None = None
    """Floppy image in a datastore."""
    ip_wait_timeout: Duration = "30m"
    """How long to wait until the machine has an address."""
    ip_settle_timeout: Duration = "5s"
    """How long the address has to stay the same."""
    ip_wait_address: str = "0.0.0.0/0"
    """Network that the address has to be in."""
    disable_shutdown: bool = False
    """Leave shutting the machine down to a task."""
    remove_cdrom: bool = False
    """Take the CD drives out of the finished machine."""
    reattach_cdroms: Annotated[int, Minimum(1), Maximum(4)] | None = None
    """How many empty CD drives the finished machine gets."""
    remove_network_adapter: bool = False
    """Take the network cards out of the finished machine."""
    create_snapshot: bool = False
    """Make a snapshot of the finished machine."""
    snapshot_name: str | None = None
    """Name of the snapshot."""
    convert_to_template: bool = False
    """Make the finished machine a template."""
    destroy: bool = False
    """Delete the machine after the build."""
    export: VsphereExport | None = None
    """How the machine is exported."""
    content_library_destination: ContentLibrary | None = None
    """Library that receives the machine as a template."""
