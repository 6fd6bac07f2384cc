"""What the builder ``qemu`` accepts."""

from __future__ import annotations

from typing import Annotated, Literal

from runner.builders.shared.boot import VncBoot
from runner.builders.shared.communicator import Connection
from runner.builders.shared.group import LocalFile, group
from runner.builders.shared.http import HttpServer
from runner.builders.shared.iso import Iso
from runner.builders.shared.media import Cd, Floppy
from runner.builders.shared.ports import HostPorts
from runner.builders.shared.shutdown import Shutdown
from runner.builders.shared.vnc import VncServer
from runner.sdk import AtLeastOne, AtMostOne, Deprecated, ExactlyOne, Minimum, SecretStr, options


@options()
class QemuImgArgs:
    """Further arguments of `qemu-img`, by subcommand."""

    create: list[str] | None = None
    """Arguments of `qemu-img create`."""
    convert: list[str] | None = None
    """Arguments of `qemu-img convert`."""
    resize: list[str] | None = None
    """Arguments of `qemu-img resize`."""


@group()
class Hardware:
    """What the virtual machine is made of."""

    accelerator: Literal["auto", "hax", "hvf", "kvm", "none", "nvmm", "tcg", "whpx", "xen"] = "auto"
    """What runs the processor's instructions. `auto` takes the hardware of this computer, KVM on Linux, once that has
    proved to run a guest of 64 bits, and otherwise TCG, which needs nothing and is slower; `none` leaves it to QEMU."""
    machine_type: str = "pc"
    """Machine to emulate, such as `q35`."""
    cpus: Annotated[int, Minimum(1)] = 1
    """Number of processors."""
    cpu_model: str | None = None
    """Processor to emulate, such as `host`, for which `max` stands with TCG; QEMU's own choice when left out."""
    sockets: int | None = None
    """Number of processor sockets."""
    cores: int | None = None
    """Cores in each socket."""
    threads: int | None = None
    """Threads in each core."""
    memory: Annotated[int, Minimum(1)] = 512
    """Memory in megabytes."""
    firmware: str | None = None
    """Firmware file to boot with, also by a name that QEMU finds."""
    use_pflash: bool = False
    """Put `firmware` in flash memory."""
    efi_boot: bool = False
    """Boot with UEFI."""
    efi_firmware_code: LocalFile | None = None
    """File of the UEFI firmware; known places are searched when left out."""
    efi_firmware_vars: LocalFile | None = None
    """File of UEFI variables to start from."""
    efi_drop_efivars: bool = False
    """Leave the UEFI variables out of the result."""
    vtpm: bool = False
    """Give the machine a TPM, emulated by `swtpm`."""
    use_tpm1: bool = False
    """Emulate a TPM 1.2 instead of 2.0."""
    tpm_device_type: str = "tpm-tis"
    """Device by which the machine sees the TPM."""
    net_device: str = "virtio-net"
    """Network card to emulate."""
    net_bridge: str | None = None
    """Bridge of this computer to connect the network card to; user networking when left out. The machine's address is
    then learnt from the neighbours of this computer, unless `ssh_host` names it."""
    vga: str | None = None
    """Graphics card to emulate."""
    display: str | None = None
    """Window that shows the screen, such as `gtk` or `none`. When left out, it is `gtk` where there is a desktop and
    QEMU has it."""
    headless: bool = False
    """Open no window. VNC shows the screen all the same."""
    use_default_display: bool = False
    """Let QEMU choose the window."""
    qemuargs: list[list[str]] | None = None
    """Arguments of QEMU, each `[name, value]`; a name takes the place of all defaults of that name, and the build tells
    which ones. In values, `{{ .HTTPIP }}`, `{{ .HTTPPort }}`, `{{ .HTTPDir }}`, `{{ .Name }}`, `{{ .OutputDir }}` and
    `{{ .SSHHostPort }}` stand for what they say."""
    qemu_binary: str = "qemu-system-x86_64"
    """QEMU program to run."""


