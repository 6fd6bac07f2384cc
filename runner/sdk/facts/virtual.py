"""Facts of what a machine is: hardware, a guest of something, or a container."""

from __future__ import annotations

import re
from typing import Any

from runner.sdk.facts.parts import Parts, below, first, there

_FIRMWARE = (
    ("product_name", r"(KVM|KVM Server|Bochs|AHV|Google Compute Engine|Alibaba Cloud ECS)$", "kvm"),
    ("product_name", r"OpenStack (Nova|Compute)$", "openstack"),
    ("product_name", r"(RHEV Hypervisor|oVirt Node)$", "RHEV"),
    ("product_name", r"VMware", "VMware"),
    ("product_name", r"VirtualBox$", "virtualbox"),
    ("product_name", r"Parallels", "parallels"),
    ("bios_vendor", r"Xen$", "xen"),
    ("bios_vendor", r"innotek GmbH$", "virtualbox"),
    ("bios_vendor", r"(Amazon EC2|DigitalOcean|Hetzner)$", "kvm"),
    ("sys_vendor", r"(QEMU|Amazon EC2|Google|DigitalOcean|Hetzner|Linode|Scaleway|Nutanix)", "kvm"),
    ("sys_vendor", r"oVirt$", "oVirt"),
    ("sys_vendor", r"Red Hat$", "RHEV"),
    ("sys_vendor", r"KubeVirt$", "KubeVirt"),
    ("sys_vendor", r"VMware, Inc\.$", "VMware"),
    ("sys_vendor", r"Parallels", "parallels"),
    ("sys_vendor", r"Apple Inc\.$", "kvm"),
)
"""What the firmware tells, what it looks like, and what it is then."""


def virtual(parts: Parts) -> dict[str, Any]:
    """Return the facts of virtualization."""
    guest, host = _guest(parts), _host(parts)
    kind = next(iter([*guest, *host]), "NA")
    role = "guest" if guest else "host" if host else "NA"
    return {
        "virtualization_type": kind, "virtualization_role": role, "virtualization_tech_guest": guest,
        "virtualization_tech_host": host, "is_chroot": "same-root" not in there(parts),
    }


def _guest(parts: Parts) -> list[str]:
    seen = there(parts)
    found = _container(parts)
    if "/proc/vz" in seen and "/proc/bc" not in seen:
        found.append("openvz")
    if "/proc/xen" in seen:
        found.append("xen")
    told = {name: value.strip() for name, value in below(parts, "dmi ").items()}
    if told.get("sys_vendor") == "Microsoft Corporation" and told.get("product_name") == "Virtual Machine":
        found.append("VirtualPC")
    found += [kind for name, pattern, kind in _FIRMWARE if re.match(pattern, told.get(name, ""))]
    if re.search(r"model name\s*:\s*QEMU Virtual CPU", parts.get("/proc/cpuinfo", "")):
        found.append("kvm")
    return list(dict.fromkeys(found))


def _container(parts: Parts) -> list[str]:
    seen, groups = there(parts), parts.get("/proc/1/cgroup", "")
    named = re.search(r"^container=(.+)$", parts.get("/proc/1/environ", ""), re.MULTILINE)
    engine = named[1] if named else first(parts, "container")
    if "/.dockerenv" in seen or "/docker/" in groups or "/docker-" in groups or engine == "docker":
        return ["docker", "container"]
    if "/run/.containerenv" in seen or engine == "podman":
        return ["podman", "container"]
    if engine == "lxc" or "/lxc/" in groups:
        return ["lxc", "container"]
    return ["container"] if engine else []


def _host(parts: Parts) -> list[str]:
    modules = {"/sys/module/kvm": "kvm", "/sys/module/vboxdrv": "virtualbox"}
    found = [kind for path, kind in modules.items() if path in there(parts)]
    return [*found, "openvz"] if {"/proc/vz", "/proc/bc"} <= there(parts) else found
