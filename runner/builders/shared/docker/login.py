"""Log in to a container registry, for as long as one image is on its way."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from runner.builders.amazon.shared import ecr
from runner.builders.shared.docker.images import Login
from runner.communicators.docker.engine import Engine
from runner.sdk import Failed, Session

if TYPE_CHECKING:
    from docker.api.client import APIClient


async def login_of(session: Session, where: Engine, options: Any) -> Login:
    """Return what logs a connection in as the options say; nothing is written down, so nobody needs to log out.

    Raises ``Failed`` when something is missing.
    """
    if options.ecr_login:
        session.say("Asking Amazon ECR for a password")
        user, password, server = await where.thread(lambda: ecr.credentials(options, options.login_server))
    elif options.login:
        user, password, server = options.login_username, options.login_password, options.login_server
        if user is None or password is None:
            raise Failed("to log in, a user and a password are needed", "write login_username and login_password")
    else:
        return _nothing

    def login(client: APIClient) -> None:
        client.login(user, password, registry=server, reauth=True)

    return login


def _nothing(client: APIClient) -> None:
    """Leave it to what Docker's own configuration file has for a registry."""
    del client
