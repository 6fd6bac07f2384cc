"""Make a Proxmox template from an installation image."""

from __future__ import annotations

from typing import Annotated

from runner.builders.proxmox.shared.devices import IsoFile
from runner.builders.proxmox.shared.machine import Proxmox
from runner.builders.shared.iso import Iso
from runner.sdk import Builder, Deprecated, ExactlyOne, options


@options(ExactlyOne("boot_iso", "iso_file", "iso_url", "iso_urls"))
class Options(Proxmox, Iso):
    """The machine and what it is installed from."""

    boot_iso: IsoFile | None = None
    """CD to install from."""
    iso_file: Annotated[str | None, Deprecated("write boot_iso")] = None
    """CD image in a storage of Proxmox."""
    iso_storage_pool: Annotated[str | None, Deprecated("write boot_iso")] = None
    """Storage that receives the CD image."""
    iso_download_pve: Annotated[bool, Deprecated("write boot_iso")] = False
    """Let the node fetch `iso_url` itself."""
    unmount_iso: Annotated[bool, Deprecated("write boot_iso")] = False
    """Take the CD out after the build."""


class ProxmoxIso(Builder[Options]):
    """Make a Proxmox template from an installation image."""

    name = "proxmox-iso"
