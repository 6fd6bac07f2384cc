"""The ``htpasswd`` module."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Annotated, Any, Literal

from runner.modules.shared import Edited, Permissions
from runner.modules.support.editing import opened, saved
from runner.modules.support.passwords import hashed, verified
from runner.sdk import Alias, Failed, Module, Outcome, SecretStr, Work, options

_SCHEMES = {"apr_md5_crypt": "apr1", "md5_crypt": "1", "sha256_crypt": "5", "sha512_crypt": "6", "bcrypt": "2b",
            "portable_apache22": "apr1", "portable_apache24": "apr1", "plaintext": "", "ldap_sha1": "sha1"}
"""What the option calls a scheme -> how its hashes begin."""


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

    @classmethod
    def gap(cls, options: Mapping[str, Any]) -> str | None:
        """Return which of these options this version cannot work with."""
        scheme = options.get("hash_scheme") or options.get("crypt_scheme")
        return f"hash_scheme: {scheme}" if scheme not in (None, *_SCHEMES) else None

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Read the file, have the user in it or not, write it back. Raises ``Failed``."""
        del facts
        wanted = self.options
        shared = {each.name: getattr(wanted, each.name) for each in fields(Permissions)}
        options = Edited(**shared)
        found, former = yield from opened(wanted.path, options)
        if former is None and wanted.state == "present" and not wanted.create:
            raise Failed(f"Destination {wanted.path} does not exist")
        lines = (former or b"").decode().splitlines()
        own = [number for number, line in enumerate(lines) if line.partition(":")[0] == wanted.name]
        if wanted.state == "absent":
            if not own:
                return Outcome({"msg": f"{wanted.name} not present"}, changed=False)
            kept, message = [line for number, line in enumerate(lines) if number not in own], f"Remove {wanted.name}"
        else:
            if wanted.password is None:
                raise Failed("password is needed when the state is present")
            if own and verified(wanted.password, lines[own[0]].partition(":")[2]):
                kept, message = lines, f"{wanted.name} already present"
            else:
                line = f"{wanted.name}:{hashed(wanted.password, _SCHEMES[wanted.hash_scheme])}"
                kept = [line if number in own else each for number, each in enumerate(lines)]
                kept += [] if own else [line]
                message = f"Add {wanted.name}"
        content = former if kept == lines and former is not None else "".join(f"{line}\n" for line in kept).encode()
        changed, message, _ = yield from saved(found, former, content, options, message)
        return Outcome({"msg": message}, changed=changed)
