"""Make a Hyper-V machine from another one."""

from __future__ import annotations

from runner.builders.hyperv.shared.machine import Hyperv
from runner.sdk import AtMostOne, Builder, ExactlyOne, options


@options(ExactlyOne("clone_from_vm_name", "clone_from_vmcx_path"), AtMostOne("iso_url", "iso_urls"))
class Options(Hyperv):
    """The machine to start from."""

    clone_from_vm_name: str | None = None
    """Name of a machine of Hyper-V to start from."""
    clone_from_vmcx_path: str | None = None
    """Path of an exported machine to start from."""
    clone_from_snapshot_name: str | None = None
    """Snapshot of the machine to start from."""
    clone_all_snapshots: bool = False
    """Take over all snapshots."""
    copy_in_compare: bool = False
    """Copy an exported machine before it is compared and imported."""


class HypervVmcx(Builder[Options]):
    """Make a Hyper-V machine from another one."""

    name = "hyperv-vmcx"
