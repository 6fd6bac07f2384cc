"""The ``get_url`` module."""

from __future__ import annotations

from typing import Annotated, Any

from runner.modules.shared import Url
from runner.sdk import Alias, Module, SecretStr, options


@options()
class Options(Url):
    """What ``get_url`` accepts."""

    url: str
    """What to download."""
    dest: str
    """File or directory on the machine that receives it."""
    checksum: str = ""
    """What the file's checksum has to be, as in sha256:1f3a... or sha256:URL of a list of checksums."""
    backup: bool = False
    """Keep a copy of the former file, with the time in its name."""
    headers: dict[str, Any] | None = None
    """Further headers of the request."""
    tmp_dest: str | None = None
    """Directory on the machine for the download before it is put in place."""
    url_username: Annotated[str | None, Alias("username")] = None
    """User name for the server."""
    url_password: Annotated[SecretStr | None, Alias("password")] = None
    """Password for the server."""


class GetUrl(Module[Options]):
    """Download a file from a web or FTP server to the machine."""

    name = "get_url"
