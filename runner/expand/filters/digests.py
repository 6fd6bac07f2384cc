"""Filters for digests and what is made of them."""

from __future__ import annotations

import uuid
from typing import Any

from runner.expand.filters.error import FilterError
from runner.expand.filters.kinds import as_text, shown

_ANSIBLE_NAMESPACE = "361e6d51-faec-444a-9079-341386da8e2e"
"""The UUID namespace that Ansible documents for ``to_uuid``."""


def _bytes(value: Any) -> bytes:
    return as_text(value).encode("utf-8", "surrogateescape")


def hash_(value: Any, hashtype: str = "sha1") -> str:
    """Return the digest of a text in hexadecimal; ``hashtype`` is any algorithm that hashlib knows."""
    import hashlib

    try:
        digest = hashlib.new(hashtype, usedforsecurity=False)
    except (ValueError, TypeError):
        raise FilterError(f"there is no digest called {shown(hashtype)}") from None
    if not digest.digest_size:
        raise FilterError(f"{hashtype} has no fixed length and cannot be used here")
    digest.update(_bytes(value))
    return digest.hexdigest()


def sha1(value: Any) -> str:
    """Return the SHA-1 digest of a text."""
    return hash_(value, "sha1")


def checksum(value: Any) -> str:
    """Return the SHA-1 digest of a text; Ansible's checksum."""
    return hash_(value, "sha1")


def md5(value: Any) -> str:
    """Return the MD5 digest of a text."""
    return hash_(value, "md5")


def crc32(value: Any) -> str:
    """Return the CRC-32 of a text in hexadecimal."""
    from zlib import crc32 as crc

    if not isinstance(value, str):
        raise FilterError(f"a text is wanted, not {shown(value)}")
    return f"{crc(_bytes(value)):x}"


def to_uuid(value: Any, namespace: Any = _ANSIBLE_NAMESPACE) -> str:
    """Return the UUID (version 5) that a text has in a namespace; without one, in Ansible's."""
    try:
        space = uuid.UUID(as_text(namespace))
    except ValueError:
        raise FilterError(f"namespace is a UUID, not {shown(namespace)}") from None
    return str(uuid.uuid5(space, as_text(value)))
