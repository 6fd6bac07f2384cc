"""Change a machine that VirtualBox already has."""

from __future__ import annotations

from runner.builders.virtualbox.shared.machine import VirtualBox
from runner.sdk import Builder, options


@options()
class Options(VirtualBox):
    """The machine and its snapshots."""

    vm_name: str
    """Name of the machine to change."""
    attach_snapshot: str | None = None
    """Snapshot to start from; the current state when left out."""
    target_snapshot: str | None = None
    """Name of the snapshot to make afterwards."""
    force_delete_snapshot: bool = False
    """Replace a snapshot of that name."""


class VirtualBoxVm(Builder[Options]):
    """Change a machine that VirtualBox already has, and snapshot or export it."""

    name = "virtualbox-vm"
