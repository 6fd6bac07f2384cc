"""Whether a server is the one that it should be: its host key against those that are known."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runner.communicators.ssh.settings import Server, Trust
from runner.sdk import Failed

if TYPE_CHECKING:
    from asyncssh.public_key import SSHKey

_USER = ("~/.ssh/known_hosts", "~/.ssh/known_hosts2")
_SYSTEM = ("/etc/ssh/ssh_known_hosts", "/etc/ssh/ssh_known_hosts2")


class HostKeys:
    """The keys that a server may show."""

    def __init__(self, server: Server, trust: Trust) -> None:
        self._server = server
        self._trust = trust
        self._files = trust.known_hosts or tuple(Path(each).expanduser() for each in (*_USER, *_SYSTEM))
        self._first: SSHKey | None = None
        """The key that a machine which has just been made showed at first."""
        self.refusal: Failed | None = None
        """Why the server's key was not accepted the last time."""

    def arguments(self) -> dict[str, Any]:
        """Return what asyncssh has to know beforehand: the algorithms to ask for, authorities and revoked keys.

        All other keys are left to ``accepts``. Raises ``Failed`` when a file of known hosts cannot be read.
        """
        from asyncssh.public_key import get_default_certificate_algs, get_default_public_key_algs

        self.refusal = None
        known, authorities, revoked = self._known()
        wanted = [name for key in known for name in key.sig_algorithms]
        names = (get_default_certificate_algs() if authorities else []) + wanted + get_default_public_key_algs()
        return {
            "known_hosts": ([], authorities, revoked),
            "server_host_key_algs": [name.decode() for name in dict.fromkeys(names)],
        }

    def accepts(self, key: SSHKey) -> bool:
        """Return whether the server may have this key; if not, ``refusal`` says why."""
        self.refusal = self._objection(key)
        return self.refusal is None

    def _objection(self, key: SSHKey) -> Failed | None:
        checking = self._trust.checking
        if checking == "no":
            return None
        shown = f"{key.get_algorithm()} {key.get_fingerprint()}"
        if self._trust.expected:
            return None if self._is_expected(key) else Failed(
                f"{self._server} shows the host key {shown}, which is none of those that were expected",
                "another machine answers there; or name this key in ssh_host_keys",
            )
        if checking == "first":
            self._first = self._first or key
            return None if key == self._first else self._changed(shown, [self._first])
        known = self._known()[0]
        if key in known:
            return None
        if self._named(self._server.name)[0]:
            return self._changed(shown, known)
        return self._remember(key) if checking == "accept-new" else self._unknown(key, shown)

    def _is_expected(self, key: SSHKey) -> bool:
        """Return whether the key is one of the expected ones, which are public keys or fingerprints."""
        blob = key.export_public_key().decode().split()[1]
        return any(key.get_fingerprint() == each or blob in each.split() for each in self._trust.expected)

    def _known(self) -> tuple[list[SSHKey], list[SSHKey], list[SSHKey]]:
        """Return the known keys of the server, those that sign host keys, and those that are revoked.

        As with OpenSSH, a key that is known for the host without a port will do for another port as well.
        """
        if self._trust.checking in ("no", "first") or self._trust.expected:
            return [], [], []
        found = self._named(self._server.name)
        return found if any(found) else self._named(self._server.host)

    def _named(self, name: str) -> tuple[list[SSHKey], list[SSHKey], list[SSHKey]]:
        import asyncssh

        hosts = asyncssh.SSHKnownHosts()
        for path in self._files:
            with contextlib.suppress(FileNotFoundError):
                try:
                    hosts.load(path.read_text(encoding="utf-8", errors="replace"))
                except FileNotFoundError:
                    raise
                except (OSError, ValueError) as error:
                    raise Failed(f"the known hosts in {path} cannot be read: {error}") from error
        keys, authorities, revoked, *_ = hosts.match(name, "", None)
        return list(keys), list(authorities), list(revoked)

    def _changed(self, shown: str, known: Sequence[SSHKey]) -> Failed:
        former = ", ".join(f"{each.get_algorithm()} {each.get_fingerprint()}" for each in known)
        file = f" -f {self._trust.known_hosts[0]}" if self._trust.known_hosts else ""
        return Failed(
            f"the host key of {self._server} has changed: it is {shown} now, and was {former}",
            "somebody may be in between; if the machine has been made anew, forget the former key: "
            f"ssh-keygen -R '{self._server.name}'{file}",
        )

    def _unknown(self, key: SSHKey, shown: str) -> Failed:
        kind = key.get_algorithm().removeprefix("ssh-").partition("-")[0]
        return Failed(
            f"the host key of {self._server} is not known: {shown}",
            f"compare it on the machine: ssh-keygen -lf /etc/ssh/ssh_host_{kind}_key.pub; then name it in "
            "ssh_host_keys, or write ssh_strict_host_key_checking: accept-new",
        )

    def _remember(self, key: SSHKey) -> Failed | None:
        path = self._files[0]
        line = f"{self._server.name} {key.export_public_key().decode().strip()}\n"
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with path.open("a+", encoding="utf-8") as stream:
                if stream.tell() and not _ends_in_a_line(path):
                    stream.write("\n")
                stream.write(line)
        except OSError as error:
            return Failed(f"the new host key cannot be added to {path}: {error.strerror}")
        return None


def _ends_in_a_line(path: Path) -> bool:
    return path.read_bytes()[-1:] == b"\n"
