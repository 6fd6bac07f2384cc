"""Deleting AMIs of earlier builds, on the simulated AWS."""

from __future__ import annotations

from typing import Any

import pytest
from aws_cloud import Builds
from conftest import Answer

from runner.model.encode import to_json
from runner.model.manifest import Manifest, ManifestBuild


def images(ami: Builds, *words: str) -> Answer:
    return ami.ingot("images", *words, **ami.cloud.environment)


def snapshot_of(image: dict[str, Any]) -> str:
    (device,) = image["BlockDeviceMappings"]
    return str(device["Ebs"]["SnapshotId"])


@pytest.fixture
def built(ami: Builds) -> Builds:
    """An AMI in two regions, and the record of the run that made it."""
    ec2 = ami.cloud.client()
    volume = ec2.create_volume(Size=1, AvailabilityZone="us-east-1a")["VolumeId"]
    snapshot = ec2.create_snapshot(VolumeId=volume)["SnapshotId"]
    ec2.delete_volume(VolumeId=volume)
    devices = [{"DeviceName": "/dev/xvda", "Ebs": {"SnapshotId": snapshot, "VolumeSize": 1, "VolumeType": "gp3"}}]
    first = ec2.register_image(Name=ami.name, RootDeviceName="/dev/xvda", BlockDeviceMappings=devices)["ImageId"]
    second = ami.cloud.client(region="eu-west-1").copy_image(
        Name=ami.name, SourceImageId=first, SourceRegion="us-east-1"
    )["ImageId"]
    moment = "2026-01-01T00:00:00.000Z"
    build = ManifestBuild(
        "web.box", "amazon-ebs", "ok", moment, moment, artifact=f"eu-west-1:{second},us-east-1:{first}"
    )
    record = ami.ingot.directory / ".ingot" / "runs" / "20260101T000000.000Z-12345678" / "manifest.json"
    record.parent.mkdir(parents=True)
    record.write_text(to_json(Manifest("12345678", "0.1.0", "playbook.yml", moment, moment, (build,))))
    return ami


def test_amis_go_in_every_region_with_their_snapshots(built: Builds) -> None:
    answer = images(built, "delete", "web.box", "--dry-run")
    assert (answer.status, answer.stdout.count("would delete ami-")) == (0, 2), answer.stderr
    assert len(built.images) == 2
    answer = images(built, "delete", "web.box")
    assert (answer.status, answer.stdout.count("deleted ami-")) == (0, 2), answer.stderr
    assert built.cloud.left == {}
    assert images(built, "delete", "web.box").status == 2


def test_a_snapshot_that_another_ami_uses_stays(built: Builds) -> None:
    ec2, image = built.cloud.client(), built.cloud.image(built.name)
    other = ec2.register_image(
        Name=f"{built.name}-other", RootDeviceName="/dev/xvda", BlockDeviceMappings=image["BlockDeviceMappings"],
    )["ImageId"]
    answer = images(built, "delete", "web.box")
    assert answer.status == 0, answer.stderr
    assert built.images == [f"us-east-1:{other}"]
    assert ec2.describe_snapshots(SnapshotIds=[snapshot_of(image)])["Snapshots"]
    deleted = [each["params"]["SnapshotId"] for each in built.cloud.called("DeleteSnapshot")]
    assert (len(deleted), snapshot_of(image) in deleted) == (1, False)


@pytest.mark.parametrize("fault", [
    (), ({"action": "DescribeImageReferences", "code": "InvalidAction", "times": 9},),
], ids=["told", "looked at"])
def test_an_ami_in_use_stays(built: Builds, fault: tuple[dict[str, Any], ...]) -> None:
    ec2, image = built.cloud.client(), built.cloud.image(built.name)["ImageId"]
    instance = ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1)["Instances"][0]["InstanceId"]
    try:
        built.cloud.set(*fault)
        answer = images(built, "delete", "web.box")
        assert (answer.status, f"is in use by instance/{instance}" in answer.stderr) == (2, True), answer.stderr
        answer = images(built, "prune", "--keep", "0", "--yes")
        assert (answer.status, f"in use by instance/{instance}" in answer.stdout) == (0, True), answer.stderr
        assert len(built.images) == 2
        assert images(built, "delete", "web.box", "--force").status == 0
        assert built.images == []
    finally:
        ec2.terminate_instances(InstanceIds=[instance])
        ec2.describe_instances(InstanceIds=[instance])


def test_an_ami_that_cannot_be_deregistered_stays_whole_and_can_go_later(built: Builds) -> None:
    built.cloud.set({"action": "DeregisterImage", "code": "UnauthorizedOperation", "region": "us-east-1"})
    answer = images(built, "delete", "web.box")
    assert (answer.status, "has to allow ec2:DeregisterImage" in answer.stderr) == (1, True), answer.stderr
    assert [each.partition(":")[0] for each in built.images] == ["us-east-1"]
    snapshot = snapshot_of(built.cloud.image(built.name))
    assert built.ingot("gc", **built.cloud.environment).status == 0  # what was noted is still in use, and stays
    assert built.cloud.client().describe_snapshots(SnapshotIds=[snapshot])["Snapshots"]
    assert images(built, "delete", "web.box").status == 0
    assert built.cloud.left == {}


def test_a_snapshot_that_cannot_be_deleted_is_left_to_gc(built: Builds) -> None:
    built.cloud.set({"action": "DeleteSnapshot", "code": "UnauthorizedOperation", "region": "us-east-1"})
    answer = images(built, "delete", "web.box")
    assert (answer.status, "error[E763]" in answer.stderr) == (1, True), answer.stderr
    assert list(built.cloud.left) == ["snapshots"]
    assert "removed amazon-ebs.snapshots snap-" in built.ingot("gc", **built.cloud.environment).stdout
    assert built.cloud.left == {}


def test_nothing_goes_when_it_cannot_be_looked_at(built: Builds) -> None:
    built.cloud.set({"action": "DescribeImages", "code": "UnauthorizedOperation", "times": 9})
    for words, status in ((("delete", "web.box"), 2), (("prune", "--keep", "0", "--yes"), 1)):
        answer = images(built, *words)
        assert (answer.status, "has to allow ec2:DescribeImages" in answer.stderr) == (status, True), answer.stderr
    built.cloud.set()
    assert len(built.images) == 2
