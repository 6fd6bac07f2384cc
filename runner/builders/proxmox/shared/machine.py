"""How to log in to Proxmox and what its machines are made of."""

from __future__ import annotations

from typing import Annotated, Literal

from runner.builders.proxmox.shared.devices import (
    Disk,
    EfiConfig,
    IsoFile,
    NetworkAdapter,
    PciDevice,
    Rng,
    TpmConfig,
    Vga,
)
from runner.builders.shared.boot import BootCommand
from runner.builders.shared.communicator import Connection
from runner.builders.shared.group import group
from runner.builders.shared.http import HttpServer
from runner.sdk import Deprecated, Duration, SecretStr


@group()
class ProxmoxLogin:
    """The Proxmox server and who logs in to it; the environment is asked when left out."""

    proxmox_url: str | None = None
    """Address of the API, such as `https://proxmox.example:8006/api2/json`."""
    username: str | None = None
    """User to log in as, such as `root@pam`, or `USER!TOKEN` with a token."""
    password: SecretStr | None = None
    """Password to log in with."""
    token: SecretStr | None = None
    """API token to log in with."""
    insecure_skip_tls_verify: bool = False
    """Accept any certificate of the server."""
    task_timeout: Duration = "1m"
    """How long a task of the server may take."""


@group()
class CloudInit:
    """The drive with which cloud-init sets up machines made of the template."""

    cloud_init: bool = False
    """Add a cloud-init drive to the template."""
    cloud_init_storage_pool: str | None = None
    """Storage pool for the drive."""
    cloud_init_disk_type: Literal["ide", "sata", "scsi"] = "ide"
    """Bus that the drive is attached to."""
    cloud_init_disable_upgrade_packages: bool = False
    """Do not upgrade packages at the first start."""


@group()
class Template:
    """The template that the machine becomes."""

    template_name: str | None = None
    """Name of the template; the machine's name when left out."""
    template_description: str | None = None
    """Description of the template."""
    skip_convert_to_template: bool = False
    """Leave the machine as it is."""


@group()
class Proxmox(ProxmoxLogin, CloudInit, Template, Connection, HttpServer, BootCommand):
    """The machine and what it is made of."""

    node: str
    """Node to run on."""
    pool: str | None = None
    """Pool of machines to join."""
    vm_name: str | None = None
    """Name of the machine; made up when left out."""
    vm_id: int | None = None
    """Number of the machine; the next free one when left out."""
    tags: str | None = None
    """Tags of the machine, separated by semicolons."""
    boot: str | None = None
    """Devices to boot from, such as `order=scsi0;ide2`."""
    boot_key_interval: Duration | None = None
    """Pause after each key."""
    memory: int = 512
    """Memory in megabytes."""
    ballooning_minimum: int = 0
    """Least memory in megabytes when memory is given back; `0` gives none back."""
    cores: int = 1
    """Cores in each processor socket."""
    sockets: int = 1
    """Number of processor sockets."""
    cpu_type: str = "kvm64"
    """Processor to emulate, such as `host`."""
    numa: bool = False
    """Use non-uniform memory access."""
    os: str = "other"
    """Kind of operating system, such as `l26` or `win11`."""
    bios: Literal["ovmf", "seabios"] = "seabios"
    """Firmware to boot with."""
    machine: str | None = None
    """Machine to emulate, such as `q35`."""
    efi_config: EfiConfig | None = None
    """Disk of the UEFI variables."""
    efidisk: Annotated[str | None, Deprecated("write efi_config")] = None
    """Storage pool for the UEFI variables."""
    tpm_config: TpmConfig | None = None
    """TPM of the machine."""
    rng0: Rng | None = None
    """Source of random numbers."""
    vga: Vga | None = None
    """Graphics card."""
    network_adapters: list[NetworkAdapter] | None = None
    """Network cards."""
    disks: list[Disk] | None = None
    """Disks."""
    pci_devices: list[PciDevice] | None = None
    """Devices of the node that are handed to the machine."""
    serials: list[str] | None = None
    """Serial ports, `socket` or a device of the node."""
    scsi_controller: str = "lsi"
    """SCSI card, such as `virtio-scsi-single`."""
    qemu_agent: bool = True
    """Expect QEMU's guest agent on the machine, which tells its address."""
    qemu_additional_args: str | None = None
    """Further arguments of QEMU; only root may give them."""
    vm_interface: str | None = None
    """Network card whose address to connect to."""
    onboot: bool = False
    """Start the machine together with the node."""
    disable_kvm: bool = False
    """Emulate the processor."""
    additional_iso_files: list[IsoFile] | None = None
    """Further CDs."""
