"""Options that contradict each other, or that this version cannot work with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

_COMPRESSIBLE = ("qcow2", "vmdk")
_FIRST_SCREEN = 5900


def gap(options: Mapping[str, Any]) -> str | None:
    """Return what is wrong with the options, in words; nothing when all is well."""
    return next(_gaps(options), None)


def _gaps(options: Mapping[str, Any]) -> Iterator[str]:
    get = options.get
    if get("communicator", "ssh") == "winrm":
        yield "communicator 'winrm'"
    if get("ssh_keypair_name"):
        yield "ssh_keypair_name: no cloud has a key for it"
    forms = get("formats") or [get("format", "qcow2")]
    if get("disk_compression") is True and isinstance(forms, list):
        for form in forms:
            if form not in _COMPRESSIBLE:
                yield f"disk_compression: a {form} cannot be compressed"
    if get("use_backing_file") is True:
        if not get("disk_image"):
            yield "use_backing_file without disk_image: there is no disk to stand on"
        if forms != ["qcow2"] or get("disk_compression") is True:
            yield "use_backing_file: only a qcow2 that is not compressed can stand on another disk"
    if get("boot_command") and get("boot_steps"):
        yield "boot_steps beside boot_command"
    if get("disable_vnc") is True and (get("boot_command") or get("boot_steps")):
        yield "disable_vnc: keys are typed through VNC"
    first = get("vnc_port_min", _FIRST_SCREEN)
    if isinstance(first, int) and first < _FIRST_SCREEN:
        yield f"vnc_port_min: {first}, for QEMU's screens begin at {_FIRST_SCREEN}"
    if get("vnc_password") and get("vnc_use_password", False) is False:
        yield "vnc_password without vnc_use_password"
    if get("qmp_socket_path") and get("qmp_enable", False) is False:
        yield "qmp_socket_path without qmp_enable"
    if get("firmware") and (get("efi_boot") is True or get("efi_firmware_code")):
        yield "firmware beside efi_boot, which names another one"
    if get("net_bridge") and get("skip_nat_mapping") is True:
        yield "skip_nat_mapping beside net_bridge, where there is no such mapping"
