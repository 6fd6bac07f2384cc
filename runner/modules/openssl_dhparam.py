"""The ``openssl_dhparam`` module."""

from __future__ import annotations

from typing import Literal

from runner.modules.shared import Kept
from runner.sdk import Module, options


@options()
class Options(Kept):
    """What ``openssl_dhparam`` accepts."""

    path: str
    """File of the parameters."""
    state: Literal["absent", "present"] = "present"
    """Whether the file is to be there."""
    size: int = 4096
    """Their length in bits."""
    force: bool = False
    """Make new parameters even if there are some."""
    return_content: bool = False
    """Return the parameters."""
    select_crypto_backend: Literal["auto", "cryptography", "openssl"] = "auto"
    """What makes the parameters."""


class OpensslDhparam(Module[Options]):
    """Make parameters for Diffie-Hellman key exchange on the machine."""

    name = "openssl_dhparam"
