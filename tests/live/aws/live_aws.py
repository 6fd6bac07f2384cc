"""An AMI on AWS itself, in an account of yours and for your money: `make live-aws`; docs/guide/aws.md says how.

Its name keeps it out of every other run of the tests, and without the variables it refuses.
"""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

INGOT = Path(sys.executable).with_name("ingot")
OWNER = "136693071363"
"""Debian's account."""
_LIMIT = 1800


@pytest.fixture(scope="module")
def region() -> str:
    """Where it is tried; nobody comes here by accident."""
    region = os.environ.get("INGOT_LIVE_AWS_REGION", "")
    if os.environ.get("INGOT_LIVE_AWS") != "yes" or not region:
        pytest.exit("this costs money: set INGOT_LIVE_AWS=yes and INGOT_LIVE_AWS_REGION to a region", 2)
    return region


@pytest.fixture
def ec2(region: str) -> Iterator[Any]:
    """EC2 as AWS's own library has it; what carries our tags in the end is a failure."""
    import boto3

    client = boto3.client("ec2", region_name=region)
    yield client
    marked = [{"Name": "tag-key", "Values": ["ingot.run"]}]
    gone = ("shutting-down", "terminated")
    found = client.describe_instances(Filters=marked)["Reservations"]
    assert [each for part in found for each in part["Instances"] if each["State"]["Name"] not in gone] == []
    assert client.describe_security_groups(Filters=marked)["SecurityGroups"] == []
    assert client.describe_key_pairs(Filters=marked)["KeyPairs"] == []
    assert client.describe_images(Owners=["self"], Filters=marked)["Images"] == []


def test_an_image_is_made_and_nothing_else_stays(ec2: Any, region: str, tmp_path: Path) -> None:
    name = f"ingot-live-{secrets.token_hex(4)}"
    (tmp_path / "playbook.yml").write_text(yaml.safe_dump({
        "sources": {"debian": {
            "builder": "amazon-ebs", "region": region, "instance_type": "t3.micro", "ssh_username": "admin",
            "source_ami_filter": {
                "filters": {"name": "debian-12-amd64-*", "architecture": "x86_64"}, "owners": [OWNER],
                "most_recent": True,
            },
            "ami_name": name, "tags": {"ingot": "live"}, "dead_man_timeout": "10m",
        }},
        "plays": [{"name": "live", "sources": ["debian"], "become": True, "tasks": [
            {"copy": {"dest": "/etc/golden", "content": "golden\n"}},
            {"shell": 'test -n "$(grep -l -- -[t]imer /proc/[0-9]*/cmdline)"'},
        ]}],
    }))
    try:
        done = subprocess.run(
            [INGOT, "build", "playbook.yml"], cwd=tmp_path, capture_output=True, text=True, check=False, timeout=_LIMIT,
            env={**os.environ, "INGOT_STATE_DIR": str(tmp_path / "state")},
        )
        assert done.returncode == 0, done.stdout + done.stderr
        (image,) = _named(ec2, name)
        assert image["State"] == "available"
        assert {each["Key"] for each in image["Tags"]} == {"ingot"}, json.dumps(image["Tags"])
    finally:
        for image in _named(ec2, name):
            ec2.deregister_image(ImageId=image["ImageId"])
            for device in image["BlockDeviceMappings"]:
                if "SnapshotId" in device.get("Ebs", {}):
                    ec2.delete_snapshot(SnapshotId=device["Ebs"]["SnapshotId"])


def _named(ec2: Any, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = ec2.describe_images(
        Owners=["self"], Filters=[{"Name": "name", "Values": [name]}]
    )["Images"]
    return found
