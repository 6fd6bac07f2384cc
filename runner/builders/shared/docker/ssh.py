"""A container that is reached with SSH, at the address that it has in its network."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runner.builders.shared.communicator import Ssh
from runner.builders.shared.ssh import about, keys_gap, settings_of
from runner.communicators.docker.engine import Engine
from runner.sdk import Communicator, Failed, Session

_OTHERS = (("exec_user", "ssh_username"), ("pty", "ssh_pty"))
"""Options of commands that the engine starts, and those of SSH."""


def gap(options: Mapping[str, Any]) -> str | None:
    """Return which option is not for a container that is reached with SSH."""
    for name, other in _OTHERS:
        if options.get(name):
            return f"{name} and SSH, where it is {other}"
    if not options.get("fix_upload_owner", True):
        return "fix_upload_owner: false and SSH, where files belong to who has logged in"
    made = keys_gap(options)
    return None if made is None else f"{made}, for it puts no key into the container"


async def line(
    options: Ssh, session: Session, engine: Engine, container_id: str
) -> tuple[Communicator, Mapping[str, Any]]:
    """Connect to a container that runs; return the line, and what expressions see of it. Raises ``Failed``."""
    from runner.communicators.ssh import transport as ssh

    host = options.ssh_host or await _address(engine, container_id)
    settings = settings_of(options, session, host=host, made=True)
    session.say(f"Connecting to {settings.server} with SSH")
    return await session.hold(ssh.connected(settings, lambda: _ended(engine, container_id))), about(options, settings)


async def _ended(engine: Engine, container_id: str) -> Failed:
    """Wait until the container has ended; return why it does not answer any more. Raises ``Failed``."""
    return _over((await engine.heard(f"/containers/{container_id}/wait"))["StatusCode"])


def _over(status: int) -> Failed:
    return Failed(
        f"the container has ended with status {status}",
        "`run_command` starts its SSH server, such as [-d, '{{.Image}}', /usr/sbin/sshd, -D]",
    )


async def _address(engine: Engine, container_id: str) -> str:
    """Return the address of a running container in its network. Raises ``Failed``."""
    found = await engine.ask("GET", f"/containers/{container_id}/json")
    if not found["State"]["Running"]:
        raise _over(found["State"]["ExitCode"])
    networks = found["NetworkSettings"]["Networks"].values()
    address: str | None = next((each["IPAddress"] for each in networks if each["IPAddress"]), None)
    if address is None:
        raise Failed("the container has no address of its own", "set `ssh_host`, and `ssh_port` if it is not 22")
    return address
