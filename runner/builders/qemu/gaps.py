"""Options that contradict each other, or that this version cannot work with."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain
from typing import Any

from runner.builders.shared.download import iso_gap
from runner.builders.shared.web import http_gap

_COMPRESSIBLE = ("qcow2", "vmdk")
_FIRST_SCREEN = 5900


def gap(options: Mapping[str, Any]) -> str | None:
    """Return what is wrong with the options, in words; nothing when all is well.

    What only the build will tell is not looked at.
    """
    found = chain(_of_result(options), _of_screen(options), _of_machine(options))
    return next(found, None) or http_gap(options) or iso_gap(options)


def _of_result(options: Mapping[str, Any]) -> Iterator[str]:
    forms, compressed = options.get("formats") or [options.get("format", "qcow2")], options.get("disk_compression")
    if compressed is True and isinstance(forms, list):
        yield from (f"disk_compression: a {form} cannot be compressed" for form in forms if form not in _COMPRESSIBLE)
    if options.get("use_backing_file") is True:
        if not options.get("disk_image"):
            yield "use_backing_file without disk_image: there is no disk to stand on"
        if forms != ["qcow2"] or compressed is True:
            yield "use_backing_file: only a qcow2 that is not compressed can stand on another disk"


def _of_screen(options: Mapping[str, Any]) -> Iterator[str]:
    if options.get("boot_command") and options.get("boot_steps"):
        yield "boot_steps beside boot_command"
    first = options.get("vnc_port_min", _FIRST_SCREEN)
    if isinstance(first, int) and first < _FIRST_SCREEN:
        yield f"vnc_port_min: {first}, for QEMU's screens begin at {_FIRST_SCREEN}"
    if options.get("vnc_password") and options.get("vnc_use_password", False) is False:
        yield "vnc_password without vnc_use_password"


def _of_machine(options: Mapping[str, Any]) -> Iterator[str]:
    if options.get("communicator", "ssh") == "winrm":
        yield "communicator 'winrm'"
    if (order := options.get("shutdown_command")) and options.get("communicator") == "none":
        yield f"shutdown_command: {order}, which nothing can run without a communicator"
    if order and options.get("disable_shutdown") is True:
        yield "disable_shutdown beside shutdown_command"
    if options.get("ssh_keypair_name"):
        yield "ssh_keypair_name: there is no cloud that has its key"
    if options.get("qmp_socket_path") and options.get("qmp_enable", False) is False:
        yield "qmp_socket_path without qmp_enable"
    if options.get("firmware") and (options.get("efi_boot") is True or options.get("efi_firmware_code")):
        yield "firmware beside efi_boot, which names another one"
    if options.get("net_bridge") and options.get("skip_nat_mapping") is True:
        yield "skip_nat_mapping beside net_bridge, where there is no such mapping"
