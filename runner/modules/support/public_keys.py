"""Keys as results tell of them: their kind, their numbers and their fingerprints."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from typing import Any

from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, padding, rsa, x448, x25519

from runner.sdk import Failed

_KINDS = (
    ("RSA", rsa.RSAPublicKey), ("DSA", dsa.DSAPublicKey), ("ECC", ec.EllipticCurvePublicKey),
    ("Ed25519", ed25519.Ed25519PublicKey), ("X25519", x25519.X25519PublicKey),
    ("Ed448", ed448.Ed448PublicKey), ("X448", x448.X448PublicKey),
)
_WITHOUT_LENGTH = 32
"""How many bytes are taken of digests that have any number of them."""
_PROBE = b"what a key signs, its public key verifies"


def private_key(pem: bytes, passphrase: str | None) -> Any:
    """Return the private key in a text. Raises ``Failed``."""
    try:
        return serialization.load_pem_private_key(pem, passphrase.encode() if passphrase is not None else None)
    except TypeError:
        raise Failed("Wrong or empty passphrase provided for private key") from None
    except (ValueError, UnsupportedAlgorithm) as error:
        why = str(error).partition("', [")[0].strip("(' ")
        raise Failed(f"Wrong passphrase provided for private key, or private key cannot be parsed: {why}") from None


def kind_of(public: Any) -> str:
    """Return the kind of a public key."""
    return next((name for name, kind in _KINDS if isinstance(public, kind)), f"unknown ({type(public).__name__})")


def data_of(public: Any) -> dict[str, Any]:
    """Return the numbers that a public key consists of."""
    match public:
        case rsa.RSAPublicKey():
            own = public.public_numbers()
            return {"size": public.key_size, "modulus": own.n, "exponent": own.e}
        case dsa.DSAPublicKey():
            numbers = public.public_numbers()
            shared = numbers.parameter_numbers
            return {"size": public.key_size, "p": shared.p, "q": shared.q, "g": shared.g, "y": numbers.y}
        case ec.EllipticCurvePublicKey():
            point = public.public_numbers()
            return {"curve": public.curve.name, "x": point.x, "y": point.y, "exponent_size": public.curve.key_size}
    return {}


def private_data_of(key: Any) -> dict[str, Any]:
    """Return the numbers of a private key that are secret."""
    match key:
        case rsa.RSAPrivateKey():
            own = key.private_numbers()
            return {"p": own.p, "q": own.q, "exponent": own.d}
        case dsa.DSAPrivateKey():
            return {"x": key.private_numbers().x}
        case ec.EllipticCurvePrivateKey():
            return {"multiplier": key.private_numbers().private_value}
    return {}


def consistent(key: Any) -> bool | None:
    """Return whether what a key signs is verified by its public key; nothing for a key that signs nothing."""
    public = key.public_key()
    arguments: tuple[Any, ...] = ()
    match key:
        case rsa.RSAPrivateKey():
            arguments = (padding.PKCS1v15(), hashes.SHA256())
        case dsa.DSAPrivateKey():
            arguments = (hashes.SHA256(),)
        case ec.EllipticCurvePrivateKey():
            arguments = (ec.ECDSA(hashes.SHA256()),)
        case ed25519.Ed25519PrivateKey() | ed448.Ed448PrivateKey():
            pass
        case _:
            return None
    try:
        public.verify(key.sign(_PROBE, *arguments), _PROBE, *arguments)
    except InvalidSignature:
        return False
    return True


def written(public: Any) -> str:
    """Return a public key as PEM has it."""
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    text: bytes = public.public_bytes(serialization.Encoding.PEM, form)
    return text.decode()


def key_fingerprints(public: Any) -> dict[str, str]:
    """Return the fingerprints of a public key."""
    form = serialization.PublicFormat.SubjectPublicKeyInfo
    return fingerprints(public.public_bytes(serialization.Encoding.DER, form))


def fingerprints(data: bytes) -> dict[str, str]:
    """Return digests of data by every algorithm that there always is."""
    found = {}
    for name in sorted(hashlib.algorithms_guaranteed):
        digest = hashlib.new(name, data, usedforsecurity=False)
        of: Callable[..., bytes] = digest.digest
        found[name] = colons(of(_WITHOUT_LENGTH) if digest.digest_size == 0 else of())
    return found


def colons(data: bytes) -> str:
    """Return bytes as hexadecimal numbers with colons between them."""
    return data.hex(":")
