"""Make a vSphere machine from an installation image."""

from __future__ import annotations

from runner.builders.shared.iso import Iso
from runner.builders.vsphere.shared.machine import Vsphere
from runner.sdk import AtLeastOne, AtMostOne, Builder, options


@options()
class Nic:
    """One network card."""

    network_card: str
    """Kind of the card, such as `vmxnet3`."""
    network: str | None = None
    """Network to connect to."""
    mac_address: str | None = None
    """Hardware address."""
    passthrough: bool = False
    """Hand a card of the host to the machine."""


@options(AtLeastOne("host", "cluster"), AtMostOne("iso_url", "iso_urls"))
class Options(Vsphere, Iso):
    """The machine and what it is installed from."""

    guest_os_type: str = "otherGuest"
    """Operating system as vSphere names it, such as `debian12_64Guest`."""
    vm_version: int | None = None
    """Version of the virtual hardware."""
    network_adapters: list[Nic] | None = None
    """Network cards of the machine."""
    usb_controller: list[str] | None = None
    """USB controllers, `usb` or `xhci`."""
    local_cache_overwrite: bool = False
    """Download the installation image even if it is in the cache."""
    remote_cache_cleanup: bool = False
    """Delete the uploaded installation image after the build."""
    remote_cache_overwrite: bool = False
    """Upload the installation image even if it is there."""
    remote_cache_datastore: str | None = None
    """Datastore that keeps installation images."""
    remote_cache_path: str | None = None
    """Directory of the datastore that keeps installation images."""


class VsphereIso(Builder[Options]):
    """Make a vSphere machine from an installation image."""

    name = "vsphere-iso"
