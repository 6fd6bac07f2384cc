"""Hashes of passwords in files that web servers read."""

from __future__ import annotations

import base64
import hashlib
import secrets

from runner.sdk import unix_crypt

_SHA_ROUNDS = 5000


def hashed(password: str, ident: str) -> str:
    """Return a new hash of a password, by how such hashes begin: ``apr1``, ``1``, ``5``, ``6``, ``2b``, ``sha1``."""
    if ident == "2b":
        import bcrypt

        return bcrypt.hashpw(password.encode(), bcrypt.gensalt()).decode()
    salt = "".join(secrets.choice(unix_crypt.ALPHABET) for _ in range(8))
    return _hash(password, ident, salt)


def verified(password: str, text: str) -> bool:
    """Return whether a hash is one of this password."""
    if text.startswith("$2"):
        import bcrypt

        return bcrypt.checkpw(password.encode(), text.encode())
    if text.startswith("{SHA}"):
        return _hash(password, "sha1", "") == text
    _, _, rest = text.partition("$")
    ident, _, body = rest.partition("$")
    if ident not in ("apr1", "1", "5", "6"):
        return password == text
    rounds, _, behind = body.partition("$")
    if rounds.startswith("rounds="):
        salt = behind.partition("$")[0]
        return _hash(password, ident, salt, int(rounds.removeprefix("rounds="))) == text
    return _hash(password, ident, rounds) == text


def _hash(password: str, ident: str, salt: str, rounds: int = _SHA_ROUNDS) -> str:
    data = password.encode()
    match ident:
        case "":
            return password
        case "sha1":
            return "{SHA}" + base64.b64encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode()
        case "5":
            return unix_crypt.sha256_crypt(data, salt, rounds)
        case "6":
            return unix_crypt.sha512_crypt(data, salt, rounds)
        case _:
            return unix_crypt.md5_crypt(data, salt, ident)

