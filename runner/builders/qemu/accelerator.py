"""What runs the processor's instructions: hardware if it has proved to, or QEMU itself."""

from __future__ import annotations

import os
import platform
import sys
import tempfile
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from runner.builders.qemu.emulator import Emulator, remember
from runner.builders.qemu.programs import Programs
from runner.sdk import Failed

_KVM = Path("/dev/kvm")
_OF_SYSTEMS: Mapping[str, str] = {"darwin": "hvf", "netbsd": "nvmm", "win32": "whpx"}
"""What other systems have in KVM's place."""
_X86 = ("x86_64", "i386")
_LIMIT = 3.0
"""How long the proof may take, in seconds: hardware needs a tenth of one."""
_PROVED = (0x10 << 1) | 1
"""The status with which QEMU ends when the guest has written 0x10 to the port of ``isa-debug-exit``."""
_SIZE, _RESET = 65536, 16
"""How large the ROM is, and how far before its end a processor starts."""
_GUEST = b64decode(
    "+mYxwI7YZscGABADIAAAZscGBBAAAAAAZscGACADMAAAZscGBCAAAAAAZscGADCDAAAAZscGBDAAAAAAZi4PARagAGa4IAAAAA8i4Ga4ABAAAA8i"
    "2Ga5gAAAwA8yZg0AAQAADzAPIMBmDQEAAIAPIsBm6nkADwAIALmAlpgASIPAAf/JdfiwEGa69ADu9Ov9AAAAAAAAAAAAAAAAAJogAA8AkAAP"
)
"""The beginning of a ROM at 0xf0000, in place of a BIOS. It runs

            cli                                         ; 16 bits
            ; identity mapping of the first 2 MiB: tables at 0x1000, 0x2000 and 0x3000
            mov dword [0x1000], 0x2003
            mov dword [0x2000], 0x3003
            mov dword [0x3000], 0x83                    ; and the upper halves, with zero
            lgdt [cs:gdtr]
            ; CR4.PAE, CR3 = 0x1000, EFER.LME, CR0.PG and CR0.PE
            jmp dword 8:0xf0000 + long
    long:   mov ecx, 10000000                           ; 64 bits
    again:  add rax, 1
            dec ecx
            jnz again
            out 0xf4, 0x10                              ; by way of dx and al
            hlt

and its last bytes are those at which a processor starts: a jump to f000:0000. A kernel does the same as its first
steps, and then goes on in 64 bits. A hypervisor that has to emulate these instructions one by one never gets there in
time, though it starts such a guest, and even runs a BIOS.
"""
_START = bytes.fromhex("ea000000f0")


async def chosen(programs: Programs, emulator: Emulator, wanted: str, cpu: str | None) -> tuple[str, str]:
    """Return the accelerator, and in a few words why it is that. Raises ``Failed`` when it cannot be had."""
    if wanted != "auto":
        if wanted == "kvm" and (why := _closed()):
            raise Failed(f"accelerator: kvm cannot be used: {why}", "write accelerator: auto, which finds another one")
        return wanted, ""
    if (other := _OF_SYSTEMS.get(sys.platform)) is not None:
        return (other, "") if _is_native(emulator) else ("tcg", "the processor is of another kind")
    if not _is_native(emulator):
        return "tcg", f"{emulator.architecture} is not the processor of this computer"
    if (why := _closed()) is not None:
        return "tcg", why
    if emulator.architecture not in _X86 or await _proved(programs, emulator, cpu):
        return "kvm", ""
    return "tcg", "KVM is there, but does not run a guest of 64 bits"


def _is_native(emulator: Emulator) -> bool:
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(platform.machine().lower(), platform.machine())
    return emulator.architecture == machine or (machine == "x86_64" and emulator.architecture == "i386")


def _closed() -> str | None:
    """Return why KVM is out of reach; nothing when it is not."""
    if not _KVM.exists():
        return f"there is no {_KVM}"
    if not os.access(_KVM, os.R_OK | os.W_OK):
        return f"{_KVM} may not be opened: who is in the group kvm may"
    return None


async def _proved(programs: Programs, emulator: Emulator, cpu: str | None) -> bool:
    """Return whether KVM runs a guest, which is tried once while this computer is up."""
    key = f"{_boot()} {cpu or ''}"
    if key not in emulator.proofs:
        proof = await proves(programs, emulator.path, "kvm", cpu)
        kept = {each: found for each, found in emulator.proofs.items() if each.startswith(_boot())}
        remember(replace(emulator, proofs={**kept, key: proof}))
        return proof
    return emulator.proofs[key]


async def proves(
    programs: Programs, path: str, accelerator: str, cpu: str | None = None, limit: float = _LIMIT
) -> bool:
    """Return whether a guest of 64 bits gets anywhere with an accelerator."""
    with tempfile.NamedTemporaryFile(prefix="ingot-") as rom:
        rom.write(_GUEST.ljust(_SIZE - _RESET, b"\0") + _START.ljust(_RESET, b"\0"))
        rom.flush()
        try:
            answer = await programs.run(_trial(path, accelerator, rom.name, cpu), limit)
        except TimeoutError:
            return False
    return answer.status == _PROVED


def _trial(path: str, accelerator: str, rom: str, cpu: str | None) -> tuple[str, ...]:
    return (
        path, "-accel", accelerator, "-machine", "pc", "-m", "16", "-nodefaults", "-no-user-config", "-display", "none",
        *(("-cpu", cpu) if cpu else ()), "-bios", rom, "-device", "isa-debug-exit,iobase=0xf4,iosize=1",
    )


def _boot() -> str:
    """Return what is another one each time that this computer starts."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text(encoding="ascii").strip()
    except OSError:
        return ""
