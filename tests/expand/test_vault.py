"""Vaults as ansible-vault writes them. The files in cases/vault were made by ansible-vault of ansible-core 2.19."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from runner.expand.vault import Secret, VaultError, decrypt, encrypt, is_encrypted, vault_id

CASES = Path(__file__).parents[1] / "cases" / "vault"
PLAIN = 'user: ada\npassword: "é\\n"\n'.encode()
DEFAULT = Secret("default", b"geheim")
DEV = Secret("dev", b"zweites")


def read(name: str) -> str:
    return (CASES / name).read_text(encoding="ascii")


@pytest.mark.parametrize(
    ("name", "secret", "plain", "label"),
    [
        ("plain-1.1.txt", DEFAULT, PLAIN, "default"),
        ("dev-1.2.txt", DEV, PLAIN, "dev"),
        ("empty-1.1.txt", DEFAULT, b"", "default"),
    ],
)
def test_reads_what_ansible_vault_wrote(name: str, secret: Secret, plain: bytes, label: str) -> None:
    text = read(name)
    assert is_encrypted(text)
    assert is_encrypted(text.encode())
    assert vault_id(text) == label
    assert decrypt(text, [secret]) == plain
    assert decrypt(text.replace("\n", "\r\n"), [secret]) == plain
    assert decrypt(text, [Secret("other", b"no"), Secret("another", secret.password)]) == plain


def test_the_same_salt_makes_the_same_text_as_ansible() -> None:
    # from `'secret' | vault('pw', salt='abc')`
    assert encrypt(b"secret", Secret("filter_default", b"pw"), salt=b"abc") == (
        "$ANSIBLE_VAULT;1.2;AES256;filter_default\n"
        "3631363236330a343236373335666130383534666437316638313439303831643162393133393166\n"
        "653034316437613432393734333334663839393163306434613763626137390a3131343561646630\n"
        "636162333262346465333739353264663831623665663231\n"
    )


@settings(max_examples=25, deadline=None)
@given(st.binary(max_size=100), st.binary(max_size=20), st.sampled_from(["default", "dev"]))
def test_what_is_encrypted_comes_back(plain: bytes, password: bytes, label: str) -> None:
    secret = Secret(label, password)
    text = encrypt(plain, secret)
    assert text.isascii()
    assert max(len(line) for line in text.splitlines()[1:]) <= 80
    assert vault_id(text) == label
    assert text.startswith("$ANSIBLE_VAULT;1.1;AES256\n") is (label == "default")
    assert decrypt(text, [secret]) == plain
    assert encrypt(plain, secret) != text


@pytest.mark.parametrize(
    ("text", "secrets", "message"),
    [
        ("plain-1.1.txt", [], "no vault password is known"),
        ("dev-1.2.txt", [DEFAULT], "no vault password opens this (its vault id is 'dev')"),
        ("hello", [DEFAULT], "this is not encrypted"),
        ("$ANSIBLE_VAULT;1.0;AES\n61", [DEFAULT], "is not the header of a vault of format 1.1 or 1.2"),
        ("$ANSIBLE_VAULT;1.2;AES256\n61", [DEFAULT], "is not the header of a vault"),
        ("$ANSIBLE_VAULT", [DEFAULT], "is not the header of a vault"),
        ("$ANSIBLE_VAULT;1.1;AES\n61", [DEFAULT], "encrypted with 'AES' cannot be read"),
        ("$ANSIBLE_VAULT;1.1;AES256\nxyz", [DEFAULT], "the vault is damaged"),
        ("$ANSIBLE_VAULT;1.1;AES256\n6161", [DEFAULT], "the vault is damaged"),
        ("$ANSIBLE_VAULT;1.1;AES256", [DEFAULT], "the vault is damaged"),
    ],
)
def test_says_what_is_wrong(text: str, secrets: list[Secret], message: str) -> None:
    with pytest.raises(VaultError) as caught:
        decrypt(read(text) if text.endswith(".txt") else text, secrets)
    assert message in str(caught.value)


def test_a_changed_vault_does_not_open() -> None:
    text = read("dev-1.2.txt")
    at = len(text) - 20
    with pytest.raises(VaultError):
        decrypt(text[:at] + ("3" if text[at] != "3" else "4") + text[at + 1 :], [DEV])


def test_a_password_is_never_shown() -> None:
    assert "geheim" not in repr(DEFAULT)


def test_a_vault_id_has_no_semicolon() -> None:
    with pytest.raises(VaultError, match="no vault id"):
        encrypt(b"", Secret("a;b", b""))
