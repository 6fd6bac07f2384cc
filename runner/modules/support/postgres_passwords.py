"""Passwords of PostgreSQL roles: what the server keeps of them."""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
import unicodedata

_SCRAM = re.compile(r"SCRAM-SHA-256\$(\d+):([^$]+)\$([^:]+):(.+)")
_MD5 = re.compile(r"md5[0-9a-f]{32}")


def is_of(password: str, role: str, kept: str) -> bool:
    """Return whether the server keeps ``kept`` of a password, which may be such a text itself."""
    if password == kept:
        return True
    if _MD5.fullmatch(password) or _SCRAM.fullmatch(password):
        return False
    match = _SCRAM.fullmatch(kept)
    if match is None:
        return kept == "md5" + hashlib.md5((password + role).encode(), usedforsecurity=False).hexdigest()
    # RFC 5802: what is stored is the hash of a key that is made of the salted password.
    plain = unicodedata.normalize("NFKC", password).encode()
    salted = hashlib.pbkdf2_hmac("sha256", plain, base64.b64decode(match[2]), int(match[1]))
    key = hmac.digest(salted, b"Client Key", "sha256")
    return hashlib.sha256(key).digest() == base64.b64decode(match[3])
