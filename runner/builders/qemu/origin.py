"""What a machine will be before it runs: by which builds know whether an earlier one has done their work."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Iterator
from dataclasses import dataclass, fields
from pathlib import Path

from runner.builders.qemu import output
from runner.builders.qemu.disks import Base, Images
from runner.builders.qemu.emulator import Emulator
from runner.builders.qemu.options import Options
from runner.builders.qemu.programs import Programs
from runner.builders.shared.checksums import digest_of
from runner.builders.shared.communicator import Connection
from runner.builders.shared.iso import Iso
from runner.builders.shared.ports import HostPorts
from runner.builders.shared.vnc import VncServer
from runner.sdk import Origin, Session
from runner.sdk.threads import held

_SHAPING = frozenset({"communicator", "ssh_username", "ssh_port", "ssh_pty"})
"""What decides, among all that says how the machine is reached, what tasks do to it."""
_OF_RESULT = (
    "format", "formats", "disk_compression", "skip_compaction", "use_backing_file", "efi_drop_efivars", "qemu_img_args",
    "shutdown_command", "disable_shutdown", "ssh_clear_authorized_keys",
)
"""Options that say what becomes of the machine."""
_BESIDE = frozenset({
    *(each.name for group in (Connection, Iso, VncServer, HostPorts) for each in fields(group)),
    "iso_skip_cache", "shutdown_timeout", "headless", "display", "use_default_display", "vnc_use_password",
    "vnc_password", "qmp_enable", "qmp_socket_path", "run_once", "output_directory", "warm_start", "boot_wait",
    "boot_key_interval", "boot_keygroup_interval", "http_port_min", "http_port_max", "http_bind_address",
    "http_interface", "http_network_protocol",
}) - _SHAPING
"""Options without which the machine is the same: how it is come by, reached, waited for and looked at."""
_READ = ("firmware", "efi_firmware_code", "efi_firmware_vars", "http_directory", "cd_files", "floppy_files",
         "floppy_dirs")
"""Options that name files which the machine reads."""
_BETWEEN = re.compile(r"[,=:]")


@dataclass(frozen=True, slots=True)
class Ground:
    """What a machine stands on."""

    host: Programs
    emulator: Emulator
    images: Images
    base: Base | Path
    """The disk to start from, or the installation image."""


def lends(options: Options) -> bool:
    """Return whether the machine sees a directory of this computer, in which nobody knows what will be."""
    given = options.qemuargs or ()
    return any(words[:1] in (["-virtfs"], ["-fsdev"]) or "fat:" in "".join(words[1:]) for words in given)


async def origin(session: Session, options: Options, ground: Ground) -> Origin:
    """Return what the machine will be. Raises ``Failed``."""
    values = {each.name: getattr(options, each.name) for each in fields(options)}
    shaping = {name: value for name, value in values.items() if name not in _BESIDE and name not in _OF_RESULT}
    base = ground.base.path if isinstance(ground.base, Base) else ground.base
    before = session.start_from.files if session.start_from is not None else ()
    identity = (
        ground.emulator.stamp, ground.emulator.version, [_stamp(each) for each in (base, *before)], shaping,
        await held(_contents, session.root, options),
    )
    name = output.name_of(session, options)
    where = str(session.root.absolute() / (options.output_directory or ""))
    result = (where, {each: values[each] for each in _OF_RESULT})
    return Origin(identity, result, {"ID": name, "ConnType": options.communicator}, ground)


def _stamp(path: Path) -> tuple[str, int, int, int]:
    """Return what another disk at the same path would not have; to read all of it would take too long."""
    status = path.stat()
    return str(path), status.st_size, status.st_mtime_ns, status.st_ino


def _contents(root: Path, options: Options) -> list[tuple[str, str]]:
    """Return the names and digests of all files that the options name for the machine."""
    return [
        (str(file), digest_of(file, "sha256")) for named in _named(root, options)
        for file in (sorted(named.rglob("*")) if named.is_dir() else (named,)) if file.is_file()
    ]


def _named(root: Path, options: Options) -> Iterator[Path]:
    for option in _READ:
        given = getattr(options, option) or ()
        for text in (given,) if isinstance(given, str) else given:
            yield from map(Path, sorted(glob.glob(os.path.join(root, os.path.expanduser(text)))))  # noqa: PTH111, PTH118, PTH207 - a pattern
    for words in options.qemuargs or ():
        for text in words[1:]:
            found = (os.path.join(root, each) for each in _BETWEEN.split(text))  # noqa: PTH118 - as below
            yield from (Path(each) for each in found if os.path.isfile(each))  # noqa: PTH113 - any text may be asked for
