"""The QEMU of this computer: its version, and what it can emulate."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from runner.builders.qemu.options import Options
from runner.builders.qemu.programs import Programs, path_of
from runner.builders.shared import cache
from runner.sdk import Failed

OLDEST = (5, 2)
"""The oldest version that is known to do."""
BUSES: Mapping[str, str | None] = {
    "ide": None, "nvme": "nvme", "scsi": "lsi53c895a", "virtio": "virtio-blk-pci", "virtio-scsi": "virtio-scsi-pci",
}
"""What `disk_interface` can be, and the device that QEMU has to have for it."""
_VERSION = re.compile(r"QEMU emulator version ([0-9]+)\.([0-9]+)\.?([0-9]*)")
_MACHINE = re.compile(r"^(\S+)\s+\S.*$", re.MULTILINE)
_DEVICE = re.compile(r'^name "([^"]+)"(?:.*?alias "([^"]+)")?', re.MULTILINE)
_DISPLAY = re.compile(r"^([a-z][a-z0-9-]*)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Emulator:
    """A QEMU program."""

    path: str
    stamp: str
    """What another program at the same path would not have."""
    version: tuple[int, ...]
    machines: tuple[str, ...] = ()
    devices: tuple[str, ...] = ()
    displays: tuple[str, ...] = ()
    proofs: Mapping[str, bool] = field(default_factory=dict)
    """Start of this computer and processor -> whether hardware has run a guest."""

    @property
    def shown(self) -> str:
        """Its version, for people."""
        return ".".join(map(str, self.version))

    @property
    def architecture(self) -> str:
        """The processor that it emulates, as in its name."""
        return self.path.rpartition("-")[2]


async def found(programs: Programs, name: str) -> Emulator:
    """Return what the QEMU program of this name can do, as it was learnt when it was first used. Raises ``Failed``."""
    path = path_of(name)
    stamp = _stamp(path)
    known = _remembered(path)
    if known.get("stamp") != stamp:
        known = asdict(await _asked(programs, path, stamp))
        remember(Emulator(**known))
    emulator = Emulator(**{**known, "version": tuple(known["version"])})
    if emulator.version < OLDEST:
        oldest = ".".join(map(str, OLDEST))
        raise Failed(f"{name} is of version {emulator.shown}, and {oldest} is the oldest that will do",
                     "install a newer one, such as that of Debian 11 or later")
    return emulator


def _stamp(path: str) -> str:
    whole = Path(path).resolve()
    status = whole.stat()
    return f"{whole} {status.st_size} {status.st_mtime_ns}"


def remember(emulator: Emulator) -> None:
    """Write down what is known, for builds to come; where that cannot be, it is learnt again."""
    file = _file(emulator.path)
    with contextlib.suppress(OSError):
        file.parent.mkdir(parents=True, exist_ok=True)
        part = file.with_name(f".{file.name}.{secrets.token_hex(4)}")
        part.write_text(json.dumps(asdict(emulator)), encoding="utf-8")
        part.replace(file)


def _file(path: str) -> Path:
    return cache.place(os.environ) / "qemu" / f"{path.strip('/').replace('/', '-')}.json"


def _remembered(path: str) -> dict[str, Any]:
    try:
        found = json.loads(_file(path).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


async def _asked(programs: Programs, path: str, stamp: str) -> Emulator:
    questions = (("--version",), *((f"-{each}", "help") for each in ("machine", "device", "display")))
    answers = await asyncio.gather(*(programs.run((path, *each)) for each in questions))
    version, machines, devices, displays = (each.stdout for each in answers)
    match = _VERSION.search(version)
    if match is None:
        raise Failed(f"{path} is no QEMU: it does not tell its version", "see 'qemu_binary'")
    return Emulator(
        path, stamp, tuple(int(each) for each in match.groups() if each),
        tuple(each for each in _MACHINE.findall(machines) if each != "Supported"),
        tuple(name for pair in _DEVICE.findall(devices) for name in pair if name),
        tuple(_DISPLAY.findall(displays)),
    )


def check(options: Options, emulator: Emulator) -> None:
    """Raise ``Failed`` when an option names what this QEMU does not have."""
    if options.disk_interface not in BUSES:
        raise _unknown("disk_interface", options.disk_interface, BUSES, "the buses are", all_of_them=True)
    _among("machine_type", options.machine_type.partition(",")[0], emulator.machines, emulator)
    _among("net_device", options.net_device.partition(",")[0], emulator.devices, emulator)
    if bus := BUSES[options.disk_interface]:
        _among("disk_interface", bus, emulator.devices, emulator)
    if options.vtpm:
        _among("tpm_device_type", options.tpm_device_type, emulator.devices, emulator)
    if options.display is not None:
        kind = options.display.partition(",")[0]
        if kind != "none":
            _among("display", kind, emulator.displays, emulator)


def _among(option: str, value: str, known: Iterable[str], emulator: Emulator) -> None:
    if value not in (names := list(known)) and names:
        raise _unknown(option, value, names, f"QEMU {emulator.shown} has")


def _unknown(option: str, value: str, known: Iterable[str], words: str, *, all_of_them: bool = False) -> Failed:
    near = list(known) if all_of_them else get_close_matches(value, list(known), 3, 0.5)
    hint = f"{words} {', '.join(near)}" if near else None
    return Failed(f"{option}: there is no {value!r}", hint)
