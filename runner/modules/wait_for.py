"""The ``wait_for`` module."""

from __future__ import annotations

from typing import Annotated, Literal

from runner.modules.shared import Texts
from runner.sdk import AtMostOne, Duration, Module, Separated, options


@options(AtMostOne("path", "port"))
class Options:
    """What ``wait_for`` accepts."""

    host: str = "127.0.0.1"
    """Host whose port to look at."""
    port: int | None = None
    """Which port."""
    path: str | None = None
    """Which file."""
    state: Literal["absent", "drained", "present", "started", "stopped"] = "started"
    """What to wait for: started and present, stopped and absent, or drained of connections."""
    search_regex: str | None = None
    """Pattern that the file or what the port says has to match."""
    timeout: Duration = "300"
    """How long to wait at most; a bare number is seconds."""
    delay: Duration = "0"
    """How long to wait before looking for the first time."""
    sleep: Duration = "1"
    """How long to wait between two looks."""
    connect_timeout: Duration = "5"
    """How long one try to connect may take."""
    active_connection_states: Annotated[tuple[str, ...], Separated()] = (
        "ESTABLISHED",
        "FIN_WAIT1",
        "FIN_WAIT2",
        "SYN_RECV",
        "SYN_SENT",
        "TIME_WAIT",
    )
    """States of a connection that state drained takes for active."""
    exclude_hosts: Texts | None = None
    """Hosts whose connections state drained leaves out."""
    msg: str | None = None
    """What to say if the time is over."""


class WaitFor(Module[Options]):
    """Wait until a port answers or is closed, or a file is there, gone, or holds a text."""

    name = "wait_for"
