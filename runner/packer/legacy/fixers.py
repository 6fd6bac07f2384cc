"""Mend what Packer's releases have renamed or removed, as ``packer fix`` does.

Each fixer is one row of ``FIXERS`` and works on one component; they run in the order of the table.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from fnmatch import fnmatch
from typing import Literal, NamedTuple

from runner.packer.coverage import Became
from runner.packer.legacy import mending
from runner.packer.legacy.part import Part, moved, removed, renamed, typed
from runner.text import Key, Node, Span

Note = Callable[[Span, str, Became, str], None]


class Fixer(NamedTuple):
    """What is mended; ``types`` are patterns of the types that it is for."""

    name: str
    section: Literal["builders", "provisioners", "post-processors"]
    types: str
    mend: Callable[[Part], None]


_AMAZON = "amazon-*"
FIXERS = (
    Fixer("iso-md5", "builders", "*", mending.iso_md5),
    Fixer("createtime", "builders", "*", mending.create_time),
    Fixer("virtualbox-gaattach", "builders", "virtualbox", mending.guest_additions),
    Fixer("pp-vagrant-override", "post-processors", "vagrant", mending.vagrant_override),
    Fixer("virtualbox-rename", "builders", "virtualbox", typed("virtualbox-iso")),
    Fixer("vmware-rename", "builders", "vmware", typed("vmware-iso")),
    Fixer("parallels-headless", "builders", "parallels-iso parallels-pvm", removed("headless")),
    Fixer("parallels-deprecations", "builders", "parallels-iso parallels-pvm", removed("parallels_tools_host_path")),
    Fixer("parallels-deprecations", "builders", "parallels-iso parallels-pvm",
          renamed("guest_os_distribution", "guest_os_type", replaces=True)),
    Fixer("sshkeypath", "builders", "*", renamed("ssh_key_path", "ssh_private_key_file", of=str)),
    Fixer("sshdisableagent", "builders", "*", renamed("ssh_disable_agent", "ssh_disable_agent_forwarding", of=bool)),
    Fixer("scaleway-access-key", "builders", "scaleway", renamed("access_key", "organization_id")),
    Fixer("manifest-filename", "post-processors", "manifest", renamed("filename", "output", of=str, replaces=True)),
    Fixer("amazon-shutdown_behavior", "builders", _AMAZON,
          renamed("shutdown_behaviour", "shutdown_behavior", replaces=True)),
    Fixer("amazon-enhanced-networking", "builders", _AMAZON,
          renamed("enhanced_networking", "ena_support", of=bool, replaces=True)),
    Fixer("amazon-private-ip", "builders", _AMAZON, mending.private_ip),
    Fixer("amazon-temp-sec-cidrs", "builders", _AMAZON, mending.source_cidr),
    Fixer("docker-email", "post-processors", "docker-*", removed("login_email")),
    Fixer("docker-tag-tags", "post-processors", "docker-tag", mending.docker_tag),
    Fixer("powershell-escapes", "provisioners", "powershell", mending.powershell_escapes),
    Fixer("vmware-compaction", "builders", "vmware-iso", mending.vmware_compaction),
    Fixer("hyperv-deprecations", "builders", "hyperv-iso", removed("vhd_temp_path")),
    Fixer("hyperv-vmxc-typo", "builders", "hyperv-vmcx",
          renamed("clone_from_vmxc_path", "clone_from_vmcx_path", replaces=True)),
    Fixer("hyperv-cpu-and-ram", "builders", "hyperv-*", renamed("cpu", "cpus", replaces=True)),
    Fixer("hyperv-cpu-and-ram", "builders", "hyperv-*", renamed("ram_size", "memory", replaces=True)),
    Fixer("clean-image-name", "builders", "*", mending.clean_name),
    Fixer("spot-price-auto-product", "builders",
          "amazon-ebs amazon-ebssurrogate amazon-ebsvolume amazon-instance", removed("spot_price_auto_product")),
    Fixer("qemu-disk-size", "builders", "qemu", mending.qemu_disk_size),
    Fixer("galaxy-command", "provisioners", "ansible-local", renamed("galaxycommand", "galaxy_command")),
    Fixer("comm-config", "builders", "virtualbox-*", renamed("ssh_host_port_min", "host_port_min")),
    Fixer("comm-config", "builders", "virtualbox-*", renamed("ssh_host_port_max", "host_port_max")),
    Fixer("comm-config", "builders", "virtualbox-*", renamed("ssh_skip_nat_mapping", "skip_nat_mapping")),
    Fixer("ssh-wait-timeout", "builders", "*", renamed("ssh_wait_timeout", "ssh_timeout")),
    Fixer("vsphere-iso-net-disk", "builders", "vsphere-iso", moved("network_adapters", "network", "network_card")),
    Fixer("vsphere-iso-net-disk", "builders", "vsphere-iso",
          moved("storage", "disk_size", "disk_thin_provisioned", "disk_eagerly_scrub")),
    Fixer("iso-checksum-type-and-url", "builders", "*", mending.iso_checksum),
    Fixer("qemu-host-port", "builders", "qemu", renamed("ssh_host_port_min", "host_port_min", replaces=True)),
    Fixer("qemu-host-port", "builders", "qemu", renamed("ssh_host_port_max", "host_port_max", replaces=True)),
    Fixer("azure-exclude_from_latest", "builders", "azure-chroot", mending.azure_typo),
    Fixer("proxmox-type", "builders", "proxmox", typed("proxmox-iso")),
)  # fmt: skip


def fixed(root: Node, note: Note) -> Node:
    """Return the template with everything mended; each change is told."""
    names: dict[str, str] = {}

    def component(node: Node, section: str) -> Node:
        if isinstance(node.value, tuple):
            return node._replace(value=tuple(component(each, section) for each in node.value))
        if not isinstance(node.value, dict) or not isinstance(_text(node, "type"), str):
            return node
        part = Part(node, section, note)
        before = part.name
        for fixer in FIXERS:
            if fixer.section == section and any(fnmatch(part.type, each) for each in fixer.types.split()):
                fixer.mend(part)
        if section == "builders":
            names[before] = part.name
        else:
            _follow(part, {old: new for old, new in names.items() if old != new})
        return part.node()

    sections: dict[Key, Node] = {}
    for key in ("builders", "provisioners", "error-cleanup-provisioner", "post-processors"):  # what others name first
        if found := root.get(key):
            sections[key] = component(found, "provisioners" if key.startswith("error") else key)
    return root._replace(value={key: sections.get(key, node) for key, node in root.items()})


def _text(node: Node, key: str) -> object:
    found = node.get(key)
    return found.value if found else None


def _follow(part: Part, names: Mapping[str, str]) -> None:
    """Let a component name builders as they are called now: without a name of its own, a builder is called its type."""
    for key in ("only", "except"):
        if (found := part.options.get(key)) and isinstance(found.value, tuple):
            part.replace(key, tuple(_renamed(each, names) for each in found.value))
    found = part.options.get("override") if part.section == "provisioners" else None
    if found and isinstance(found.value, dict):
        part.replace("override", {names.get(str(key), key): each for key, each in found.value.items()})


def _renamed(node: Node, names: Mapping[str, str]) -> Node:
    return node._replace(value=names.get(node.value, node.value)) if isinstance(node.value, str) else node
