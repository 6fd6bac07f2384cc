"""The ``htpasswd`` module."""

from __future__ import annotations

from typing import Annotated, Literal

from runner.modules.shared import Permissions
from runner.sdk import Alias, Module, SecretStr, options


@options()
class Options(Permissions):
    """What ``htpasswd`` accepts."""

    path: Annotated[str, Alias("dest", "destfile")]
    """File of the users."""
    name: Annotated[str, Alias("username")]
    """Which user."""
    password: SecretStr | None = None
    """The user's password."""
    state: Literal["present", "absent"] = "present"
    """Whether the user is to be there."""
    create: bool = True
    """Make the file if there is none."""
    hash_scheme: Annotated[str, Alias("crypt_scheme")] = "apr_md5_crypt"
    """How the password is hashed, such as bcrypt."""


class Htpasswd(Module[Options]):
    """Set users and passwords for a web server's basic authentication."""

    name = "htpasswd"
