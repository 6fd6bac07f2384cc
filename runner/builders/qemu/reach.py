"""How a machine is reached once it runs: where it is, and the line to it."""

from __future__ import annotations

import asyncio
import contextlib
import re
import socket
from collections.abc import Container, Mapping
from pathlib import Path
from typing import Any

from runner.builders.qemu.machine import Vm
from runner.builders.qemu.options import Options
from runner.builders.shared.ssh import about, settings_of
from runner.communicators.ssh import probe as ssh_probe
from runner.communicators.ssh import transport as ssh
from runner.communicators.ssh.settings import Settings
from runner.sdk import Communicator, Failed, Session
from runner.sdk.durations import seconds_of

_NEIGHBOURS = Path("/proc/net/arp")
_CARD = re.compile(r"macaddr=((?:[0-9a-fA-F]{2}:){5}[0-9a-fA-F]{2})")
_PAUSE = 0.5
"""How long to wait between two looks at the neighbours, in seconds."""
_SIGN = 30.0
"""How long to wait, in seconds, for a sign that the machine's network card is in use: not every system gives one."""
_LOOK = 0.2
"""How long to wait between two looks for it, in seconds."""


async def line(
    options: Options, session: Session, vm: Vm, port: int | None, key: str | None
) -> tuple[Communicator, Mapping[str, Any]]:
    """Connect to a machine as soon as it answers; return the line, and what expressions see of it.

    Raises ``Failed``.
    """
    limit = seconds_of(options.ssh_wait_timeout or options.ssh_timeout)
    begun = None
    host = options.ssh_host or ("127.0.0.1" if options.net_bridge is None else None)
    try:
        async with asyncio.timeout(limit):
            if host is None and options.net_bridge is not None:
                session.say(f"Waiting for the machine to be seen on the bridge {options.net_bridge}")
                host = await vm.while_running(_address(vm, options.net_bridge))
            settings = settings_of(options, session, host=host, port=port, key=key, made=True)
            session.say(f"Waiting for SSH on {settings.server}")
            if settings.bastion is None and settings.proxy is None:
                begun = await vm.while_running(_greeted(vm, settings, through=port))
    except TimeoutError:
        where = f" on {settings.server}" if host is not None else ""
        raise Failed(f"the machine does not answer{where} within {limit:g} seconds") from None
    if options.pause_before_connecting is not None:
        await vm.while_running(_once(settings, begun))
        begun = None
        session.say(f"Connected; connecting again in {options.pause_before_connecting}")
        await vm.while_running(asyncio.sleep(seconds_of(options.pause_before_connecting)))
    found = await vm.while_running(session.hold(ssh.connected(settings, begun=begun)))
    return found, about(options, settings)


async def _greeted(vm: Vm, settings: Settings, through: int | None) -> socket.socket:
    """Return a connection as soon as SSH greets, ``through`` a port of QEMU if it goes by one."""
    if through is not None:
        with contextlib.suppress(Failed, TimeoutError):
            async with asyncio.timeout(_SIGN):
                await _card_in_use(vm)
    return await ssh_probe.greeted(settings.server.host, settings.server.port)


async def _card_in_use(vm: Vm) -> None:
    """Wait until the machine's system has told its network card what to take, which QEMU knows of virtio's alone.

    Until then no connection is begun: QEMU would keep it even when we have given it up, and the machine would have to
    answer them all later.
    """
    while True:
        cards = await vm.line.ask("query-rx-filter")
        if not cards or not all(each["promiscuous"] for each in cards):
            return
        await asyncio.sleep(_LOOK)


async def _once(settings: Settings, begun: socket.socket | None) -> None:
    async with ssh.connected(settings, begun=begun):
        pass


async def _address(vm: Vm, bridge: str) -> str:
    """Return the machine's address as soon as this computer knows it as a neighbour on the bridge."""
    own = cards_of(await vm.line.ask("human-monitor-command", **{"command-line": "info network"}))
    while True:
        if found := _neighbour(bridge, own):
            return found
        await asyncio.sleep(_PAUSE)


def cards_of(told: str) -> set[str]:
    """Return the addresses of the network cards that QEMU tells of."""
    return {each.lower() for each in _CARD.findall(told)}


def _neighbour(bridge: str, cards: Container[str]) -> str | None:
    for row in _NEIGHBOURS.read_text(encoding="ascii").splitlines()[1:]:
        address, _, flags, mac, _, device = row.split()[:6]
        if device == bridge and mac.lower() in cards and int(flags, 16):
            return address
    return None
