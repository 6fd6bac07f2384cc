"""The least policy, held against what builds really ask for."""

from __future__ import annotations

import json
from typing import Any

import pytest
from aws_cloud import BASE, CASES, Builds, yaml_of

from runner.builders.amazon.parts.policy import actions

SCENARIOS = yaml_of(CASES / "scenarios.yml")
FOR_TROUBLE = {
    "ec2:DeleteVolume", "ec2:CreateTags", "ec2:DeregisterImage", "ec2:DeleteSnapshot", "ec2:DescribeSnapshots",
}
"""What is only asked for when something is left or tagged in the request, and allowed all the same."""
IMPLIED = {"iam:PassRole", "iam:TagRole", "iam:TagInstanceProfile"}
"""What AWS wants for another operation."""
KEYS = {f"kms:{each}" for each in (
    "CreateGrant", "Decrypt", "DescribeKey", "GenerateDataKeyWithoutPlaintext", "ReEncryptFrom", "ReEncryptTo",
)}


def asked(ami: Builds) -> set[str]:
    """What has been asked for, as policies name it."""
    return {f"{each['service']}:{each['action']}" for each in ami.cloud.calls}


@pytest.mark.parametrize("name", [
    "plain", "spot", "encrypted", "devices", "a temporary instance profile", "filters of the network",
])
def test_a_policy_allows_what_is_asked_for_and_no_more(ami: Builds, name: str) -> None:
    source: dict[str, Any] = {**SCENARIOS["scenarios"][name]["source"], "communicator": "none"}
    assert ami(source).status == 0
    needed, done = set(actions("amazon-ebs", {**BASE, **source})), asked(ami)
    assert done - needed == set()
    spot = {"ec2:RunInstances", "ec2:StopInstances"} if name == "spot" else set()
    assert needed - done <= FOR_TROUBLE | IMPLIED | KEYS | spot


def test_the_policy_for_a_playbook(ami: Builds) -> None:
    ami.write({"ami_regions": ["eu-west-1"], "skip_region_validation": True})
    answer = ami.ingot("doc", "amazon-ebs", "--policy", "playbook.yml")
    (statement,) = json.loads(answer.stdout)["Statement"]
    assert {"ec2:CopyImage", "ec2:CreateKeyPair"} <= set(statement["Action"])
    assert not {"ec2:DescribeRegions", "ec2:CreateFleet"} & set(statement["Action"])


def test_the_policy_for_anything(ami: Builds) -> None:
    for builder in ("amazon-ebs", "amazon-ebssurrogate", "amazon-ebsvolume"):
        answer = ami.ingot("doc", builder, "--policy")
        assert "ec2:CreateFleet" in json.loads(answer.stdout)["Statement"][0]["Action"]
    answer = ami.ingot("doc", "docker", "--policy")
    assert (answer.status, answer.stdout) == (2, "")
    assert "there is no policy for 'docker'" in answer.stderr


def test_a_playbook_that_is_not_sound(ami: Builds) -> None:
    ami.write({"ami_name": "%"})
    answer = ami.ingot("doc", "amazon-ebs", "--policy", "playbook.yml")
    assert answer.status == 2
    assert "E105" in answer.stderr
