"""What this version cannot do on AWS: it is refused before anything starts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

_KEYS = ("ed25519", "rsa")
_NOT_DONE = (
    "vault_aws_engine", "session_manager_port", "pause_before_ssm", "block_duration_minutes", "spot_price_auto_product",
    "no_ephemeral", "temporary_key_pair_bits",
)


def gap_of(options: Mapping[str, Any]) -> str | None:
    """Return which of these options cannot be worked with, in words; nothing when all can be."""
    if options.get("communicator") == "winrm":
        return "communicator: winrm"
    if options.get("ssh_interface") == "session_manager":
        return "ssh_interface: session_manager"
    kind = options.get("temporary_key_pair_type")
    if isinstance(kind, str) and kind not in _KEYS:
        return f"temporary_key_pair_type: {kind}, for EC2 makes keys of the types {' and '.join(_KEYS)} only"
    fast = options.get("fast_launch")
    if isinstance(fast, Mapping) and fast.get("enable_fast_launch") is not False and fast:
        return "fast_launch"
    return next((name for name in _NOT_DONE if options.get(name) not in (None, False)), None)
