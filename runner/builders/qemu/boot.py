"""What a machine boots from, and what is typed on it meanwhile."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from runner.builders.qemu.disks import Base, Images, disk_of
from runner.builders.qemu.options import Options
from runner.builders.qemu.start import Started
from runner.builders.shared import keyboard, qcodes, rfb
from runner.builders.shared.download import check_installer, fetched
from runner.builders.shared.web import address_of
from runner.sdk import Session

_HOST = "10.0.2.2"
"""This computer, as machines in QEMU's own network see it."""
_ANY = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104 - it is not listened to
"""Addresses to listen at -> those at which one is then found."""


async def source(session: Session, options: Options, images: Images) -> Base | Path:
    """Return the disk to start from, or the installation image. Raises ``Failed``."""
    boots = not any(words and words[0] == "-kernel" for words in options.qemuargs or ())
    if session.start_from is not None:
        return await images.base(disk_of(session.start_from), boots=boots)
    image = await fetched(session, options)
    if options.disk_image:
        return await images.base(image, boots=boots)
    await check_installer(image)
    return image


def host_of(options: Options) -> str:
    """Return the address by which the machine reaches this computer's web server. Raises ``Failed``."""
    wanted = options.http_interface is None and (options.http_directory or options.http_content)
    return address_of(options.net_bridge) if options.net_bridge is not None and wanted else _HOST


async def typed(session: Session, options: Options, begun: Started, fields: Mapping[str, Any]) -> None:
    """Type what is to be typed: on the screen if there is one, which knows more characters. Raises ``Failed``."""
    if not (options.boot_command or options.boot_steps):
        return
    if begun.screen is None:
        by_line = qcodes.Qmp(lambda command, more: begun.vm.line.ask(command, **more))
        await begun.vm.while_running(keyboard.typed(session, options, by_line, fields))
        return
    where = (_ANY.get(options.vnc_bind_address, options.vnc_bind_address), begun.screen)
    async with rfb.vnc(where, begun.password) as by_screen:
        await begun.vm.while_running(keyboard.typed(session, options, by_screen, fields))
