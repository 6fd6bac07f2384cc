"""Make a VMware machine from another one."""

from __future__ import annotations

from runner.builders.vmware.shared.machine import Vmware
from runner.sdk import Builder, options


@options()
class Options(Vmware):
    """The machine to start from."""

    source_path: str
    """Path of the VMX file of the machine to start from."""
    linked: bool = False
    """Keep using the disks of the source machine, and write changes only."""
    attach_snapshot: str | None = None
    """Snapshot of the source machine to start from."""


class VmwareVmx(Builder[Options]):
    """Make a VMware machine from another one."""

    name = "vmware-vmx"