@group()
class Disks:
    """The disks of the virtual machine."""

    disk_size: str = "40960M"
    """Size of the disk, such as `10G`; a bare number is megabytes."""
    disk_additional_size: list[str] | None = None
    """Sizes of further disks."""
    disk_interface: str = "virtio"
    """Bus that disks are attached to: `virtio`, `virtio-scsi`, `scsi`, `ide`, which is SATA on a `q35`, or `nvme`."""
    disk_cache: Literal["directsync", "none", "unsafe", "writeback", "writethrough"] = "unsafe"
    """How writes are cached. With `unsafe` the machine does not wait until they are on this computer's disk: what is
    left of a build that is cut short is thrown away in any case."""
    disk_discard: Literal["ignore", "unmap"] = "ignore"
    """What becomes of freed blocks."""
    disk_detect_zeroes: Literal["off", "on", "unmap", True, False] = "off"
    """What becomes of blocks of zeros."""
    disk_image: bool = False
    """Take `iso_url` for a disk to start from, not for an installation image."""
    use_backing_file: bool = False
    """Let the result hold only what has changed, on top of the disk started from, which it then needs. While a build
    runs, it is always so."""
    skip_resize_disk: bool = False
    """Keep the size of the disk started from."""
    skip_compaction: bool = False
    """Take the disk as the machine has left it, which is possible when the build has installed it, and it is to be a
    qcow2."""
    disk_compression: bool = False
    """Compress the disk after the build."""
    format: Literal["qcow2", "raw"] = "qcow2"
    """Format of the disk, which is called `vm_name`."""
    formats: list[Literal["qcow2", "raw", "vdi", "vhdx", "vmdk"]] | None = None
    """Several formats of the disk, in place of `format`: each is a file `vm_name` with the format as its extension."""
    cdrom_interface: str | None = None
    """Bus that the installation image is attached to."""
    iso_skip_cache: bool = False
    """Use a local installation image in its place, without copying it to the cache."""
    qemu_img_args: QemuImgArgs | None = None
    """Further arguments of `qemu-img`."""


@options(ExactlyOne("iso_url", "iso_urls"), AtLeastOne("iso_checksum"), AtMostOne("format", "formats"))
class Options(Connection, HttpServer, Iso, Floppy, Cd, VncBoot, VncServer, Shutdown, HostPorts, Hardware, Disks):
    """The virtual machine, what it boots from and where its disk goes."""

    vm_name: str | None = None
    """Name of the machine and of its disk file; `packer-SOURCE` when left out. Further disks have `-1`, `-2` and so on
    after it."""
    output_directory: str | None = None
    """Directory that receives the disk; `output-SOURCE` when left out. It is there once the build has succeeded, and
    whole; one that is there before is replaced with `--force` only."""
    boot_steps: list[list[str]] | None = None
    """Keys to type with a description, each `[keys, description]`, in place of `boot_command`."""
    run_once: Annotated[bool, Deprecated("leave it out")] = False
    """A leftover of early versions of Packer."""
    warm_start: bool = False
    """Keep the machine as it is after its first log-in in the cache, memory and all, and let later builds go on from
    there, as long as the disk they start from, QEMU and all that is told of the machine are the same. What was in its
    memory, keys of the machine for instance, is then in that file, which only you may read."""
    disable_shutdown: bool = False
    """Only wait until the machine shuts itself down, because a task sees to that."""
    qmp_enable: bool = False
    """Open a control socket of QEMU for other programs; the build has one of its own."""
    qmp_socket_path: str | None = None
    """Path of that socket; `vm_name.monitor` in the build's directory, which the build tells, when left out."""
    vnc_use_password: bool = False
    """Protect the screen with a password."""
    vnc_password: SecretStr | None = None
    """Password of the screen; made up when left out."""

