"""Builders beside amazon-ebs on the same parts, on the simulated AWS."""

from __future__ import annotations

from typing import Any

import pytest
from aws_cloud import CASES, Builds, actions, collapsed, extra, yaml_of

SCENARIOS = yaml_of(CASES / "scenarios.yml")["relatives"]
VOLUME: dict[str, Any] = {
    "builder": "amazon-ebsvolume", "ami_name": None,
    "ebs_volumes": [{"device_name": "/dev/xvdf", "volume_size": 5, "tags": {"a": "b"}}],
}
SURROGATE: dict[str, Any] = {
    "builder": "amazon-ebssurrogate",
    "launch_block_device_mappings": [
        {"device_name": "/dev/xvdf", "volume_size": 5, "delete_on_termination": True},
        {"device_name": "/dev/xvdg", "volume_size": 6, "delete_on_termination": True, "omit_from_artifact": True},
    ],
    "ami_root_device": {"source_device_name": "/dev/xvdf", "device_name": "/dev/xvda", "volume_size": 9},
}


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_calls_are_packers(ami: Builds, name: str) -> None:
    scenario = SCENARIOS[name]
    answer = ami(scenario["source"], {"shell": "true"})
    assert answer.status == 0, answer.stdout + answer.stderr
    assert set(extra(actions(ami.cloud), collapsed(scenario["packer"]))) <= set(scenario["more"])
    ami.forget_volumes()


class TestVolumes:
    def test_a_volume_is_kept_with_its_tags(self, ami: Builds) -> None:
        answer = ami(VOLUME, {"shell": "true"})
        assert answer.status == 0, answer.stdout + answer.stderr
        (volume,) = ami.cloud.left["volumes"]
        (found,) = ami.cloud.client().describe_volumes(VolumeIds=[volume])["Volumes"]
        assert found["Tags"] == [{"Key": "a", "Value": "b"}]
        assert f"EBS volumes: {volume}" in answer.stdout
        ami.forget_volumes()

    def test_a_snapshot_in_place_of_a_volume(self, ami: Builds) -> None:
        device = {
            **VOLUME["ebs_volumes"][0], "delete_on_termination": True, "snapshot_volume": True,
            "snapshot_tags": {"c": "d"}, "snapshot_users": ["123456789012"], "snapshot_description": "data",
        }
        assert ami({**VOLUME, "ebs_volumes": [device]}).status == 0
        assert "volumes" not in ami.cloud.left
        (snapshot,) = ami.cloud.left["snapshots"]
        (found,) = ami.cloud.client().describe_snapshots(SnapshotIds=[snapshot])["Snapshots"]
        assert (found["Description"], found["Tags"]) == ("data", [{"Key": "c", "Value": "d"}])
        ami.forget_volumes()

    def test_nothing_is_kept_of_a_build_that_fails(self, ami: Builds) -> None:
        assert ami(VOLUME, {"shell": "false"}).status == 1
        assert ami.cloud.left == {}


class TestSurrogate:
    def test_an_image_has_the_volume_as_its_root(self, ami: Builds) -> None:
        answer = ami({**SURROGATE, "boot_mode": "uefi", "tpm_support": "v2.0", "tags": {"a": "b"}}, {"shell": "true"})
        assert answer.status == 0, answer.stdout + answer.stderr
        image = ami.cloud.image(ami.name)
        (device,) = image["BlockDeviceMappings"]
        assert (device["DeviceName"], image["RootDeviceName"], device["Ebs"]["VolumeSize"]) == (
            "/dev/xvda", "/dev/xvda", 9,
        )
        assert (image["Architecture"], image["BootMode"], image["TpmSupport"]) == ("x86_64", "uefi", "v2.0")
        assert image["Tags"] == [{"Key": "a", "Value": "b"}]

    def test_an_encrypted_copy_leaves_nothing_else(self, ami: Builds) -> None:
        assert ami({**SURROGATE, "encrypt_boot": True}).status == 0
        (device,) = ami.cloud.image(ami.name)["BlockDeviceMappings"]
        assert device["Ebs"]["Encrypted"] is True

    @pytest.mark.parametrize("action", ["CreateSnapshot", "RegisterImage"])
    def test_nothing_is_left_when_it_fails(self, ami: Builds, action: str) -> None:
        ami.cloud.set({"action": action, "code": "InvalidRequest", "message": "no"})
        answer = ami(SURROGATE)
        assert answer.status == 1
        assert f"ec2:{action}: no" in answer.stderr
        assert ami.cloud.left == {}

    def test_a_root_that_is_left_out(self, ami: Builds) -> None:
        answer = ami({**SURROGATE, "ami_root_device": {"source_device_name": "/dev/xvdg"}})
        assert answer.status == 1
        assert "no volume /dev/xvdg becomes part of the AMI" in answer.stderr
