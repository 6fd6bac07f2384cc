"""Find a virtual machine of vSphere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from runner.builders.shared.vsphere import VcenterLogin
from runner.sdk import AtMostOne, DataSource, options


@options()
class Tag:
    """A tag of vSphere."""

    name: str
    """Name of the tag."""
    category: str
    """Category of the tag."""


@options(AtMostOne("name", "name_regex"))
class Options(VcenterLogin):
    """Which machine."""

    name: str | None = None
    """Name of the machine; wildcards are allowed."""
    name_regex: str | None = None
    """Regular expression that the machine's name matches."""
    template: bool = False
    """Look at templates only."""
    host: str | None = None
    """Host that the machine is on."""
    tag: list[Tag] | None = None
    """Tags that the machine has."""
    latest: bool = False
    """Take the newest when several match; otherwise several are an error."""


class VsphereVirtualMachine(DataSource[Options]):
    """Find a virtual machine of vSphere by its name, tags or host."""

    name = "vsphere-virtualmachine"
    attributes: ClassVar[Mapping[str, str]] = {
        "vm_name": "string: the machine's name",
    }
