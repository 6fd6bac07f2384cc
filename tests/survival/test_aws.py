"""Builds on AWS that are interrupted or killed: nothing is left there, or `ingot gc` leaves nothing."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from aws_cloud import HERE, Cloud
from watched import LIMIT, Watched

PLAYBOOK = """
sources:
  box:
    builder: amazon-ebs
    region: us-east-1
    source_ami: ami-0a00000000000000a
    instance_type: t3.micro
    ssh_username: root
    ami_name: survival
    ami_regions: [eu-west-1]
    temporary_iam_instance_profile_policy_document: {Statement: [{Action: ["s3:*"], Resource: ["*"]}]}
    launch_block_device_mappings: [{device_name: /dev/xvdb, volume_size: 5}]
plays:
  - name: web
    sources: [box]
    gather_facts: false
    tasks:
      - {name: Write, shell: echo hello > /etc/greeting}
"""
IMPORT = """
sources:
  disk: {builder: file, target: disk.raw, content: a disk}
plays:
  - name: web
    sources: [disk]
    post_processors:
      - amazon-import: {region: us-east-1, s3_bucket_name: survival, format: raw, ami_name: survival}
"""
BOUNDARIES = range(1, 7)
"""Launch, a task and capture have two each."""
OPERATIONS = [
    *(pytest.param(each, marks=pytest.mark.slow) for each in (
        "CreateKeyPair", "CreateSecurityGroup", "CreateInstanceProfile", "PutRolePolicy", "DescribeInstances",
        "StopInstances", "CreateImage", "DeleteTags",
    )),
    "RunInstances", "CopyImage",
]


def finished(operation: str) -> set[str]:
    """What may stay of a build that ends while it asks for something: AMIs that are whole, with nothing left to do."""
    return {"images"} if operation == "DeleteTags" else set()


@pytest.fixture
def watched(cloud: Cloud, tmp_path: Path) -> Iterator[Watched]:
    """A build on the simulated AWS; it ends at once when it dials anything else."""
    found = Watched(tmp_path, PLAYBOOK)
    found.environment |= {
        **cloud.environment, "DIALLED": str(tmp_path / "dialled"),
        "PYTHONPATH": os.pathsep.join([str(HERE / "guarded"), os.environ.get("PYTHONPATH", "")]),
    }
    found.environment.pop("DOCKER_HOST", None)
    cloud.set()
    yield found
    cloud.set()
    cloud.forget_images()
    assert cloud.left == {}
    assert not (tmp_path / "dialled").exists()


@pytest.mark.slow
@pytest.mark.parametrize("boundary", BOUNDARIES)
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM], ids=lambda each: each.name)
def test_an_interrupted_build_leaves_nothing(
    watched: Watched, cloud: Cloud, number: signal.Signals, boundary: int
) -> None:
    process = watched.start()
    assert watched.struck(process, boundary, number), watched.said
    assert process.returncode in (130, 0 if boundary == BOUNDARIES[-1] else 130), watched.said
    assert watched.settled() == {}
    assert cloud.left.keys() <= ({"images"} if boundary == BOUNDARIES[-1] else set())  # those are finished


@pytest.mark.parametrize("operation", OPERATIONS)
def test_a_build_that_is_interrupted_while_it_asks_leaves_nothing(
    watched: Watched, cloud: Cloud, operation: str
) -> None:
    cloud.set({"action": operation, "delay": 1.0})
    process = watched.start()
    cloud.waits_for(operation, LIMIT)
    process.send_signal(signal.SIGINT)
    said, _ = process.communicate(timeout=LIMIT)
    assert process.returncode == 130, said
    assert watched.settled() == {}
    assert cloud.left.keys() <= finished(operation)


@pytest.mark.parametrize("knows", ["the journal", "only the tags"])
@pytest.mark.parametrize("operation", OPERATIONS)
def test_what_a_killed_build_left_is_collected(watched: Watched, cloud: Cloud, operation: str, knows: str) -> None:
    cloud.set({"action": operation, "delay": 1.0})
    process = watched.start()
    cloud.waits_for(operation, LIMIT)
    process.kill()
    process.communicate(timeout=LIMIT)
    cloud.idle(LIMIT)
    left = cloud.left
    words: tuple[str, ...] = ()
    if knows == "only the tags":
        shutil.rmtree(watched.here / "state", ignore_errors=True)
        words = ("--region", "us-east-1", "--region", "eu-west-1", "--older-than", "0")
    status, said = watched.run("gc", "--dry-run", *words)
    assert (status, cloud.left) == (0, left), said
    status, said = watched.run("gc", *words)
    assert status == 0, said
    assert cloud.left.keys() <= finished(operation), said


@pytest.mark.parametrize("knows", ["the journal", "only the tags"])
@pytest.mark.parametrize("operation", ["ImportImage", "CopyImage"])
def test_what_a_killed_import_left_is_collected(watched: Watched, cloud: Cloud, operation: str, knows: str) -> None:
    (watched.here / "playbook.yml").write_text(IMPORT)
    s3 = cloud.client("s3")
    s3.create_bucket(Bucket="survival")
    cloud.set({"action": operation, "delay": 1.0})
    process = watched.start()
    cloud.waits_for(operation, LIMIT)
    process.kill()
    process.communicate(timeout=LIMIT)
    cloud.idle(LIMIT)
    kinds = {"ImportImage": {"imports", "objects"}, "CopyImage": {"images"}}
    assert cloud.left.keys() == kinds[operation]
    words: tuple[str, ...] = ()
    if knows == "only the tags":
        shutil.rmtree(watched.here / "state", ignore_errors=True)
        words = ("--region", "us-east-1", "--older-than", "0")
    status, said = watched.run("gc", *words)
    assert status == 0, said
    # Nobody looks into all buckets for what has a name like ours.
    assert cloud.left.keys() == ({"objects"} if words and operation == "ImportImage" else set()), said
    for each in s3.list_objects_v2(Bucket="survival").get("Contents", ()):
        s3.delete_object(Bucket="survival", Key=each["Key"])
    s3.delete_bucket(Bucket="survival")
    assert "nothing was left" in watched.run("gc", *words)[1]


def test_a_build_at_work_is_left_alone(watched: Watched, cloud: Cloud) -> None:
    cloud.set({"action": "StopInstances", "delay": 5.0})
    process = watched.start()
    cloud.waits_for("StopInstances", LIMIT)
    for words in (("--older-than", "0"), ()):
        status, said = watched.run("gc", "--region", "us-east-1", *words)
        assert (status, said) == (0, "nothing was left by runs that are over\n")
    process.communicate(timeout=LIMIT)
    assert process.returncode == 0


def test_the_harness_itself(watched: Watched) -> None:
    """What dials another computer ends."""
    code = "import socket; socket.create_connection(('192.0.2.1', 80), 0.1)"
    done = subprocess.run([sys.executable, "-c", code], env=watched.environment, check=False)
    assert done.returncode == 97
    dialled = Path(watched.environment["DIALLED"])
    assert dialled.read_text() == "192.0.2.1\n"
    dialled.unlink()
