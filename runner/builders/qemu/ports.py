"""Ports of this computer for machines, of which no two builds may have the same."""

from __future__ import annotations

import socket
from collections.abc import Container, Iterator
from contextlib import contextmanager

from runner.sdk import Failed


@contextmanager
def reserved(what: str, first: int, last: int, host: str = "127.0.0.1", but: Container[int] = ()) -> Iterator[int]:
    """Yield the first free port of a range, and keep others from it: until QEMU listens there, and after that.

    ``what`` names the options of the range. Raises ``Failed`` when there is none.
    """
    reason = "all are in use"
    if first > last:
        raise Failed(f"{what}: {first} is above {last}", "the lowest port comes first")
    for port in range(first, last + 1):
        if port in but:
            continue
        with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as held:
            try:
                held.bind((host, port))
            except OSError as error:
                reason = str(error.strerror)
                continue
            except OverflowError:
                raise Failed(f"{what}: {port} is no port") from None
            # Asked for now, this lets QEMU listen at the port. Who asks for it anew, as above, is refused.
            held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            yield port
            return
    raise Failed(f"{what}: no port from {first} to {last} of {host} is free: {reason}", "widen the range")
