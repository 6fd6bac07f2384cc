"""Hashes and ciphers. Strings are hashed as UTF-8."""

from __future__ import annotations

import base64
import hashlib

from runner.expand.functions.base64_text import decoded
from runner.expand.functions.declare import function
from runner.expand.functions.error import Refused
from runner.expand.functions.values import text, whole

_LEAST_COST, _MOST_COST, _USUAL_COST = 4, 31, 10
_LONGEST_PASSWORD = 72  # bytes that bcrypt can take


@function(text)
def base64sha256(string: str) -> str:
    """Return the SHA-256 of ``string`` in base64 (of the hash itself, not of its hexadecimal form)."""
    return base64.b64encode(hashlib.sha256(string.encode()).digest()).decode()


@function(text)
def base64sha512(string: str) -> str:
    """Return the SHA-512 of ``string`` in base64 (of the hash itself, not of its hexadecimal form)."""
    return base64.b64encode(hashlib.sha512(string.encode()).digest()).decode()


@function(text, whole, optional=1)
def bcrypt(string: str, cost: int = _USUAL_COST) -> str:
    """Return a salted bcrypt hash of ``string``, other each time. A cost below 4 counts as 10; 31 is the highest.

    Strings of more than 72 bytes are an error, as in current Packer; older ones cut them off.
    """
    import bcrypt as library

    if cost > _MOST_COST:
        raise Refused(f"it must be {_MOST_COST} at most, but it is {cost}", "cost")
    if len(string.encode()) > _LONGEST_PASSWORD:
        msg = f"bcrypt takes {_LONGEST_PASSWORD} bytes at most, the string has {len(string.encode())}"
        raise Refused(msg, "string")
    salt = library.gensalt(cost if cost >= _LEAST_COST else _USUAL_COST, prefix=b"2a")
    return library.hashpw(string.encode(), salt).decode()


@function(text)
def md5(string: str) -> str:
    """Return the MD5 of ``string`` in hexadecimal. Not for anything that must be secure."""
    return hashlib.md5(string.encode(), usedforsecurity=False).hexdigest()


@function(text, text)
def rsadecrypt(ciphertext: str, privatekey: str) -> str:
    """Return what is encrypted in ``ciphertext`` (base64, RSA with PKCS #1 v1.5 padding), such as an EC2 password.

    ``privatekey`` is in PEM form (PKCS #1, PKCS #8 or OpenSSH) and not encrypted itself.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric import padding
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey
    from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_ssh_private_key

    encrypted = decoded(ciphertext, "ciphertext")
    load = load_ssh_private_key if "BEGIN OPENSSH" in privatekey else load_pem_private_key
    try:
        key = load(privatekey.encode(), None)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise Refused("it is no unencrypted private key in PEM form", "privatekey") from None
    if not isinstance(key, RSAPrivateKey):
        raise Refused("it is no RSA key", "privatekey")
    try:
        return key.decrypt(encrypted, padding.PKCS1v15()).decode()
    except UnicodeDecodeError:
        raise Refused("what is encrypted in it is not valid UTF-8", "ciphertext") from None
    except ValueError:
        raise Refused("this key does not decrypt it", "ciphertext") from None


@function(text)
def sha1(string: str) -> str:
    """Return the SHA-1 of ``string`` in hexadecimal. Not for anything that must be secure."""
    return hashlib.sha1(string.encode(), usedforsecurity=False).hexdigest()


@function(text)
def sha256(string: str) -> str:
    """Return the SHA-256 of ``string`` in hexadecimal."""
    return hashlib.sha256(string.encode()).hexdigest()


@function(text)
def sha512(string: str) -> str:
    """Return the SHA-512 of ``string`` in hexadecimal."""
    return hashlib.sha512(string.encode()).hexdigest()
