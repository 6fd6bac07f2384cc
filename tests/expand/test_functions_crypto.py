"""Functions whose results are other each time, or need keys: bcrypt, RSA, UUIDs, gzip."""

from __future__ import annotations

import base64
import gzip
import uuid
from typing import Any

import bcrypt
import pytest
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    KeySerializationEncryption,
    NoEncryption,
    PrivateFormat,
)

from runner.expand import functions
from runner.expand.functions.error import FunctionError

# Terraform 1.11.4's base64gzip of "a" and of nothing: other bytes, same content.
GO_GZIP = {"a": "H4sIAAAAAAAA/0oEAAAA//8BAAD//0O+t+gBAAAA", "": "H4sIAAAAAAAA/wAAAP//AQAA//8AAAAAAAAAAA=="}


def call(name: str, *args: Any) -> Any:
    found = functions.find(name)
    assert found is not None
    return found(*args)


@pytest.mark.parametrize(
    ("cost", "prefix"), [((), "$2a$10$"), ((4,), "$2a$04$"), (("5",), "$2a$05$"), ((3,), "$2a$10$"), ((-1,), "$2a$10$")]
)
def test_bcrypt(cost: tuple[Any, ...], prefix: str) -> None:
    hashed = call("bcrypt", "pässword", *cost)
    assert hashed.startswith(prefix)
    assert bcrypt.checkpw("pässword".encode(), hashed.encode())
    assert not bcrypt.checkpw(b"password", hashed.encode())


def test_bcrypt_is_salted() -> None:
    assert call("bcrypt", "a", 4) != call("bcrypt", "a", 4)


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (("a", 32), "argument 'cost': it must be 31 at most"),
        (("a", 5.5), "argument 'cost': a whole number"),
        (("é" * 37,), "argument 'string': bcrypt takes 72 bytes at most, the string has 74"),
        ((None,), "argument 'string': it must not be null"),
        (("a", 4, 4), "at most 2 arguments"),
    ],
)
def test_bcrypt_refuses(args: tuple[Any, ...], message: str) -> None:
    with pytest.raises(FunctionError, match=message):
        call("bcrypt", *args)


@pytest.fixture(scope="module")
def key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, 2048)


def pem(key: Any, form: PrivateFormat, encryption: KeySerializationEncryption | None = None) -> str:
    return str(key.private_bytes(Encoding.PEM, form, encryption or NoEncryption()).decode())


@pytest.mark.parametrize("form", [PrivateFormat.TraditionalOpenSSL, PrivateFormat.PKCS8, PrivateFormat.OpenSSH])
def test_rsadecrypt(key: rsa.RSAPrivateKey, form: PrivateFormat) -> None:
    encrypted = base64.b64encode(key.public_key().encrypt("geheim é".encode(), padding.PKCS1v15())).decode()
    assert call("rsadecrypt", encrypted, pem(key, form)) == "geheim é"
    assert call("rsadecrypt", encrypted[:76] + "\n" + encrypted[76:] + "\n", pem(key, form)) == "geheim é"


@pytest.mark.parametrize(
    ("ciphertext", "argument"), [("!!", "ciphertext"), ("YQ==", "ciphertext"), ("", "ciphertext")]
)
def test_rsadecrypt_refuses_ciphertexts(key: rsa.RSAPrivateKey, ciphertext: str, argument: str) -> None:
    with pytest.raises(FunctionError) as caught:
        call("rsadecrypt", ciphertext, pem(key, PrivateFormat.PKCS8))
    assert caught.value.argument == argument


def test_rsadecrypt_refuses_keys(key: rsa.RSAPrivateKey) -> None:
    locked = pem(key, PrivateFormat.PKCS8, BestAvailableEncryption(b"x"))
    curve = pem(ec.generate_private_key(ec.SECP256R1()), PrivateFormat.PKCS8)
    public = "-----BEGIN RSA PRIVATE KEY-----\n-----END RSA PRIVATE KEY-----"
    refused = ((locked, "unencrypted"), (curve, "no RSA key"), (public, "no unencrypted"), ("é", "no unencrypted"))
    for wrong, reason in refused:
        with pytest.raises(FunctionError, match=f"argument 'privatekey': .*{reason}"):
            call("rsadecrypt", "YQ==", wrong)


def test_uuidv4() -> None:
    made = {call("uuidv4") for _ in range(5)}
    assert len(made) == 5
    assert all(uuid.UUID(each).version == 4 and str(uuid.UUID(each)) == each for each in made)


@pytest.mark.parametrize("text", ["", "a", "é😀" * 1000])
def test_base64gzip_unpacks_to_the_text(text: str) -> None:
    packed = call("base64gzip", text)
    assert gzip.decompress(base64.b64decode(packed)).decode() == text
    assert packed == call("base64gzip", text)
    if text in GO_GZIP:
        assert gzip.decompress(base64.b64decode(GO_GZIP[text])).decode() == text
