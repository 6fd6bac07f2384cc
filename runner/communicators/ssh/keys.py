"""Keys to log in with: those that there are, and one that is made for a build."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

from runner.communicators.ssh.settings import Login
from runner.communicators.words import assignments
from runner.sdk import Become, Command, Communicator, Failed
from runner.sdk.threads import held

if TYPE_CHECKING:
    from asyncssh.agent import SSHAgentClient
    from asyncssh.public_key import SSHKey

Kind = Literal["dsa", "ecdsa", "ed25519", "rsa"]
_LENGTHS: dict[Kind, tuple[int, ...]] = {"dsa": (1024,), "ecdsa": (521, 256, 384), "ed25519": (256,), "rsa": (4096,)}
"""Kind of key -> how long it can be, in bits, what is usual first; an RSA key can have other lengths, too."""
_SHORTEST = 1024
"""How short an RSA key may be, in bits."""
_CLEARED = """
for file in "${HOME:-/nowhere}/.ssh/authorized_keys" /root/.ssh/authorized_keys; do
  grep -qF "$key" "$file" 2>/dev/null || continue
  rest=$(grep -vF "$key" "$file"; [ $? -le 1 ]) && printf '%s' "${rest:+$rest
}" >"$file" || exit
done
"""
"""Takes the lines of a key out of the files that let somebody log in, which keep their owner and permissions."""


@dataclass(frozen=True, slots=True)
class KeyPair:
    """A private key and the public one that belongs to it, as OpenSSH writes them."""

    private: str
    public: str


async def key_pair(kind: Kind | None = None, bits: int | None = None, comment: str = "") -> KeyPair:
    """Return a new key pair; an Ed25519 one when no kind is named. Raises ``Failed`` for a length that is none."""
    kind = kind or "ed25519"
    lengths = _LENGTHS[kind]
    size = bits or lengths[0]
    if size < _SHORTEST if kind == "rsa" else size not in lengths:
        wanted = f"{_SHORTEST} or more" if kind == "rsa" else ", ".join(map(str, lengths))
        raise Failed(f"a key of the kind {kind} cannot have {size} bits", f"temporary_key_pair_bits: {wanted}")
    return await held(_made, kind, size, comment)  # a long RSA key takes seconds


def _made(kind: Kind, bits: int, comment: str) -> KeyPair:
    import asyncssh

    names = {"dsa": "ssh-dss", "ecdsa": f"ecdsa-sha2-nistp{bits}", "ed25519": "ssh-ed25519", "rsa": "ssh-rsa"}
    more = {"key_size": bits} if kind == "rsa" else {}
    key = asyncssh.generate_private_key(names[kind], comment or None, **more)
    return KeyPair(key.export_private_key().decode(), key.export_public_key().decode().strip())


def public_key_of(private: str) -> str:
    """Return the public key that belongs to a private one. Raises ``Failed``."""
    return _imported(private, "the private key").export_public_key().decode().strip()


async def clear_authorized_keys(line: Communicator, public: str, become: Become | None = None) -> None:
    """Let a key open the machine no more, neither for the user who is logged in nor for root. Raises ``Failed``."""
    words = public.split()
    script = assignments({"key": words[1] if len(words) > 1 else public}) + _CLEARED
    answer = await line.run(Command(("/bin/sh", "-c", script)), None, become)
    if answer.status:
        raise Failed(f"the temporary key cannot be taken out of authorized_keys: {answer.stderr.strip()}")


def private_keys(login: Login) -> list[Any]:
    """Return the private keys of a login, and their certificates, as asyncssh takes them. Raises ``Failed``."""
    import asyncssh

    found: list[Any] = []
    if login.key is not None:
        found.append(_imported(login.key, "the private key"))
    if login.key_file is not None:
        try:
            text = login.key_file.read_text(encoding="utf-8", errors="replace")
        except OSError as error:
            raise Failed(f"the private key {login.key_file} cannot be read: {error.strerror}") from error
        found.append(_imported(text, f"the private key {login.key_file}"))
    if login.certificate_file is None:
        return found
    if not found:
        raise Failed("a certificate is of no use without its private key", "set ssh_private_key_file")
    try:
        certificate = asyncssh.read_certificate(login.certificate_file)
    except OSError as error:
        raise Failed(f"the certificate {login.certificate_file} cannot be read: {error.strerror}") from error
    except asyncssh.KeyImportError as error:
        raise Failed(f"{login.certificate_file} is no certificate: {error}") from error
    return [(found[0], certificate), *found]


def _imported(text: str, what: str) -> SSHKey:
    import asyncssh

    try:
        return asyncssh.import_private_key(text)
    except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError) as error:
        if "passphrase" in str(error).lower():
            message, hint = f"{what} is encrypted", "give it to an SSH agent (ssh-add) and write ssh_agent_auth: true"
            raise Failed(message, hint) from error
        raise Failed(f"{what} is no private key that can be read: {error}") from error


def agent_socket() -> str | None:
    """Return where the SSH agent of this computer listens; nothing when there is none."""
    path = os.environ.get("SSH_AUTH_SOCK")
    return path if path and Path(path).exists() else None


async def connected_agent() -> SSHAgentClient:
    """Return the connection to the SSH agent. Raises ``Failed`` when there is none."""
    import asyncssh

    path = agent_socket()
    if path is None:
        raise Failed("there is no SSH agent on this computer", "start one: eval $(ssh-agent); ssh-add")
    try:
        return await asyncssh.connect_agent(path)
    except OSError as error:
        raise Failed(f"the SSH agent does not answer: {error.strerror}") from error
