"""The ``openssl_privatekey_info`` module."""

from __future__ import annotations

from typing import Literal

from runner.sdk import ExactlyOne, Module, SecretStr, options


@options(ExactlyOne("path", "content"))
class Options:
    """What ``openssl_privatekey_info`` accepts."""

    path: str | None = None
    """File on the machine."""
    content: SecretStr | None = None
    """The key itself."""
    passphrase: SecretStr | None = None
    """Passphrase of the key."""
    return_private_key_data: bool = False
    """Return the secret parts as well."""
    check_consistency: bool = False
    """Check whether the parts of the key fit together."""
    select_crypto_backend: Literal["auto", "cryptography"] = "auto"
    """What reads the key."""


class OpensslPrivatekeyInfo(Module[Options]):
    """Read a private key: its kind, its length, its public key."""

    name = "openssl_privatekey_info"
