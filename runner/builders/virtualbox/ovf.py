"""Make a VirtualBox machine from an exported one."""

from __future__ import annotations

from runner.builders.virtualbox.shared.machine import VirtualBox
from runner.sdk import Builder, options


@options()
class Options(VirtualBox):
    """The exported machine and how the new one is exported."""

    source_path: str
    """Path or address of the OVF or OVA file to start from."""
    checksum: str | None = None
    """Checksum of the file, as `sha256:HEX`; `none` checks nothing."""
    import_flags: list[str] | None = None
    """Further arguments of `VBoxManage import`."""
    import_opts: str | None = None
    """Options of `VBoxManage import`, such as `keepallmacs`."""
    target_path: str | None = None
    """Where the downloaded file is kept; in the cache when left out."""
    vm_name: str | None = None
    """Name of the machine; `packer-BUILD` when left out."""


class VirtualBoxOvf(Builder[Options]):
    """Make a VirtualBox machine from an exported one."""

    name = "virtualbox-ovf"
