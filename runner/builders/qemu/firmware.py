"""UEFI firmware: a file of code, and one of variables that each machine has for itself."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from runner.builders.qemu.options import Options
from runner.sdk import Artifact, Failed, Session
from runner.sdk.threads import held

VARIABLES = "efivars.fd"
"""What the file of variables is called in the result."""
_PLACES: Sequence[tuple[str, str]] = (
    ("/usr/share/OVMF/OVMF_CODE_4M.fd", "/usr/share/OVMF/OVMF_VARS_4M.fd"),
    ("/usr/share/OVMF/OVMF_CODE.fd", "/usr/share/OVMF/OVMF_VARS.fd"),
    ("/usr/share/edk2/ovmf/OVMF_CODE.fd", "/usr/share/edk2/ovmf/OVMF_VARS.fd"),
    ("/usr/share/edk2/x64/OVMF_CODE.4m.fd", "/usr/share/edk2/x64/OVMF_VARS.4m.fd"),
    ("/usr/share/edk2-ovmf/x64/OVMF_CODE.fd", "/usr/share/edk2-ovmf/x64/OVMF_VARS.fd"),
    ("/usr/share/qemu/ovmf-x86_64-code.bin", "/usr/share/qemu/ovmf-x86_64-vars.bin"),
    ("/usr/share/AAVMF/AAVMF_CODE.fd", "/usr/share/AAVMF/AAVMF_VARS.fd"),
)
"""Where distributions put the firmware, which has to be that of the machine's processor."""
_ARM = "AAVMF"


@dataclass(frozen=True, slots=True)
class Firmware:
    """What a machine with UEFI boots with."""

    code: Path
    variables: Path


def wanted(options: Options) -> bool:
    """Return whether the machine has UEFI."""
    return options.efi_boot or options.efi_firmware_code is not None


async def firmware(session: Session, options: Options, architecture: str, base: Artifact | None) -> Firmware:
    """Return the firmware, with variables that the machine may change. Raises ``Failed`` when there is none."""
    code, variables = _usual(architecture)
    if options.efi_firmware_code is not None:
        code = (session.root / options.efi_firmware_code).absolute()
    if options.efi_firmware_vars is not None:
        variables = (session.root / options.efi_firmware_vars).absolute()
    elif base is not None:
        variables = next((each for each in base.files if each.name == VARIABLES), variables)
    if code is None or variables is None:
        package = "qemu-efi-aarch64" if architecture == "aarch64" else "ovmf"
        raise Failed("there is no UEFI firmware on this computer",
                     f"install the package {package}, or set efi_firmware_code and efi_firmware_vars")
    for option, file in (("efi_firmware_code", code), ("efi_firmware_vars", variables)):
        if not file.is_file():
            raise Failed(f"{option}: there is no file {file}")
    own = session.work / VARIABLES
    await held(shutil.copyfile, variables, own)
    return Firmware(code, own)


def _usual(architecture: str) -> tuple[Path | None, Path | None]:
    arm = architecture == "aarch64"
    for code, variables in _PLACES:
        if (_ARM in code) is arm and Path(code).is_file() and Path(variables).is_file():
            return Path(code), Path(variables)
    return None, None
