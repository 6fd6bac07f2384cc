"""How a VMware machine is run, changed and exported."""

from __future__ import annotations

from typing import Annotated, Literal

from runner.builders.shared.boot import VncBoot
from runner.builders.shared.communicator import Connection
from runner.builders.shared.group import group
from runner.builders.shared.http import HttpServer
from runner.builders.shared.media import Cd, Floppy
from runner.builders.shared.shutdown import Shutdown
from runner.builders.shared.vnc import VncServer
from runner.sdk import Deprecated


@group()
class Tools:
    """VMware Tools: drivers for the machine."""

    tools_mode: Literal["attach", "disable", "upload"] | None = None
    """Whether VMware Tools are attached as a CD, uploaded or left out."""
    tools_upload_flavor: str | None = None
    """Operating system whose VMware Tools are taken, such as `linux` or `windows`."""
    tools_upload_path: str | None = None
    """Path on the machine to upload VMware Tools to."""
    tools_source_path: str | None = None
    """Path of a CD image of VMware Tools on this computer."""


@group()
class VmxData:
    """Changes of the machine's VMX file."""

    vmx_data: dict[str, str] | None = None
    """Entries to set before the machine starts: name -> value."""
    vmx_data_post: dict[str, str] | None = None
    """Entries to set after the machine is shut down: name -> value."""
    vmx_remove_ethernet_interfaces: bool = False
    """Take all network cards out of the finished machine."""
    display_name: str | None = None
    """Name shown in the library of machines."""


@group()
class VmwareExport:
    """How the machine is kept."""

    format: Literal["ova", "ovf", "vmx"] | None = None
    """Form of the result; `ova` and `ovf` take OVF Tool."""
    ovftool_options: list[str] | None = None
    """Further arguments of OVF Tool."""
    skip_export: bool = False
    """Do not export the machine."""
    output_directory: str | None = None
    """Directory that receives the machine; `output-BUILD` when left out."""
    snapshot_name: str | None = None
    """Name of a snapshot to make of the finished machine."""
    skip_compaction: bool = False
    """Do not shrink the disks after the build."""


@group()
class Vmware(Tools, VmxData, VmwareExport, Connection, HttpServer, Floppy, Cd, VncBoot, VncServer, Shutdown):
    """How the machine is run."""

    vm_name: str | None = None
    """Name of the machine; `packer-BUILD` when left out."""
    guest_os_type: str = "other"
    """Operating system as VMX files name it, such as `debian12-64`."""
    version: int | None = None
    """Version of the virtual hardware."""
    headless: bool = False
    """Open no window."""
    vnc_disable_password: bool = False
    """Ask for no password to see the screen."""
    fusion_app_path: str = "/Applications/VMware Fusion.app"
    """Path of VMware Fusion."""
    disk_additional_size: list[int] | None = None
    """Sizes of further disks in megabytes."""
    disk_adapter_type: str | None = None
    """Bus that disks are attached to: `ide`, `sata`, `nvme`, or a SCSI card such as `pvscsi`."""
    vmdk_name: str = "disk"
    """Name of the disk file without its extension."""
    disk_type_id: str | None = None
    """Number of the disk's form in VMware's terms, such as `1` for one that grows in parts."""
    cdrom_adapter_type: Literal["ide", "sata", "scsi"] | None = None
    """Bus that CDs are attached to."""
    remote_type: Annotated[str | None, Deprecated("use the builder vsphere-iso")] = None
    """Kind of remote server; remote builds are vSphere's business now."""
