"""Passwords of MySQL users: what the server keeps of them."""

from __future__ import annotations

import hashlib

from runner.sdk import Failed
from runner.sdk.unix_crypt import sha256_crypt

_SHA2 = ("caching_sha2_password", "sha256_password")
_SALT_SIZE = 20
_ROUNDS = 5000


def native_hash(password: str) -> str:
    """Return what ``mysql_native_password`` keeps of a password; nothing of an empty one."""
    if not password:
        return ""
    inner = hashlib.sha1(password.encode(), usedforsecurity=False).digest()
    return "*" + hashlib.sha1(inner, usedforsecurity=False).hexdigest().upper()


def sha2_hash(plugin: str, password: str, salt: str) -> bytes:
    """Return what one of MySQL's plugins for SHA-256 keeps of a password. Raises ``Failed``."""
    if plugin not in _SHA2:
        raise Failed(f"salt is of no use to the plugin {plugin}", f"it is meant for {' and '.join(_SHA2)}")
    if len(salt.encode()) != _SALT_SIZE:
        raise Failed(f"a salt has {_SALT_SIZE} characters")
    digest = sha256_crypt(password.encode(), salt, _ROUNDS).rpartition("$")[2]
    return (f"$A$005${salt}{digest}" if plugin == _SHA2[0] else f"$5${salt}${digest}").encode()


def is_of(password: str, plugin: str, kept: bytes) -> bool:
    """Return whether the server keeps ``kept`` of a password; of what other plugins keep nobody knows."""
    if plugin in ("mysql_native_password", ""):
        return kept == native_hash(password).encode()
    if plugin in _SHA2 and kept:
        head = len(b"$A$005$") if plugin == _SHA2[0] else len(b"$5$")
        salt = kept[head:head + _SALT_SIZE].decode("utf-8", "replace")
        return len(salt.encode()) == _SALT_SIZE and sha2_hash(plugin, password, salt) == kept
    return plugin in _SHA2 and not password
