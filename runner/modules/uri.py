"""The ``uri`` module."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from runner.modules.shared import Url
from runner.sdk import Alias, AtMostOne, Duration, Module, Pattern, ReadsFile, SecretStr, Separated, options


@options(AtMostOne("body", "src"))
class Options(Url):
    """What ``uri`` accepts."""

    url: str
    """What to ask."""
    method: str = "GET"
    """Method of the request, such as GET or POST."""
    body: Any = None
    """What to send."""
    body_format: Literal["form-urlencoded", "json", "raw", "form-multipart"] = "raw"
    """How the body is written."""
    src: Annotated[str, ReadsFile("files")] | None = None
    """File to send instead of a body."""
    remote_src: bool = False
    """The file to send is on the machine, not on this computer."""
    headers: dict[str, Any] | None = None
    """Further headers of the request."""
    status_code: Annotated[tuple[str, ...], Separated(), Pattern(r"^[0-9]+$", "a status code such as 200")] = ("200",)
    """Status codes that count as success."""
    return_content: bool = False
    """Return the answer's body, not only its status."""
    dest: str | None = None
    """File or directory on the machine that receives the answer's body."""
    follow_redirects: Literal["all", "no", "none", "safe", "urllib2", "yes", True, False] = "safe"
    """Which redirects to follow; safe ones are those of GET and HEAD."""
    creates: str | None = None
    """Do nothing if this file is there."""
    removes: str | None = None
    """Do nothing unless this file is there."""
    timeout: Duration = "30"
    """How long to wait for the server; a bare number is seconds."""
    unix_socket: str | None = None
    """Socket on the machine to connect to."""
    ca_path: str | None = None
    """File on the machine with the certificate authority's certificate in PEM form."""
    url_username: Annotated[str | None, Alias("user")] = None
    """User name for the server."""
    url_password: Annotated[SecretStr | None, Alias("password")] = None
    """Password for the server."""


class Uri(Module[Options]):
    """Ask a web service for something, or send it something, from the machine."""

    name = "uri"
