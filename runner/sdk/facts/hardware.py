"""Facts of processors, memory, file systems and what the firmware tells of the machine."""

from __future__ import annotations

import re
from typing import Any

from runner.sdk.facts.parts import Parts, below, first, lines, whole

_FIRMWARE = {
    "bios_date", "bios_vendor", "bios_version", "board_asset_tag", "board_name", "board_serial", "board_vendor",
    "board_version", "chassis_asset_tag", "chassis_serial", "chassis_vendor", "chassis_version", "product_name",
    "product_serial", "product_uuid", "product_version",
}
_FORMS = (
    "Unknown", "Other", "Unknown", "Desktop", "Low Profile Desktop", "Pizza Box", "Mini Tower", "Tower", "Portable",
    "Laptop", "Notebook", "Hand Held", "Docking Station", "All in One", "Sub Notebook", "Space-saving", "Lunch Box",
    "Main Server Chassis", "Expansion Chassis", "Sub Chassis", "Bus Expansion Chassis", "Peripheral Chassis",
    "RAID Chassis", "Rack Mount Chassis", "Sealed-case PC", "Multi-system", "CompactPCI", "AdvancedTCA", "Blade",
)
"""The kinds of chassis by their number in SMBIOS."""


def hardware(parts: Parts) -> dict[str, Any]:
    """Return the facts of the hardware."""
    return {**_processors(parts), **_memory(parts), **_firmware(parts), "mounts": _mounts(parts), **_running(parts)}


def _processors(parts: Parts) -> dict[str, Any]:
    listed: list[str] = []
    found: dict[str, list[str]] = {}
    for line in lines(parts, "/proc/cpuinfo"):
        name, _, value = (each.strip() for each in line.partition(":"))
        found.setdefault(name, []).append(value)
        if name in ("processor", "vendor_id", "model name"):
            listed.append(value)
    running = whole(first(parts, "nproc"))
    threads = len(found.get("processor", ())) or running or 1
    sockets = len(set(found.get("physical id", ())))
    cores, together = 1, 1
    if sockets:
        cores = whole(found.get("cpu cores", ["1"])[0], 1)
        together = max(1, whole(found.get("siblings", ["1"])[0], 1) // cores)
    else:
        sockets = threads
    flags = found.get("flags", [""])[0].split()
    return {
        "processor": listed, "processor_count": sockets, "processor_cores": cores,
        "processor_threads_per_core": together, "processor_vcpus": sockets * cores * together,
        "processor_nproc": running or threads, "flags": flags,
    }


def _memory(parts: Parts) -> dict[str, Any]:
    size: dict[str, int] = {}
    for line in lines(parts, "/proc/meminfo"):
        name, _, value = line.partition(":")
        size[name] = whole(value) // 1024
    if "MemTotal" not in size:
        return {}
    total, free = size["MemTotal"], size.get("MemFree", 0)
    unused = free + size.get("Cached", 0) + size.get("Buffers", 0)
    swap, left = size.get("SwapTotal", 0), size.get("SwapFree", 0)
    return {
        "memtotal_mb": total, "memfree_mb": free, "swaptotal_mb": swap, "swapfree_mb": left,
        "memory_mb": {
            "real": {"total": total, "used": total - free, "free": free},
            "nocache": {"free": unused, "used": total - unused},
            "swap": {"total": swap, "free": left, "used": swap - left, "cached": size.get("SwapCached", 0)},
        },
    }


def _firmware(parts: Parts) -> dict[str, Any]:
    told = {name: value.strip() for name, value in below(parts, "dmi ").items()}
    kind = whole(told.get("chassis_type", ""), -1)
    return {
        **{name: told.get(name) or "NA" for name in sorted(_FIRMWARE)},
        "system_vendor": told.get("sys_vendor") or "NA",
        "form_factor": _FORMS[kind] if 0 <= kind < len(_FORMS) else "NA",
    }


def _mounts(parts: Parts) -> list[dict[str, Any]]:
    sizes = {}
    for line in lines(parts, "sizes"):
        *numbers, path = line.split(" ", 6)
        if len(numbers) == 6 and all(each.isdecimal() for each in numbers):  # noqa: PLR2004 - as many as are asked for
            sizes[path] = [int(each) for each in numbers]
    found = []
    for line in lines(parts, "/proc/mounts"):
        words = [_plain(word) for word in line.split()]
        if len(words) < 6 or not (words[0].startswith("/") or ":/" in words[0]):  # noqa: PLR2004 - fields of fstab(5)
            continue
        device, path, kind, how, dump, check = words[:6]
        found.append({
            "device": device, "mount": path, "fstype": kind, "options": how, "dump": whole(dump),
            "passno": whole(check), "uuid": "N/A", **_sizes(sizes.get(path)),
        })
    return found


def _sizes(numbers: list[int] | None) -> dict[str, int]:
    if numbers is None:
        return {}
    size, blocks, free, available, nodes, spare = numbers
    return {
        "size_total": size * blocks, "size_available": size * available, "block_size": size, "block_total": blocks,
        "block_available": available, "block_used": blocks - free, "inode_total": nodes, "inode_available": spare,
        "inode_used": nodes - spare,
    }


def _plain(word: str) -> str:
    return re.sub(r"\\([0-7]{3})", lambda match: chr(int(match[1], 8)), word)


def _running(parts: Parts) -> dict[str, Any]:
    loads = first(parts, "/proc/loadavg").split()
    found: dict[str, Any] = {"uptime_seconds": whole(first(parts, "/proc/uptime").partition(".")[0])}
    if len(loads) >= 3:  # noqa: PLR2004 - of one, five and fifteen minutes
        found["loadavg"] = dict(zip(("1m", "5m", "15m"), map(float, loads[:3]), strict=True))
    return found
