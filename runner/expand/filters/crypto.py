"""Filters for passwords and vaults."""

from __future__ import annotations

import secrets
import string
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from runner.expand.filters.error import FilterError
from runner.expand.filters.kinds import as_text, integer, kind, one_of, shown
from runner.sdk import unix_crypt

_SALT_CHARACTERS = frozenset(unix_crypt.ALPHABET)
_BCRYPT_ALPHABET = "./" + string.ascii_uppercase + string.ascii_lowercase + string.digits
_BCRYPT_LONGEST = 72
"""bcrypt looks at no more bytes of a password."""


@dataclass(frozen=True)
class _Scheme:
    """A way to hash passwords: the salt it takes and the rounds it makes."""

    longest_salt: int
    usual_salt: int
    usual_rounds: int
    least_rounds: int
    most_rounds: int


_SCHEMES = {
    "md5": _Scheme(8, 8, 0, 0, 0),
    "sha256": _Scheme(16, 16, 535_000, 1000, 999_999_999),
    "sha512": _Scheme(16, 16, 656_000, 1000, 999_999_999),
    "bcrypt": _Scheme(22, 22, 12, 4, 31),
}
_NAMES = {name: name for name in _SCHEMES} | {
    "md5_crypt": "md5", "sha256_crypt": "sha256", "sha512_crypt": "sha512", "blowfish": "bcrypt",
}  # fmt: skip


def password_hash(
    password: Any,
    hashtype: str = "sha512",
    salt: Any = None,
    salt_size: Any = None,
    rounds: Any = None,
    ident: str | None = None,
) -> str:
    """Return the hash of a password as ``/etc/shadow`` has it; the same ``salt`` gives the same hash.

    ``hashtype`` is sha512, sha256, md5 or bcrypt (blowfish). ``rounds`` is how much work it is; for bcrypt its
    logarithm. ``ident`` is bcrypt's 2a, 2b or 2y.
    """
    name = _NAMES[one_of(hashtype, _NAMES, "hashtype")]
    scheme = _SCHEMES[name]
    if not isinstance(password, str):
        raise FilterError(f"a password is a text, not {kind(password)}; quote it")
    seed = _salt(scheme, "" if salt is None else as_text(salt), salt_size)
    work = _rounds(name, scheme, rounds)
    if name == "bcrypt":
        return _bcrypt(password.encode(), seed, work, ident or "2b")
    if ident is not None:
        raise FilterError("ident is an option of bcrypt only")
    hashes: dict[str, Callable[[], str]] = {
        "md5": lambda: unix_crypt.md5_crypt(password.encode(), seed),
        "sha256": lambda: unix_crypt.sha256_crypt(password.encode(), seed, work),
        "sha512": lambda: unix_crypt.sha512_crypt(password.encode(), seed, work),
    }
    return hashes[name]()


def _salt(scheme: _Scheme, salt: str, size: Any) -> str:
    if not salt:
        length = scheme.usual_salt if size is None else integer(size, "salt_size")
        if not 0 < length <= scheme.longest_salt:
            raise FilterError(f"salt_size is 1 to {scheme.longest_salt}, not {length}")
        return "".join(secrets.choice(unix_crypt.ALPHABET) for _ in range(length))
    if size is not None and integer(size, "salt_size") != len(salt):
        raise FilterError(f"salt has {len(salt)} characters, not the {size} of salt_size")
    if len(salt) > scheme.longest_salt:
        raise FilterError(f"a salt has at most {scheme.longest_salt} characters, not {len(salt)}")
    if wrong := set(salt) - _SALT_CHARACTERS:
        raise FilterError(f"a salt has letters, digits, '.' and '/', not {shown(min(wrong))}")
    return salt


def _rounds(name: str, scheme: _Scheme, rounds: Any) -> int:
    if rounds is None:
        return scheme.usual_rounds
    if not scheme.most_rounds:
        raise FilterError(f"{name} has no rounds to choose")
    work = integer(rounds, "rounds")
    if not scheme.least_rounds <= work <= scheme.most_rounds:
        raise FilterError(f"rounds is {scheme.least_rounds} to {scheme.most_rounds} for {name}, not {work}")
    return work


def _bcrypt(password: bytes, salt: str, rounds: int, ident: str) -> str:
    import bcrypt

    one_of(ident, ("2a", "2b", "2y"), "ident")
    if len(salt) != _SCHEMES["bcrypt"].usual_salt:
        raise FilterError(f"a salt for bcrypt has 22 characters, not {len(salt)}")
    unused = 0b1111  # 22 digits have room for 4 bits more than the 16 bytes of a salt
    last = _BCRYPT_ALPHABET[_BCRYPT_ALPHABET.index(salt[-1]) & ~unused]
    settings = f"${ident}${rounds:02d}${salt[:-1]}{last}"
    return bcrypt.hashpw(password[:_BCRYPT_LONGEST], settings.encode()).decode()


def vault(
    data: Any,
    secret: Any,
    salt: Any = None,
    vault_id: str = "filter_default",
    wrap_object: Any = False,  # noqa: FBT002 - given by position in playbooks
    vaultid: str | None = None,
) -> str:
    """Return a text encrypted as ansible-vault does; the same ``salt`` gives the same result."""
    from runner.expand.vault import Secret, encrypt

    if wrap_object:
        raise FilterError("wrap_object makes an object that only Ansible has; leave it out")
    key = Secret(vaultid or vault_id, _password(secret))
    return encrypt(_plain(data), key, salt=None if salt is None else as_text(salt).encode())


def unvault(vault: Any, secret: Any, vault_id: str = "filter_default", vaultid: str | None = None) -> str:
    """Return what ansible-vault encrypted; a text that is not encrypted is returned as it is."""
    from runner.expand.vault import Secret, decrypt, is_encrypted

    if not isinstance(vault, str):
        raise FilterError(f"a text is wanted, not {kind(vault)}")
    key = Secret(vaultid or vault_id, _password(secret))
    if not is_encrypted(vault):
        return vault
    return decrypt(vault, [key]).decode("utf-8", "surrogateescape")


def _password(secret: Any) -> bytes:
    if not isinstance(secret, str):
        raise FilterError(f"a vault's password is a text, not {kind(secret)}")
    return secret.encode()


def _plain(data: Any) -> bytes:
    if not isinstance(data, str):
        raise FilterError(f"a text is wanted, not {kind(data)}; see to_json and to_yaml")
    return data.encode("utf-8", "surrogateescape")
