"""The ``rpm_key`` module."""

from __future__ import annotations

from typing import Literal

from runner.modules.shared import Texts
from runner.sdk import Module, options


@options()
class Options:
    """What ``rpm_key`` accepts."""

    key: str
    """URL of the key, a file on the machine, or the number of a key that is there."""
    state: Literal["absent", "present"] = "present"
    """Whether the key is to be there."""
    fingerprint: Texts | None = None
    """Fingerprints that the key has to have."""
    validate_certs: bool = True
    """Refuse servers whose certificate cannot be verified."""


class RpmKey(Module[Options]):
    """Tell RPM which keys it is to trust."""

    name = "rpm_key"
