"""AMIs of a simulated EC2, made by whole playbooks; the calls are compared with those that Packer makes."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from aws_cloud import CASES, Builds, actions, collapsed, extra, yaml_of

SCENARIOS = yaml_of(CASES / "scenarios.yml")
def sh(text: str) -> dict[str, Any]:
    return {"shell": text}


@pytest.mark.parametrize("name", SCENARIOS["scenarios"])
def test_the_calls_are_packers(ami: Builds, name: str) -> None:
    scenario = SCENARIOS["scenarios"][name]
    if scenario.get("twice"):
        assert ami({"ami_name": "twice", **scenario.get("first", {})}).status == 0
        ami.cloud.set()
    answer = ami(scenario["source"], *scenario.get("tasks", [sh("true")]))
    assert answer.status == scenario.get("status", 0), answer.stdout + answer.stderr
    assert scenario.get("says", "") in answer.stderr
    packers = collapsed(scenario["packer"])
    explained = {**SCENARIOS["always"], **scenario.get("more", {})}
    assert set(extra(actions(ami.cloud), packers)) <= set(explained)


class TestImages:
    def test_an_image_has_what_tasks_have_done_and_nothing_of_the_build(self, ami: Builds, tmp_path: Path) -> None:
        answer = ami(
            {"user_data": "#!/bin/sh\necho booted >/etc/booted\n", "ssh_clear_authorized_keys": True},
            sh("cat /etc/booted && echo golden >/etc/golden"),
        )
        assert answer.status == 0, answer.stdout + answer.stderr
        image = ami.cloud.image(ami.name)
        assert ami.images == [f"us-east-1:{image['ImageId']}"]
        assert f"AMI: {image['ImageId']} in us-east-1" in answer.stdout
        assert image.get("Tags", []) == []
        with ami.cloud.started(image["ImageId"], tmp_path) as said:
            assert said("cat /etc/golden /etc/booted; grep -c . /root/.ssh/authorized_keys") == "golden\nbooted\n1\n"

    def test_the_instance_is_careful_and_marked(self, ami: Builds) -> None:
        assert ami({"run_tags": {"Name": "mine"}, "skip_create_ami": True}).status == 0
        (run,) = (each["params"] for each in ami.cloud.called("RunInstances"))
        assert run["MetadataOptions.HttpTokens"] == "required"
        assert run["InstanceInitiatedShutdownBehavior"] == "terminate"
        assert run["ClientToken"]
        for action in ("RunInstances", "CreateKeyPair", "CreateSecurityGroup"):
            (told,) = (each["params"] for each in ami.cloud.called(action))
            assert {"ingot.run", "ingot.build", "ingot.started"} <= set(told.values()), action
        (run_,) = (each["params"] for each in ami.cloud.called("AuthorizeSecurityGroupIngress"))
        assert (run_["IpPermissions.1.FromPort"], run_["IpPermissions.1.ToPort"]) == ("22", "22")
        assert ami.images == []

    @pytest.mark.parametrize("kind", ["rsa", "ed25519"])
    def test_keys_of_both_types(self, ami: Builds, kind: str) -> None:
        assert ami({"temporary_key_pair_type": kind, "skip_create_ami": True}, sh("true")).status == 0
        assert [each["params"]["KeyType"] for each in ami.cloud.called("CreateKeyPair")] == [kind]

    def test_a_key_of_ones_own(self, ami: Builds, tmp_path: Path) -> None:
        ec2, name = ami.cloud.client(), f"own-{ami.name}"
        (tmp_path / "key").write_text(ec2.create_key_pair(KeyName=name)["KeyMaterial"])
        try:
            source = {"ssh_keypair_name": name, "ssh_private_key_file": str(tmp_path / "key"), "skip_create_ami": True}
            ami.cloud.set()
            answer = ami(source, sh("true"))
            assert answer.status == 0, answer.stderr
            assert ami.cloud.called("CreateKeyPair") == []
        finally:
            ec2.delete_key_pair(KeyName=name)

    def test_who_may_come_in(self, ami: Builds) -> None:
        cidrs = ["10.0.0.0/8", "fd00::/8"]
        assert ami({"temporary_security_group_source_cidrs": cidrs, "skip_create_ami": True}).status == 0
        (told,) = (each["params"] for each in ami.cloud.called("AuthorizeSecurityGroupIngress"))
        assert told["IpPermissions.1.IpRanges.1.CidrIp"] == "10.0.0.0/8"
        assert told["IpPermissions.1.Ipv6Ranges.1.CidrIpv6"] == "fd00::/8"

    @pytest.mark.parametrize("interface", ["public_ip", "private_ip", "public_dns", "private_dns"])
    def test_addresses(self, ami: Builds, interface: str) -> None:
        assert ami({"ssh_interface": interface, "skip_create_ami": True}, sh("true")).status == 0

    def test_an_image_is_copied_encrypted_shared_and_protected(self, ami: Builds, tmp_path: Path) -> None:
        answer = ami({
            "ami_regions": ["us-west-2", "eu-west-1"], "region_kms_key_ids": {"eu-west-1": "alias/europe"},
            "ami_users": ["123456789012", "210987654321"], "ami_groups": ["all"],
            "ami_org_arns": ["arn:aws:organizations::123456789012:organization/o-abcdefghij"],
            "snapshot_users": ["123456789012"], "deprecate_at": "2099-01-31T00:00:00Z", "imds_support": "v2.0",
            "deregistration_protection": {"enabled": True, "with_cooldown": True},
            "tags": {"From": "{{ '{{ .SourceAMIName }}' }}", "In": "{{ '{{ .BuildRegion }}' }}"},
        }, sh("echo golden >/etc/golden"))
        assert answer.status == 0, answer.stdout + answer.stderr
        assert {each.partition(":")[0] for each in ami.images} == {"us-east-1", "us-west-2", "eu-west-1"}
        for region in ("us-east-1", "us-west-2", "eu-west-1"):
            image, ec2 = ami.cloud.image(ami.name, region), ami.cloud.client(region=region)
            assert image["DeprecationTime"].startswith("2099-01-31")
            assert (image["ImdsSupport"], image["DeregistrationProtection"]) == ("v2.0", "enabled-with-cooldown")
            assert {each["Key"]: each["Value"] for each in image["Tags"]} == {
                "From": "debian-12-amd64-20240101", "In": region,
            }
            (device,) = image["BlockDeviceMappings"]
            assert device["Ebs"]["Encrypted"] is (region == "eu-west-1")
            permissions = ec2.describe_image_attribute(ImageId=image["ImageId"], Attribute="launchPermission")
            assert {"UserId": "210987654321"} in permissions["LaunchPermissions"]
            assert {"Group": "all"} in permissions["LaunchPermissions"]
            allowed = ec2.describe_snapshot_attribute(
                SnapshotId=device["Ebs"]["SnapshotId"], Attribute="createVolumePermission"
            )
            assert allowed["CreateVolumePermissions"] == [{"UserId": "123456789012"}]
        listed = ami.ingot("images", "list").stdout
        assert f"eu-west-1:{ami.cloud.image(ami.name, 'eu-west-1')['ImageId']} +2" in listed
        with ami.cloud.started(ami.cloud.image(ami.name, "eu-west-1")["ImageId"], tmp_path, "eu-west-1") as said:
            assert said("cat /etc/golden") == "golden\n"

    def test_an_image_in_other_regions_only(self, ami: Builds) -> None:
        assert ami({"skip_save_build_region": True, "ami_regions": ["eu-west-1"]}).status == 0
        assert [each.partition(":")[0] for each in ami.images] == ["eu-west-1"]

    def test_volumes_of_the_instance_become_the_images(self, ami: Builds) -> None:
        devices = [
            {"device_name": "/dev/xvda", "volume_size": 20, "volume_type": "gp3", "delete_on_termination": True},
            {"device_name": "/dev/xvdb", "volume_size": 5, "encrypted": True, "delete_on_termination": False},
        ]
        assert ami({"launch_block_device_mappings": devices}).status == 0
        found = {each["DeviceName"]: each["Ebs"] for each in ami.cloud.image(ami.name)["BlockDeviceMappings"]}
        assert (found["/dev/xvda"]["VolumeSize"], found["/dev/xvda"]["VolumeType"]) == (20, "gp3")
        assert found["/dev/xvdb"]["Encrypted"] is True

    def test_what_is_verified_starts_from_the_image(self, ami: Builds) -> None:
        answer = ami({}, sh("echo golden >/etc/golden"), verify=[sh("grep golden /etc/golden")])
        assert answer.status == 0, answer.stdout + answer.stderr
        assert len(ami.images) == 1
        runs = ami.cloud.called("RunInstances")
        assert runs[1]["params"]["ImageId"] == ami.cloud.image(ami.name)["ImageId"]

    def test_an_image_that_is_not_right_goes_again(self, ami: Builds) -> None:
        assert ami({}, verify=[sh("grep golden /etc/golden")]).status == 1
        assert ami.images == []


AFTER = {"after": True, "status": 500, "code": "InternalError"}
FAULTS: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("throttling", {"action": "RunInstances", "status": 503, "code": "RequestLimitExceeded", "times": 2}, {}),
    ("an instance that is not known yet", {
        "action": "DescribeInstances", "code": "InvalidInstanceID.NotFound", "times": 2,
    }, {}),
    ("an image that is not known yet", {
        "action": "DescribeImages", "code": "InvalidAMIID.NotFound", "times": 2, "skip": 2,
    }, {}),
    ("an instance whose answer is lost", {"action": "RunInstances", **AFTER}, {}),
    ("a key whose answer is lost", {"action": "CreateKeyPair", **AFTER}, {}),
    ("an image whose answer is lost", {"action": "CreateImage", **AFTER}, {}),
    ("a copy whose answer is lost", {"action": "CopyImage", **AFTER}, {"ami_regions": ["eu-west-1"]}),
    ("a security group that is still in use", {
        "action": "DeleteSecurityGroup", "code": "DependencyViolation", "times": 2,
    }, {}),
    ("a profile that EC2 does not know yet", {
        "action": "RunInstances", "code": "InvalidParameterValue", "times": 2,
        "message": "Value (x) for parameter iamInstanceProfile.name is invalid. Invalid IAM Instance Profile name",
    }, {"temporary_iam_instance_profile_policy_document": {"Statement": [{"Action": ["s3:*"], "Resource": ["*"]}]}}),
]


class TestFaults:
    @pytest.mark.parametrize(("fault", "source"), [each[1:] for each in FAULTS], ids=[each[0] for each in FAULTS])
    def test_what_passes_is_waited_for(self, ami: Builds, fault: dict[str, Any], source: dict[str, Any]) -> None:
        ami.cloud.set(fault)
        answer = ami(source, sh("true"))
        assert answer.status == 0, answer.stdout + answer.stderr
        assert len(ami.images) == 1 + len(source.get("ami_regions", ()))

    def test_states_take_time(self, ami: Builds) -> None:
        ami.cloud.set(pace={"instance": 2, "stop": 2, "image": 3, "terminate": 2})
        answer = ami({}, sh("true"))
        assert answer.status == 0, answer.stdout + answer.stderr

    @pytest.mark.parametrize("source", [{}, {"associate_public_ip_address": True}])
    def test_where_there_is_no_room_the_next_subnet_has_some(self, ami: Builds, source: dict[str, Any]) -> None:
        ami.cloud.set({"action": "RunInstances", "status": 500, "code": "InsufficientInstanceCapacity", "times": 2})
        answer = ami({
            "subnet_filter": {"filters": {"state": "available"}, "most_free": True}, "skip_create_ami": True, **source,
        }, sh("true"))
        assert answer.status == 0, answer.stdout + answer.stderr
        name = "NetworkInterface.1.SubnetId" if source else "SubnetId"
        assert len({each["params"][name] for each in ami.cloud.called("RunInstances")}) == 3

    def test_no_room_anywhere(self, ami: Builds) -> None:
        ami.cloud.set({"action": "RunInstances", "status": 500, "code": "InsufficientInstanceCapacity", "times": 99})
        answer = ami({}, sh("true"))
        assert answer.status == 1
        assert "InsufficientInstanceCapacity" in answer.stderr
        assert len(ami.cloud.called("RunInstances")) == 1

    @pytest.mark.parametrize("action", [
        "CreateKeyPair", "CreateSecurityGroup", "AuthorizeSecurityGroupIngress", "RunInstances", "StopInstances",
        "CreateImage", "CreateTags", "DeleteTags",
    ])
    def test_what_is_not_allowed_is_named(self, ami: Builds, action: str) -> None:
        ami.cloud.set({"action": action, "status": 403, "code": "UnauthorizedOperation"})
        answer = ami({"tags": {"a": "b"}}, sh("true"))
        assert answer.status == 1
        assert f"ec2:{action}" in answer.stderr
        assert f"has to allow ec2:{action}" in answer.stderr
        assert ami.images == []

    def test_what_cannot_be_removed_stays_noted(self, ami: Builds) -> None:
        ami.cloud.set({"action": "DeleteKeyPair", "status": 403, "code": "UnauthorizedOperation", "times": 1})
        answer = ami({"skip_create_ami": True}, sh("true"))
        assert answer.status == 0, answer.stdout + answer.stderr
        assert "`ingot gc` does it later" in answer.stdout
        assert ami.cloud.left != {}
        assert ami.ingot("gc", **ami.cloud.environment).status == 0
        assert ami.cloud.left == {}

    def test_credentials_that_expire(self, ami: Builds) -> None:
        ami.cloud.set({"action": "StopInstances", "status": 400, "code": "RequestExpired"})
        answer = ami({}, sh("true"))
        assert answer.status == 1
        assert "log in again" in answer.stderr

    def test_a_copy_that_fails_takes_all_images_with_it(self, ami: Builds) -> None:
        ami.cloud.set({"action": "CopyImage", "region": "eu-west-1", "code": "InvalidRequest", "message": "no"})
        answer = ami({"ami_regions": ["eu-west-1", "us-west-2"]})
        assert answer.status == 1
        assert "ec2:CopyImage: no (InvalidRequest)" in answer.stderr
        assert ami.images == []


def test_packer_itself_passes_the_simulator(ami: Builds, tmp_path: Path) -> None:
    """What the simulator says is worth something only if Packer, which knows AWS, is content with it."""
    packer = shutil.which("packer")
    if packer is None:
        pytest.skip("there is no packer here")
    template = CASES / "plain.pkr.hcl"
    environment = {
        "PATH": os.environ["PATH"], "HOME": str(tmp_path), "CHECKPOINT_DISABLE": "1", "AWS_POLL_DELAY_SECONDS": "1",
        "HTTPS_PROXY": "http://127.0.0.1:9", "NO_PROXY": "127.0.0.0/8",
    }
    done = subprocess.run(
        [packer, "build", "-color=false", "-var", f"endpoint={ami.cloud.address}", template], env=environment,
        cwd=tmp_path, capture_output=True, text=True, check=False, timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert collapsed(actions(ami.cloud)) == SCENARIOS["scenarios"]["plain"]["packer"]
    with ami.cloud.started(ami.cloud.image("packers")["ImageId"], tmp_path) as said:
        assert said("cat /etc/golden") == "golden\n"
