"""What is told of keys and certificates: as community.crypto told of the same ones, which were made for this."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from harness import Done, Machine

ANSWERS = json.loads((Path(__file__).parent.parent / "cases/modules/crypto.json").read_text())
KEY, CERTIFICATE = ANSWERS["keys"][0]["pem"], ANSWERS["certificates"][0]["pem"]
TRIMMED = ("fingerprints", "public_key_fingerprints")
"""Of these the record has but a few."""


def told(done: Done, names: Any) -> dict[str, Any]:
    """Return the values of these names, as a record has them."""
    assert not done.changed
    values = {name: done.values[name] for name in names}
    for name in values.keys() & set(TRIMMED):
        values[name] = {each: values[name][each] for each in ("sha256", "shake_128")}
    return values


@pytest.mark.parametrize("case", ANSWERS["keys"], ids=lambda case: case["values"]["type"])
def test_a_key(busybox_machine: Machine, case: dict[str, Any]) -> None:
    busybox_machine.put("/tmp/key.pem", case["pem"].encode())
    options = {"path": "/tmp/key.pem", "return_private_key_data": True, "check_consistency": True}
    done = busybox_machine.apply("openssl_privatekey_info", options, check=True)
    assert told(done, case["values"]) == case["values"]
    plain = busybox_machine.apply("openssl_privatekey_info", {"content": case["pem"]})
    assert "private_data" not in plain.values
    assert plain.values["public_data"] == case["values"]["public_data"]


KEYS: list[tuple[dict[str, Any], tuple[bool, bool], str]] = [
    ({"path": "/tmp/none.pem"}, (False, False), "Error while reading private key file from disk: there is no file"),
    ({"content": "junk"}, (True, False), "private key cannot be parsed: Unable to load PEM file"),
    ({"content": KEY, "passphrase": "word"}, (True, False), "Wrong or empty passphrase provided for private key"),
]


@pytest.mark.parametrize(("options", "can", "message"), KEYS)
def test_no_key(busybox_machine: Machine, options: dict[str, Any], can: tuple[bool, bool], message: str) -> None:
    done = busybox_machine.apply("openssl_privatekey_info", options)
    assert done.failed
    assert message in done.values["msg"]
    assert (done.values["can_load_key"], done.values["can_parse_key"]) == can


@pytest.mark.parametrize("case", ANSWERS["certificates"], ids=["whole", "unicode", "plain"])
def test_a_certificate(busybox_machine: Machine, case: dict[str, Any]) -> None:
    busybox_machine.put("/tmp/certificate.pem", case["pem"].encode())
    options = {"path": "/tmp/certificate.pem", **case["options"]}
    done = busybox_machine.apply("x509_certificate_info", options, check=True)
    assert told(done, case["values"]) == case["values"]
    assert done.values["expired"] is False


NAMES = [
    ("unicode", "DNS:straße.example"), ("idna", "DNS:xn--strae-oqa.example"), ("ignore", "DNS:xn--strae-oqa.example"),
]


@pytest.mark.parametrize(("encoding", "name"), NAMES)
def test_names_of_other_alphabets(busybox_machine: Machine, encoding: str, name: str) -> None:
    done = busybox_machine.apply("x509_certificate_info", {"content": CERTIFICATE, "name_encoding": encoding})
    assert name in done.values["subject_alt_name"]


def test_when_it_is_valid(busybox_machine: Machine) -> None:
    valid = {"+1d": True, "20200101000000Z": False, "-5000w": False, "+5300w": False, "205001010000Z": True, "10": True}
    times = {name: name for name in valid}
    done = busybox_machine.apply("x509_certificate_info", {"content": CERTIFICATE, "valid_at": times})
    assert done.values["valid_at"] == valid


CERTIFICATES: list[tuple[dict[str, Any], str]] = [
    ({"path": "/tmp/none.pem"}, "Error while reading certificate file from disk: there is no file '/tmp/none.pem'"),
    ({"content": "junk"}, "Cannot parse the certificate: "),
    ({"content": CERTIFICATE, "valid_at": {"x": "soon"}}, 'The time spec "soon" for valid_at.x is invalid'),
    ({"content": CERTIFICATE, "valid_at": {"x": "+99999999999w"}}, "for valid_at.x is invalid"),
    ({"content": CERTIFICATE, "valid_at": {"x": "+"}}, 'The time spec "+" for valid_at.x is invalid'),
]


@pytest.mark.parametrize(("options", "message"), CERTIFICATES)
def test_no_certificate(busybox_machine: Machine, options: dict[str, Any], message: str) -> None:
    assert message in busybox_machine.apply("x509_certificate_info", options).values["msg"]
