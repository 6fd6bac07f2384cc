"""Ansible Vault: texts and files encrypted with a password.

The format (1.1, and 1.2 with a vault id) as Ansible's user guide describes it: a header line
``$ANSIBLE_VAULT;1.2;AES256;dev`` and lines of hexadecimal digits. These stand for three lines, again in hexadecimal:
salt, HMAC and encrypted text. PBKDF2 (HMAC-SHA256, 10000 rounds) makes the key, the key of the HMAC-SHA256 over the
encrypted text, and the start of the counter of AES-256-CTR; the text is padded as PKCS #7 says.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets as random_bytes
from binascii import Error as HexError
from binascii import hexlify, unhexlify
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

HEADER = "$ANSIBLE_VAULT"
DEFAULT_ID = "default"
_VERSIONS = {"1.1": 3, "1.2": 4}
"""Version of the format -> how many fields its header has."""
_ROUNDS = 10_000
_KEY = 32
_BLOCK = 16
_SALT = 32
_WIDTH = 80


class VaultError(ValueError):
    """A vault cannot be read: it is no vault, it is damaged, or no password opens it."""


@dataclass(frozen=True)
class Secret:
    """A password and the vault id it goes with."""

    vault_id: str
    password: bytes = field(repr=False)


@dataclass(frozen=True)
class _Envelope:
    vault_id: str
    salt: bytes
    mac: bytes
    ciphertext: bytes


class Vaults:
    """Opens what is encrypted. The passwords are asked for when the first of them is needed."""

    def __init__(self, find: Callable[[], Sequence[Secret]]) -> None:
        self._find = find
        self._secrets: Sequence[Secret] | None = None
        self._values: dict[str, str] = {}
        self.revealed: list[str] = []
        """Every text that was opened: nobody may see them."""
        self.heard: Callable[[str], None] = self.revealed.append
        """Hears of every text that is opened from now on."""

    @property
    def secrets(self) -> Sequence[Secret]:
        """The passwords. Raises ``VaultError`` when one cannot be had."""
        if self._secrets is None:
            self._secrets = self._find()
        return self._secrets

    def value(self, text: str) -> str:
        """Return what a value holds that is encrypted by itself. Raises ``VaultError``."""
        if text not in self._values:  # to open it takes a hundredth of a second
            self._values[text] = decrypt(text, self.secrets).decode("utf-8", "surrogateescape")
            self.heard(self._values[text])
        return self._values[text]

    def file(self, text: str) -> str:
        """Return what a file holds that is encrypted as a whole. Raises ``VaultError``."""
        return decrypt(text, self.secrets).decode("utf-8", "surrogateescape")


def is_encrypted(text: str | bytes) -> bool:
    """Tell whether a text, or a whole file's content, is a vault."""
    start = f"{HEADER};"
    return text.startswith(start) if isinstance(text, str) else text.startswith(start.encode())


def vault_id(text: str) -> str:
    """Return the vault id of a vault; ``default`` for one of format 1.1. Raises ``VaultError`` for any other text."""
    return _header(text.strip().split("\n")[0])


def decrypt(text: str, secrets: Iterable[Secret]) -> bytes:
    """Return what a vault holds. All secrets are tried, whatever their ids: ids only help people.

    Raises ``VaultError`` when none opens it, or when it is damaged or no vault.
    """
    envelope = _open(text)
    known = list(secrets)
    if not known:
        raise VaultError("this is encrypted, and no vault password is known")
    for secret in known:
        key, mac_key, counter = _keys(secret.password, envelope.salt)
        if hmac.compare_digest(_mac(mac_key, envelope.ciphertext), envelope.mac):
            return _unpadded(_cipher(key, counter, envelope.ciphertext, encrypt=False))
    raise VaultError(f"no vault password opens this (its vault id is {envelope.vault_id!r})")


def encrypt(plain: bytes, secret: Secret, *, salt: bytes | None = None) -> str:
    """Return a vault that holds ``plain``: format 1.1, or 1.2 when the secret's id is not ``default``.

    ``salt`` is 32 random bytes unless it is given, which is only good for results that must be the same each time.
    """
    if ";" in secret.vault_id or not secret.vault_id.isprintable():
        raise VaultError(f"{secret.vault_id!r} is no vault id: it has a semicolon or a character that cannot be seen")
    salt = random_bytes.token_bytes(_SALT) if salt is None else salt
    key, mac_key, counter = _keys(secret.password, salt)
    pad = _BLOCK - len(plain) % _BLOCK
    ciphertext = _cipher(key, counter, plain + bytes([pad]) * pad, encrypt=True)
    inner = b"\n".join(hexlify(part) for part in (salt, _mac(mac_key, ciphertext), ciphertext))
    body = hexlify(inner).decode()
    header = f"{HEADER};1.1;AES256" if secret.vault_id == DEFAULT_ID else f"{HEADER};1.2;AES256;{secret.vault_id}"
    lines = [header, *(body[start : start + _WIDTH] for start in range(0, len(body), _WIDTH))]
    return "\n".join(lines) + "\n"


def _header(line: str) -> str:
    """Return the vault id that a header names. Raises ``VaultError``."""
    fields = line.strip().split(";")
    if fields[0] != HEADER:
        raise VaultError(f"this is not encrypted: a vault begins with {HEADER}")
    version = fields[1] if len(fields) > 1 else ""
    if _VERSIONS.get(version) != len(fields):
        raise VaultError(f"{line.strip()!r} is not the header of a vault of format {' or '.join(_VERSIONS)}")
    if fields[2] != "AES256":
        raise VaultError(f"vaults encrypted with {fields[2]!r} cannot be read, only those with AES256")
    return fields[3] if version == "1.2" else DEFAULT_ID


def _open(text: str) -> _Envelope:
    header, _, body = text.strip().partition("\n")
    name = _header(header)
    try:
        salt, mac, ciphertext = (unhexlify(part) for part in unhexlify("".join(body.split())).split(b"\n"))
    except (HexError, ValueError):
        raise VaultError("the vault is damaged: its lines are not the hexadecimal digits they should be") from None
    return _Envelope(name, salt, mac, ciphertext)


def _keys(password: bytes, salt: bytes) -> tuple[bytes, bytes, bytes]:
    made = hashlib.pbkdf2_hmac("sha256", password, salt, _ROUNDS, 2 * _KEY + _BLOCK)
    return made[:_KEY], made[_KEY : 2 * _KEY], made[2 * _KEY :]


def _mac(key: bytes, ciphertext: bytes) -> bytes:
    return hmac.new(key, ciphertext, hashlib.sha256).digest()


def _cipher(key: bytes, counter: bytes, data: bytes, *, encrypt: bool) -> bytes:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    cipher = Cipher(algorithms.AES(key), modes.CTR(counter))
    step = cipher.encryptor() if encrypt else cipher.decryptor()
    return step.update(data) + step.finalize()


def _unpadded(data: bytes) -> bytes:
    pad = data[-1] if data else 0
    if not 0 < pad <= _BLOCK or data[-pad:] != bytes([pad]) * pad:
        raise VaultError("the vault is damaged: its end is not padded as it should be")
    return data[:-pad]
