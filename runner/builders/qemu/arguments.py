"""The arguments of QEMU: those that the options come to, and what `qemuargs` makes of them.

They are the same as Packer's, in meaning and by name, because `qemuargs` are written against these.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from runner.builders.qemu.options import Options
from runner.sdk import Failed

Argument = tuple[str, str]
"""A name such as ``-m``, and its value; an empty one when it has none."""
_FIELD = re.compile(r"\{\{\s*\.(\w+)\s*\}\}")
_NIC = "user.0"


@dataclass(frozen=True, slots=True)
class Parts:
    """What has been made ready for a machine."""

    name: str
    accelerator: str
    disks: tuple[Path, ...]
    """Its disks, each a qcow2."""
    installer: Path | None = None
    """The installation image; without one the machine boots from its disk."""
    cd: Path | None = None
    floppy: Path | None = None
    code: Path | None = None
    """The UEFI firmware."""
    variables: Path | None = None
    """The UEFI variables, which the machine changes."""
    tpm: int | None = None
    """The descriptor of a socket at whose other end a TPM is."""
    port: int | None = None
    """The port of this computer that leads to the machine."""
    screen: int | None = None
    """The port at which VNC shows the screen."""
    display: str | None = None
    """The window that shows it; nothing leaves that to QEMU."""
    cpu: str | None = None


def usual(options: Options, parts: Parts) -> list[Argument]:
    """Return the arguments before `qemuargs`."""
    machine = f"type={options.machine_type}"
    if parts.accelerator != "none":
        machine += f",accel={parts.accelerator}"
    found = [
        ("-name", parts.name), ("-machine", machine), ("-m", f"{options.memory}M"), ("-smp", processors(options)),
        ("-boot", "c" if parts.installer is None else "once=d"),
    ]
    if parts.cpu is not None:
        found.append(("-cpu", parts.cpu))
    found += [*_network(options, parts), *_disks(options, parts), *_media(options, parts), *_firmware(options, parts)]
    if parts.tpm is not None:
        found += [
            ("-chardev", f"socket,id=vtpm,fd={parts.tpm}"), ("-tpmdev", "emulator,id=tpm0,chardev=vtpm"),
            ("-device", f"{options.tpm_device_type},tpmdev=tpm0"),
        ]
    if options.vga is not None:
        found.append(("-vga", options.vga))
    if parts.screen is not None:
        password = ",password=on" if options.vnc_use_password else ""
        found.append(("-vnc", f"{_host(options.vnc_bind_address)}:{parts.screen - 5900}{password}"))
    if parts.display is not None:
        found.append(("-display", parts.display))
    return found


def processors(options: Options) -> str:
    """Return the value of ``-smp``. Raises ``Failed`` when the numbers contradict each other."""
    given = {name: number for name in ("sockets", "cores", "threads") if (number := getattr(options, name)) is not None}
    product = 1
    for number in given.values():
        product *= number
    cpus = product if options.cpus == 1 else options.cpus
    if product < 1 or cpus % product or (len(given) == len(("sockets", "cores", "threads")) and cpus != product):
        words = " by ".join(f"{number} {name}" for name, number in given.items())
        raise Failed(f"cpus: {cpus} processors are not {words}", "leave 'cpus' out, and it is what the others come to")
    topology = given or {"sockets": cpus}
    return ",".join((f"cpus={cpus}", *(f"{name}={number}" for name, number in topology.items())))


def _network(options: Options, parts: Parts) -> Iterator[Argument]:
    if options.net_bridge is not None:
        yield "-netdev", f"bridge,id={_NIC},br={options.net_bridge}"
    else:
        forward = f",hostfwd=tcp:127.0.0.1:{parts.port}-:{options.ssh_port}" if parts.port is not None else ""
        yield "-netdev", f"user,id={_NIC}{forward}"
    yield _card(options)


def _card(options: Options) -> Argument:
    return "-device", f"{options.net_device},netdev={_NIC}"


def _disks(options: Options, parts: Parts) -> Iterator[Argument]:
    bus = options.disk_interface
    if bus == "virtio-scsi":
        yield "-device", "virtio-scsi-pci,id=scsi0"
    zeroes = options.disk_detect_zeroes
    if isinstance(zeroes, bool):  # as YAML has read a bare word
        zeroes = "on" if zeroes else "off"
    for number, disk in enumerate(parts.disks):
        name = f"drive{number}"
        apart = bus in ("virtio-scsi", "nvme")
        fields = [
            f"file={escaped(disk)}", *(("if=none", f"id={name}") if apart else (f"if={bus}",)),
            f"cache={options.disk_cache}", f"discard={options.disk_discard}", "format=qcow2",
            *(() if zeroes == "off" else (f"detect-zeroes={zeroes}",)),
        ]
        yield "-drive", ",".join(fields)
        if bus == "virtio-scsi":
            yield "-device", f"scsi-hd,bus=scsi0.0,drive={name}"
        elif bus == "nvme":
            yield "-device", f"nvme,drive={name},serial={name}"


def _media(options: Options, parts: Parts) -> Iterator[Argument]:
    bus = options.cdrom_interface
    for number, image in enumerate(each for each in (parts.installer, parts.cd) if each is not None):
        if bus == "virtio-scsi":
            if number == 0 and options.disk_interface != bus:
                yield "-device", "virtio-scsi-pci,id=scsi0"
            yield "-drive", f"file={escaped(image)},if=none,id=cdrom{number},media=cdrom"
            yield "-device", f"scsi-cd,bus=scsi0.0,drive=cdrom{number}"
        else:
            yield "-drive", f"file={escaped(image)},{f'if={bus},' if bus else ''}media=cdrom"
    if parts.floppy is None:
        return
    if "q35" in options.machine_type:  # which has no controller of its own
        yield "-drive", f"file={escaped(parts.floppy)},if=none,id=floppy0,format=raw"
        yield "-device", "isa-fdc,id=fdc0"
        yield "-device", "floppy,bus=fdc0.0,drive=floppy0"
    else:
        yield "-drive", f"file={escaped(parts.floppy)},if=floppy,format=raw"


def _firmware(options: Options, parts: Parts) -> Iterator[Argument]:
    if parts.code is not None and parts.variables is not None:
        yield "-drive", f"file={escaped(parts.code)},if=pflash,unit=0,format=raw,readonly=on"
        yield "-drive", f"file={escaped(parts.variables)},if=pflash,unit=1,format=raw"
    elif options.firmware is not None and options.use_pflash:
        yield "-drive", f"file={options.firmware.replace(',', ',,')},if=pflash,format=raw,readonly=on"
    elif options.firmware is not None:
        yield "-bios", options.firmware


def _host(address: str) -> str:
    return f"[{address}]" if ":" in address else address


def escaped(path: Path) -> str:
    """Return a path as it stands in the value of an argument, where a comma ends it."""
    return str(path).replace(",", ",,")


def merged(
    options: Options, usual: Sequence[Argument], fields: Mapping[str, object]
) -> tuple[list[Argument], list[Argument]]:
    """Return the arguments with those of `qemuargs`, and what is lost by them. Raises ``Failed``.

    As with Packer, a name takes the place of all arguments of that name; only the network card comes back when none of
    the devices is one.
    """
    own = [_own(words, fields) for words in options.qemuargs or ()]
    names = {name for name, _ in own}
    kept = [each for each in usual if each[0] not in names]
    if "-device" in names and not any(name == "-device" and options.net_device in value for name, value in own):
        kept.append(_card(options))
    found = [*kept, *own]
    return found, [each for each in usual if each not in found]


def _own(words: Sequence[str], fields: Mapping[str, object]) -> Argument:
    if not words or len(words) > 2 or not str(words[0]).startswith("-"):  # noqa: PLR2004 - a name and a value
        message = f"qemuargs: {list(words)!r} is not of the form [name, value]"
        raise Failed(message, "such as [-m, 1024M] or [-nographic]")
    value = str(words[1]) if len(words) > 1 else ""

    def filled(match: re.Match[str]) -> str:
        if match[1] not in fields:
            raise Failed(f"qemuargs: there is no {match[0]}", f"there are {', '.join(fields)}")
        return str(fields[match[1]])

    return str(words[0]), _FIELD.sub(filled, value)


def words_of(arguments: Sequence[Argument]) -> list[str]:
    """Return arguments as a program takes them."""
    return [word for name, value in arguments for word in ((name, value) if value else (name,))]
