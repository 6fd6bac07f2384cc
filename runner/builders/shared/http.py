"""A web server on this computer that the machine reads its installer's answers from."""

from __future__ import annotations

from typing import Literal

from runner.builders.shared.group import LocalFile, group
from runner.sdk import AtMostOne


@group(AtMostOne("http_directory", "http_content"))
class HttpServer:
    """What the machine can fetch from this computer during the build."""

    http_directory: LocalFile | None = None
    """Directory whose files are served, and nothing above it."""
    http_content: dict[str, str] | None = None
    """Path -> text of files that are served without being on disk, such as `{/user-data: "#cloud-config"}`."""
    http_port_min: int = 8000
    """Lowest port to serve on."""
    http_port_max: int = 9000
    """Highest port to serve on."""
    http_bind_address: str = "0.0.0.0"  # noqa: S104 - the machine has to reach this computer
    """Address of this computer to serve on."""
    http_interface: str | None = None
    """Network interface whose address is given to the machine."""
    http_network_protocol: Literal["tcp", "tcp4", "tcp6", "unix", "unixpacket"] = "tcp"
    """Kind of socket to listen on."""
