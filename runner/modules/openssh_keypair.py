"""The ``openssh_keypair`` module."""

from __future__ import annotations

from typing import Literal

from runner.modules.shared import Permissions
from runner.sdk import Module, SecretStr, options


@options()
class Options(Permissions):
    """What ``openssh_keypair`` accepts."""

    path: str
    """File of the private key; that of the public one ends in .pub."""
    state: Literal["present", "absent"] = "present"
    """Whether the keys are to be there."""
    type: Literal["rsa", "dsa", "rsa1", "ecdsa", "ed25519"] = "rsa"
    """Kind of the keys."""
    size: int | None = None
    """Length of the keys in bits."""
    comment: str | None = None
    """Comment in the public key."""
    passphrase: SecretStr | None = None
    """Passphrase of the private key."""
    force: bool = False
    """Make new keys even if there are some."""
    regenerate: Literal["never", "fail", "partial_idempotence", "full_idempotence", "always"] = "partial_idempotence"
    """When keys that are there are made anew."""
    private_key_format: Literal["auto", "pkcs1", "pkcs8", "ssh"] = "auto"
    """How the private key is written."""
    backend: Literal["auto", "cryptography", "opensshbin"] = "auto"
    """What makes the keys."""


class OpensshKeypair(Module[Options]):
    """Make a pair of SSH keys on the machine."""

    name = "openssh_keypair"
