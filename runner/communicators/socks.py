"""Connections through a SOCKS5 proxy (RFC 1928, RFC 1929)."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
import struct

from runner.communicators.ssh.settings import Proxy
from runner.sdk import Failed

_VERSION = 5
_NO_LOGIN, _PASSWORD, _NONE_FITS = 0, 2, 0xFF
_ADDRESSES = {1: 4, 4: 16}
"""Kind of an address -> its length; the kind 3 is a name, whose length comes before it."""
_NAME = 3
_REPLIES = {
    1: "something went wrong there", 2: "its rules forbid the connection", 3: "it has no way to the network",
    4: "it has no way to the host", 5: "the connection was refused", 6: "it took too long",
    7: "it does not know the command", 8: "it does not know the kind of address",
}
_PASSING = (1, 3, 4, 5, 6)
"""The replies that may be others a moment later, when the machine has started."""


async def through(proxy: Proxy, host: str, port: int) -> socket.socket:
    """Return a connection to a host, whose name the proxy looks up.

    Raises ``OSError`` when there is none at the moment, ``Failed`` when there will be none.
    """
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(proxy.host, proxy.port, type=socket.SOCK_STREAM)
    family, kind, protocol, _, address = found[0]
    line = socket.socket(family, kind, protocol)
    try:
        line.settimeout(0)
        await loop.sock_connect(line, address)
        await _logged_in(line, proxy)
        await _led(line, host, port)
    except BaseException:
        line.close()
        raise
    return line


async def _logged_in(line: socket.socket, proxy: Proxy) -> None:
    loop = asyncio.get_running_loop()
    ways = bytes((_NO_LOGIN,) if proxy.user is None else (_NO_LOGIN, _PASSWORD))
    await loop.sock_sendall(line, bytes((_VERSION, len(ways))) + ways)
    version, way = await _read(line, 2)
    if version != _VERSION:
        raise Failed(f"what answers on {proxy.host}:{proxy.port} is no SOCKS5 proxy")
    if way == _NONE_FITS:
        raise Failed("the proxy wants another kind of login", "set ssh_proxy_username and ssh_proxy_password")
    if way == _PASSWORD:
        user, password = (proxy.user or "").encode(), (proxy.password or "").encode()
        await loop.sock_sendall(line, bytes((1, len(user))) + user + bytes((len(password),)) + password)
        if (await _read(line, 2))[1]:
            raise Failed(f"the proxy refuses to let {proxy.user} log in", "check ssh_proxy_password")


async def _led(line: socket.socket, host: str, port: int) -> None:
    loop = asyncio.get_running_loop()
    await loop.sock_sendall(line, bytes((_VERSION, 1, 0)) + _address(host) + struct.pack(">H", port))
    _, reply, _, where = await _read(line, 4)
    if reply:
        message = f"the proxy cannot connect to {host}:{port}: {_REPLIES.get(reply, f'reply {reply}')}"
        raise ConnectionRefusedError(message) if reply in _PASSING else Failed(message)
    length = _ADDRESSES[where] if where in _ADDRESSES else (await _read(line, 1))[0]
    await _read(line, length + 2)  # from where it connects: address and port


def _address(host: str) -> bytes:
    try:
        packed = ipaddress.ip_address(host).packed
    except ValueError:
        name = host.encode("idna")
        return bytes((_NAME, len(name))) + name
    return bytes((1 if len(packed) == _ADDRESSES[1] else 4,)) + packed


async def _read(line: socket.socket, size: int) -> bytes:
    """Return exactly this many bytes. Raises ``ConnectionError`` when the other side ends before."""
    data = b""
    while len(data) < size:
        piece = await asyncio.get_running_loop().sock_recv(line, size - len(data))
        if not piece:
            raise ConnectionResetError("the proxy has ended the connection")
        data += piece
    return data
