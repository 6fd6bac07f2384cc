"""The simulated AWS as tests see it: started once, told what is to go wrong, and asked what was done and is left."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.request import urlopen

import pytest
import yaml

if TYPE_CHECKING:
    from conftest import Answer, Ingot

HERE = Path(__file__).parent / "sims"
CASES = Path(__file__).parent / "cases" / "amazon"
_LIMIT = 60.0


class Cloud:
    """The simulator, at its address."""

    def __init__(self, address: str) -> None:
        self.address = address
        self.environment = {
            "AWS_ENDPOINT_URL": address, "AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing",
            "AWS_DEFAULT_REGION": "us-east-1", "AWS_EC2_METADATA_DISABLED": "true", "AWS_CONFIG_FILE": os.devnull,
            "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        }

    def set(self, *faults: dict[str, Any], **more: Any) -> None:
        """Say what goes wrong from now on, and forget all calls. ``pace`` has how often a state on its way is seen."""
        self._ask("set", {"faults": list(faults), **more})

    @property
    def calls(self) -> list[dict[str, Any]]:
        """What was asked for so far."""
        found: list[dict[str, Any]] = self._ask("calls")
        return found

    def called(self, action: str) -> list[dict[str, Any]]:
        """What was asked for with one operation."""
        return [each for each in self.calls if each["action"] == action]

    @property
    def left(self) -> dict[str, list[str]]:
        """What there is that nobody was born with."""
        found: dict[str, list[str]] = self._ask("left")
        return found

    def waits_for(self, action: str, limit: float) -> None:
        """Wait until an operation is being worked on."""
        _until(lambda: action in self._ask("open"), limit)

    def idle(self, limit: float) -> None:
        """Wait until every call has its answer."""
        _until(lambda: self._ask("open") == [], limit)

    def client(self, service: str = "ec2", region: str = "us-east-1") -> Any:
        """A client of boto3."""
        import boto3

        return boto3.client(
            service, region_name=region, endpoint_url=self.address, aws_access_key_id="testing",
            aws_secret_access_key="testing",
        )

    def image(self, name: str, region: str = "us-east-1") -> dict[str, Any]:
        """What EC2 knows of the one AMI of a name."""
        (found,) = self.client(region=region).describe_images(
            Owners=["self"], Filters=[{"Name": "name", "Values": [name]}]
        )["Images"]
        return dict(found)

    @contextmanager
    def started(self, image: str, here: Path, region: str = "us-east-1") -> Iterator[Any]:
        """Start an instance of an AMI; yield what runs a command on it and gives the output."""
        ec2 = self.client(region=region)
        name = f"look-{image}"
        key = here / name
        key.write_text(ec2.create_key_pair(KeyName=name)["KeyMaterial"])
        key.chmod(0o600)
        started = ec2.run_instances(ImageId=image, MinCount=1, MaxCount=1, KeyName=name)["Instances"][0]["InstanceId"]
        try:
            yield lambda command: _said(ec2, started, key, command)
        finally:
            ec2.terminate_instances(InstanceIds=[started])
            ec2.describe_instances(InstanceIds=[started])
            ec2.delete_key_pair(KeyName=name)

    def forget_images(self) -> None:
        """Remove all AMIs that were made, and snapshots without one."""
        for each in self.left.get("images", ()):
            region, _, image = each.partition(":")
            ec2 = self.client(region=region)
            ec2.disable_image_deregistration_protection(ImageId=image)
            (found,) = ec2.describe_images(ImageIds=[image])["Images"]
            ec2.deregister_image(ImageId=image)
            for device in found["BlockDeviceMappings"]:
                if "SnapshotId" in device.get("Ebs", {}):
                    ec2.delete_snapshot(SnapshotId=device["Ebs"]["SnapshotId"])

    def _ask(self, what: str, told: Any = None) -> Any:
        data = None if told is None else json.dumps(told).encode()
        with urlopen(f"{self.address}/_sim/{what}", data=data, timeout=_LIMIT) as answer:
            return json.load(answer)


def _until(condition: Callable[[], bool], limit: float) -> None:
    end = time.monotonic() + limit
    while not condition():
        assert time.monotonic() < end, "it never came about"
        time.sleep(0.02)


def _said(ec2: Any, instance: str, key: Path, command: str) -> str:
    end = time.monotonic() + _LIMIT
    while True:
        (found,) = ec2.describe_instances(InstanceIds=[instance])["Reservations"][0]["Instances"]
        if found["State"]["Name"] == "running":
            break
        assert time.monotonic() < end, "it does not start"
        time.sleep(0.05)
    options = ["-o", "StrictHostKeyChecking=no", "-o", "UserKnownHostsFile=/dev/null", "-o", "LogLevel=ERROR"]
    done = subprocess.run(
        ["ssh", *options, "-i", key, f"root@{found['PublicIpAddress']}", command], check=True, capture_output=True,
        text=True, timeout=_LIMIT,
    )
    return done.stdout


@contextmanager
def running(engine: str, image: str, log: Path) -> Iterator[Cloud]:
    """Run a simulator whose machines are containers of an engine, of an image."""
    with log.open("wb") as errors:
        process = subprocess.Popen(
            [sys.executable, HERE / "ec2.py", image], stdout=subprocess.PIPE, stderr=errors, text=True,
            env={**os.environ, "DOCKER_HOST": engine}, start_new_session=True,
        )
    try:
        assert process.stdout is not None
        address = process.stdout.readline().strip()
        assert address, log.read_text()
        yield Cloud(address)
    finally:
        process.terminate()
        process.wait(_LIMIT)


BASE = {
    "builder": "amazon-ebs", "region": "us-east-1", "ssh_username": "root", "ssh_timeout": "30s",
    "instance_type": "t3.micro",
    "source_ami_filter": {
        "filters": {"name": "debian-12-amd64-*"}, "owners": ["136693071363"], "most_recent": True,
    },
}
_dialled: list[str] = []


def _look(event: str, values: tuple[object, ...]) -> None:
    address = values[1] if event == "socket.connect" and len(values) > 1 else None
    if isinstance(address, tuple) and not str(address[0]).startswith(("127.", "::1", "localhost")):
        _dialled.append(str(address[0]))


@pytest.fixture(scope="session")
def cloud(engine: str, busybox: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cloud]:
    """A simulated AWS, for all tests of this process."""
    sys.addaudithook(_look)
    with running(engine, busybox, tmp_path_factory.mktemp("cloud") / "errors") as found:
        yield found


class Builds:
    """Builds playbooks of one source and one play; ``name`` is a name for an AMI that nobody else uses."""

    def __init__(self, ingot: Ingot, cloud: Cloud) -> None:
        self.cloud = cloud
        self.ingot = ingot
        self.name = f"ami-{secrets.token_hex(4)}"
        self.environment: dict[str, str] = {}
        """More of the environment."""

    def write(self, source: dict[str, Any], *tasks: Any, **play: Any) -> None:
        whole = {**BASE, "ami_name": self.name, **source}
        playbook = {
            "sources": {"box": {name: value for name, value in whole.items() if value is not None}},
            "plays": [{"name": "web", "sources": ["box"], "gather_facts": False, "tasks": list(tasks), **play}],
        }
        self.ingot.write({"playbook.yml": yaml.safe_dump(playbook, sort_keys=False)})

    def __call__(self, source: dict[str, Any], *tasks: Any, words: tuple[str, ...] = (), **play: Any) -> Answer:
        self.write(source, *tasks, **play)
        return self.ingot("build", "playbook.yml", *words, **{**self.cloud.environment, **self.environment})

    def forget_volumes(self) -> None:
        """Remove volumes and snapshots that are kept."""
        ec2, left = self.cloud.client(), self.cloud.left
        for each in left.get("volumes", ()):
            ec2.delete_volume(VolumeId=each)
        for each in left.get("snapshots", ()):
            ec2.delete_snapshot(SnapshotId=each)

    @property
    def images(self) -> list[str]:
        """The AMIs that there are, each REGION:AMI."""
        return self.cloud.left.get("images", [])


@pytest.fixture
def ami(ingot: Ingot, cloud: Cloud) -> Iterator[Builds]:
    """Builds playbooks; but for AMIs nothing may be left afterwards, and nothing else be dialled."""
    cloud.set()
    _dialled.clear()
    yield Builds(ingot, cloud)
    cloud.set()
    images = cloud.left.get("images", [])
    cloud.forget_images()
    assert cloud.left == {}, images
    assert list((ingot.directory.parent / "state").rglob("*.jsonl")) == []
    assert _dialled == []


def actions(cloud: Cloud) -> list[str]:
    """What was asked for, one after the other; the same again at once counts once."""
    return collapsed(each["action"] for each in cloud.calls)


def collapsed(operations: Iterable[str]) -> list[str]:
    """Operations, the same again at once only once."""
    return [each for each, _ in groupby(operations)]


def yaml_of(path: Path) -> Any:
    """What a file of YAML holds."""
    return yaml.safe_load(path.read_text())


def extra(ours: list[str], packers: list[str]) -> list[str]:
    """What we ask for beside what Packer does; what it asks for has to be there, in its order."""
    more, rest = [], list(packers)
    for action in ours:
        if rest and action == rest[0]:
            rest.pop(0)
        else:
            more.append(action)
    assert rest == [], f"Packer goes on with {rest}; ours: {ours}"
    return more
