"""How to log in to VMware vCenter."""

from __future__ import annotations

from runner.builders.shared.group import group
from runner.sdk import SecretStr


@group()
class VcenterLogin:
    """The vCenter server and who logs in to it."""

    vcenter_server: str
    """Address of the vCenter server."""
    username: str
    """User to log in as."""
    password: SecretStr
    """Password to log in with."""
    insecure_connection: bool = False
    """Accept any certificate of the server."""
    datacenter: str | None = None
    """Data centre to work in; not needed when there is only one."""
