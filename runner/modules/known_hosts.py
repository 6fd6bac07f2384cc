"""The ``known_hosts`` module."""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import b64decode, b64encode
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from runner.modules.shared import Edited
from runner.modules.support.commands import expanded
from runner.modules.support.editing import opened, saved
from runner.sdk import Alias, Failed, Module, Outcome, Work, options


@options()
class Options:
    """What ``known_hosts`` accepts."""

    name: Annotated[str, Alias("host")]
    """Which host, as in the key's line."""
    key: str | None = None
    """The line with the host's key; needed unless state is absent."""
    state: Literal["absent", "present"] = "present"
    """Whether the key is to be there."""
    path: str = "~/.ssh/known_hosts"
    """File of the keys."""
    hash_host: bool = False
    """Write the host's name as a hash."""


class KnownHosts(Module[Options]):
    """Tell SSH on the machine which keys other hosts have."""

    name = "known_hosts"

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Read the file, have the host's key in it or not, write it back. Raises ``Failed``."""
        del facts
        wanted = self.options
        if wanted.state == "present" and not (wanted.key or "").strip():
            raise Failed("No key specified when adding a host")
        key = self._key()
        (path,) = yield from expanded([wanted.path])
        options = Edited()
        found, former = yield from opened(path, options)
        lines = (former or b"").decode(errors="surrogateescape").splitlines()
        kept: list[str] = []
        there = False
        for line in lines:
            words = line.split()
            names, kind, blob = [*(words[1:] if line.startswith("@") else words), "", "", ""][:3]
            own = bool(words) and not line.startswith("#") and names_host(names, wanted.name)
            if not own or (key is not None and kind != key[0]):
                kept.append(line)
            elif wanted.state == "present" and key is not None and blob == key[1] and not there:
                there = True
                hashed = names.startswith("|1|")
                kept.append(line if hashed == wanted.hash_host else self._line(key))
        if wanted.state == "present" and not there and key is not None:
            kept.append(self._line(key))
        values = {"name": wanted.name, "state": wanted.state, "path": path, "hash_host": wanted.hash_host,
                  "key": wanted.key}
        if kept == lines:
            return Outcome(values, changed=False)
        content = "".join(f"{line}\n" for line in kept).encode(errors="surrogateescape")
        yield from saved(found, former, content, options, "")
        return Outcome(values, changed=True)

    def _key(self) -> tuple[str, str] | None:
        """Return kind and text of the key, which stands behind the names of hosts. Raises ``Failed``."""
        if not self.options.key:
            return None
        line = next((each for each in self.options.key.splitlines() if each.strip() and each[:1] != "#"), "")
        words = line.split()
        for number, word in enumerate(words[:-1]):
            if re.match(r"(?:sk-)?(?:ssh|ecdsa)-", word):
                return word, words[number + 1]
        raise Failed("the key has no such line as NAME KIND KEY", "ssh-keyscan writes such lines")

    def _line(self, key: tuple[str, str]) -> str:
        name = self.options.name
        return f"{hashed_name(name) if self.options.hash_host else name} {key[0]} {key[1]}"


def names_host(names: str, host: str) -> bool:
    """Return whether the first field of a line means a host (see sshd(8), SSH_KNOWN_HOSTS FILE FORMAT)."""
    if names.startswith("|1|"):
        _, _, salt, digest = names.split("|")
        return hmac.new(b64decode(salt), host.encode(), hashlib.sha1).digest() == b64decode(digest)
    return host in names.split(",")


def hashed_name(host: str) -> str:
    """Return a host's name so that it cannot be read. The salt comes from the name: it is the same each time."""
    salt = hashlib.sha1(f"ingot {host}".encode()).digest()  # noqa: S324 - the format wants it
    return f"|1|{b64encode(salt).decode()}|{b64encode(hmac.new(salt, host.encode(), hashlib.sha1).digest()).decode()}"
