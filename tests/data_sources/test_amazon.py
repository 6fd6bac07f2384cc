"""Data sources that read from the simulated AWS."""

from __future__ import annotations

import secrets
from typing import Any

import pytest
import yaml
from aws_cloud import Cloud
from conftest import Answer, Ingot

AMI = {"type": "amazon-ami", "filters": {"name": "debian-12-amd64-*"}, "owners": ["136693071363"]}


class Look:
    """Shows an expression over one data source ``it``."""

    def __init__(self, ingot: Ingot, cloud: Cloud) -> None:
        self.cloud = cloud
        self._ingot = ingot

    def __call__(self, data: dict[str, Any], expression: str, **environment: str) -> Answer:
        playbook = {
            "data": {"it": {"region": "us-east-1", **data}},
            "sources": {"out": {"builder": "file", "target": "out.txt", "content": f"{{{{ {expression} }}}}"}},
            "plays": [{"sources": ["out"]}],
        }
        self._ingot.write({"playbook.yml": yaml.safe_dump(playbook)})
        return self._ingot("build", "playbook.yml", "--force", **{**self.cloud.environment, **environment})

    def text(self, data: dict[str, Any], expression: str) -> str:
        answer = self(data, expression)
        assert answer.status == 0, answer.stderr
        return (self._ingot.directory / "out.txt").read_text().strip()


@pytest.fixture
def look(ingot: Ingot, cloud: Cloud) -> Look:
    cloud.set()
    return Look(ingot, cloud)


def test_the_newest_ami(look: Look) -> None:
    found = look.text({**AMI, "most_recent": True}, "data.it.id ~ ' ' ~ data.it.name ~ ' ' ~ data.it.owner")
    assert found == "ami-0b00000000000000b debian-12-amd64-20240101 136693071363"


@pytest.mark.parametrize(("more", "says"), [
    ({}, "2 AMIs match: ami-0b00000000000000b (debian-12-amd64-20240101), ami-0a00000000000000a"),
    ({"filters": {"name": "plan-9-*"}}, "no AMI matches name=plan-9-*, owners=136693071363"),
])
def test_not_exactly_one_ami(look: Look, more: dict[str, Any], says: str) -> None:
    answer = look({**AMI, **more}, "data.it.id")
    assert answer.status == 2
    assert f"error[E309]: data.it cannot be looked up: {says}" in answer.stderr


def test_a_parameter(look: Look) -> None:
    name = f"/ingot/{secrets.token_hex(4)}"
    look.cloud.client("ssm").put_parameter(Name=name, Value="quiet", Type="SecureString")
    asked = {"type": "amazon-parameterstore", "name": name, "with_decryption": True}
    assert look.text(asked, "data.it.value ~ ' ' ~ data.it.version") == "quiet 1"
    assert look.text(asked, "data.it.arn").endswith(name)


def test_a_parameter_that_is_not_there(look: Look) -> None:
    answer = look({"type": "amazon-parameterstore", "name": "/none"}, "data.it.value")
    assert answer.status == 2
    assert "ssm:GetParameter" in answer.stderr


def test_a_secret(look: Look) -> None:
    name = f"ingot-{secrets.token_hex(4)}"
    client = look.cloud.client("secretsmanager")
    client.create_secret(Name=name, SecretString='{"user": "worker", "number": 7}')
    secret = {"type": "amazon-secretsmanager", "name": name}
    assert look.text(secret, "data.it.value") == "worker"
    assert look.text({**secret, "key": "number"}, "data.it.value") == "7"
    client.put_secret_value(SecretId=name, SecretString="plain")
    assert look.text(secret, "data.it.value ~ data.it.secret_string") == "plainplain"
    assert look.text({**secret, "version_stage": "AWSPREVIOUS"}, "data.it.value") == "worker"
    answer = look({**secret, "version_stage": "AWSPREVIOUS", "key": "other"}, "data.it.value")
    assert answer.status == 2
    assert "the secret has no 'other'; it has number, user" in answer.stderr


def test_without_credentials(look: Look) -> None:
    data = {"type": "amazon-parameterstore", "name": "x", "skip_metadata_api_check": True}
    answer = look(data, "data.it.value", AWS_ACCESS_KEY_ID="", AWS_SECRET_ACCESS_KEY="")
    assert answer.status == 2
    assert "name a profile, or set AWS_ACCESS_KEY_ID" in answer.stderr
