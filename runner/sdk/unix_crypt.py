"""Hashes of passwords as ``/etc/shadow`` has them.

SHA-crypt follows "Unix crypt using SHA-256 and SHA-512" by Ulrich Drepper, version 0.6, whose steps have numbers;
MD5-crypt follows the description of the algorithm in FreeBSD's crypt(3) as it is commonly published.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable

ALPHABET = "./0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
"""The digits of crypt's own base 64."""
DEFAULT_ROUNDS = 5000
"""The number of rounds that is not written into a SHA-crypt hash."""

_Digest = Callable[[bytes], bytes]


def _sha256(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def _sha512(data: bytes) -> bytes:
    return hashlib.sha512(data).digest()


def _md5(data: bytes) -> bytes:
    return hashlib.md5(data, usedforsecurity=False).digest()


def sha512_crypt(password: bytes, salt: str, rounds: int) -> str:
    """Return the ``$6$`` hash of a password; ``salt`` has at most 16 characters, ``rounds`` is 1000 to 999999999."""
    digest = _sha_crypt(_sha512, password, salt.encode(), rounds)
    groups = [tuple((first + 22 * step) % 63 for first in (0, 21, 42)) for step in range(21)]
    return f"$6${_settings(rounds)}{salt}${_encode(digest, groups)}{_digits(digest[63], 2)}"


def sha256_crypt(password: bytes, salt: str, rounds: int) -> str:
    """Return the ``$5$`` hash of a password; ``salt`` has at most 16 characters, ``rounds`` is 1000 to 999999999."""
    digest = _sha_crypt(_sha256, password, salt.encode(), rounds)
    groups = [tuple((first + 21 * step) % 30 for first in (0, 10, 20)) for step in range(10)]
    return f"$5${_settings(rounds)}{salt}${_encode(digest, groups)}{_digits(digest[31] << 8 | digest[30], 3)}"


def _settings(rounds: int) -> str:
    return "" if rounds == DEFAULT_ROUNDS else f"rounds={rounds}$"


def _sha_crypt(digest: _Digest, password: bytes, salt: bytes, rounds: int) -> bytes:
    alternate = digest(password + salt + password)  # steps 4 to 8
    start = password + salt + _repeated(alternate, len(password))  # steps 1 to 3, 9, 10
    length = len(password)
    while length:  # step 11
        start += alternate if length & 1 else password
        length >>= 1
    result = digest(start)
    long_password = _repeated(digest(password * len(password)), len(password))  # steps 13 to 16
    long_salt = _repeated(digest(salt * (16 + result[0])), len(salt))  # steps 17 to 20
    for number in range(rounds):  # step 21
        odd = number & 1
        mixed = long_password if odd else result
        if number % 3:
            mixed += long_salt
        if number % 7:
            mixed += long_password
        result = digest(mixed + (result if odd else long_password))
    return result


def _repeated(data: bytes, length: int) -> bytes:
    return (data * (length // len(data) + 1))[:length]


def md5_crypt(password: bytes, salt: str, ident: str = "1") -> str:
    """Return the ``$1$`` hash of a password, or Apache's ``$apr1$``; ``salt`` has at most 8 characters."""
    seed = salt.encode()
    start = password + f"${ident}$".encode() + seed + _repeated(_md5(password + seed + password), len(password))
    length = len(password)
    while length:
        start += b"\0" if length & 1 else password[:1]
        length >>= 1
    result = _md5(start)
    for number in range(1000):
        odd = number & 1
        mixed = password if odd else result
        if number % 3:
            mixed += seed
        if number % 7:
            mixed += password
        result = _md5(mixed + (result if odd else password))
    groups = [(0, 6, 12), (1, 7, 13), (2, 8, 14), (3, 9, 15), (4, 10, 5)]
    return f"${ident}${salt}${_encode(result, groups)}{_digits(result[11], 2)}"


def _encode(digest: bytes, groups: Iterable[tuple[int, ...]]) -> str:
    """Write bytes of a digest, three at a time, the first of them highest."""
    return "".join(_digits(digest[high] << 16 | digest[middle] << 8 | digest[low], 4) for high, middle, low in groups)


def _digits(number: int, count: int) -> str:
    return "".join(ALPHABET[number >> 6 * place & 0x3F] for place in range(count))
