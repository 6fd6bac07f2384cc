"""Whose account is used, what is refused, and the small parts that builders on AWS are made of."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import pytest
from aws_cloud import Builds

from runner.builders.amazon.ebs import Ebs
from runner.builders.amazon.parts.network import public_network
from runner.builders.amazon.shared.access import AwsPolling
from runner.builders.amazon.shared.tagging import filled
from runner.builders.amazon.shared.waiting import Patience, spelt, until
from runner.sdk import Failed

ROLE = "arn:aws:iam::123456789012:role/builder"
DECODED = """<DecodeAuthorizationMessageResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/">
<DecodeAuthorizationMessageResult><DecodedMessage>the boundary of the role forbids it</DecodedMessage>
</DecodeAuthorizationMessageResult></DecodeAuthorizationMessageResponse>"""
QUICK = {"skip_create_ami": True, "communicator": "none"}


def configured(ami: Builds, here: Path, config: str) -> None:
    """Let AWS's own configuration file be this one."""
    (here / "config").write_text(config)
    ami.environment = {"AWS_CONFIG_FILE": str(here / "config"), "AWS_REGION": "eu-west-1"}


def test_a_role_is_taken_on(ami: Builds) -> None:
    role = {"role_arn": ROLE, "session_name": "building", "external_id": "it"}
    answer = ami({**QUICK, "assume_role": role})
    assert answer.status == 0, answer.stdout + answer.stderr
    asked = ami.cloud.called("AssumeRole")[0]["params"]
    assert (asked["RoleArn"], asked["RoleSessionName"], asked["ExternalId"]) == (ROLE, "building", "it")
    assert "assumed-role/builder/building" in answer.stdout


def test_a_profile_with_a_role_and_a_code(ami: Builds, tmp_path: Path) -> None:
    configured(ami, tmp_path, f"""
[profile base]
aws_access_key_id = testing
aws_secret_access_key = testing
[profile images]
role_arn = {ROLE}
source_profile = base
mfa_serial = arn:aws:iam::123456789012:mfa/me
""")
    source = {**QUICK, "region": None, "profile": "images"}
    answer = ami({**source, "mfa_code": "123456"})
    assert answer.status == 0, answer.stdout + answer.stderr
    assert ami.cloud.called("AssumeRole")[0]["params"]["TokenCode"] == "123456"
    assert "Working in eu-west-1" in answer.stdout
    answer = ami(source)
    assert answer.status == 1
    assert "a code for multi-factor authentication is needed" in answer.stderr


@pytest.mark.parametrize(("source", "says"), [
    ({"profile": "nobody"}, "The config profile (nobody) could not be found"),
    ({"ami_regions": ["eu-nowhere-1"]}, "there is no region eu-nowhere-1 for this account"),
    ({"iam_instance_profile": "nobody"}, "iam:GetInstanceProfile"),
    ({"vpc_filter": {"filters": {"isDefault": "false"}}}, "no VPCs match"),
    ({"subnet_filter": {"filters": {"state": "available"}}}, "set most_free: true or random: true"),
    ({"source_ami_filter": {"filters": {"name": "debian-12-amd64-*"}}}, "an AMI is looked for without an owner"),
    ({"user_data": "x" * 20000}, "the user data has 20000 bytes"),
    ({"launch_block_device_mappings": [{"volume_size": 1}]}, "a volume has no device_name"),
    ({"run_tags": {"a": "{{ '{{ .Nothing }}' }}"}}, "is no field that is known here"),
    ({"deprecate_at": "next week"}, "deprecate_at: 'next week' is no time to come"),
    ({"deprecate_at": "2001-01-31T00:00:00Z"}, "is no time to come"),
    ({"kms_key_id": "alias/mine"}, "set encrypt_boot: true"),
    ({"ami_virtualization_type": "paravirtual"}, "ami-0b00000000000000b is hvm and not paravirtual"),
    ({"skip_save_build_region": True}, "skip_save_build_region would leave no AMI"),
])
def test_what_cannot_be(ami: Builds, source: dict[str, Any], says: str) -> None:
    answer = ami({"communicator": "none", **source})
    assert answer.status == 1
    assert says in answer.stderr
    assert "Traceback" not in answer.stderr
    assert ami.cloud.left == {}


EVERYTHING = {
    "placement": {"tenancy": "dedicated", "host_resource_group_arn": "arn:aws:resource-groups:::group/x"},
    "capacity_reservation_id": "cr-0a00000000000000a", "enable_unlimited_credits": True, "enable_nitro_enclave": True,
    "license_specifications": [{"license_configuration_request": {"license_configuration_arn": "arn:aws:x"}}],
    "metadata_options": {
        "http_tokens": "optional", "http_put_response_hop_limit": 2, "instance_metadata_tags": "enabled",
    },
    "ebs_optimized": True, "availability_zone": "us-east-1b", "associate_public_ip_address": True,
    "launch_block_device_mappings": [
        {"device_name": "/dev/sdb", "volume_size": 5, "volume_type": "gp3", "iops": 3000, "throughput": 125,
         "encrypted": True, "kms_key_id": "alias/x", "delete_on_termination": True},
    ],
    "ami_product_codes": ["code"], "ami_ou_arns": ["arn:aws:organizations::1:ou/o-1/ou-1"],
    "snapshot_groups": ["all"], "ami_regions": ["eu-west-1"], "snapshot_copy_duration_minutes": 15,
    "run_volume_tags": {"a": "b"}, "user_data": "#!/bin/sh\n",
}


@pytest.mark.parametrize("source", [
    {}, {"instance_type": None, "spot_instance_types": ["t3.micro"], "spot_price": "0.05", "spot_tags": {"a": "b"},
         "fleet_tags": {"c": "d"}, "spot_allocation_strategy": "diversified"},
], ids=["on demand", "spot"])
def test_all_that_can_be_said_of_an_instance(ami: Builds, source: dict[str, Any]) -> None:
    """The library of AWS refuses what its services do not take."""
    answer = ami({"communicator": "none", **EVERYTHING, **source})
    assert answer.status == 0, answer.stdout + answer.stderr
    (told,) = (each["params"] for each in ami.cloud.called("CreateLaunchTemplate" if source else "RunInstances"))
    start = "LaunchTemplateData." if source else ""
    assert told[f"{start}Placement.Tenancy"] == "dedicated"
    assert told[f"{start}EnclaveOptions.Enabled"] == "true"
    assert told[f"{start}MetadataOptions.HttpTokens"] == "optional"
    (copy,) = (each["params"] for each in ami.cloud.called("CopyImage"))
    assert copy["SnapshotCopyCompletionDurationMinutes"] == "15"


def test_what_an_encoded_refusal_says(ami: Builds) -> None:
    refusal = {
        "action": "RunInstances", "status": 403, "code": "UnauthorizedOperation",
        "message": "You may not. Encoded authorization failure message: abc",
    }
    ami.cloud.set(refusal)
    answer = ami({**QUICK, "decode_authorization_messages": False})
    assert "Encoded authorization failure message: abc" in answer.stderr
    asked = {"EncodedMessage": "abc"}
    decoded = {"action": "DecodeAuthorizationMessage", "code": "", "answer": DECODED, "params": asked}
    ami.cloud.set(refusal, decoded)
    answer = ami({**QUICK, "decode_authorization_messages": True})
    assert answer.status == 1
    assert "ec2:RunInstances: the boundary of the role forbids it (UnauthorizedOperation)" in answer.stderr


@pytest.mark.parametrize(("options", "gap"), [
    ({}, None),
    ({"communicator": "winrm"}, "communicator: winrm"),
    ({"ssh_interface": "session_manager"}, "ssh_interface: session_manager"),
    ({"temporary_key_pair_type": "ecdsa"}, "temporary_key_pair_type: ecdsa, for EC2 makes keys of"),
    ({"fast_launch": {"enable_fast_launch": True}}, "fast_launch"),
    ({"fast_launch": {"enable_fast_launch": False}}, None),
    ({"vault_aws_engine": {"name": "x"}}, "vault_aws_engine"),
    ({"no_ephemeral": True}, "no_ephemeral"),
    ({"no_ephemeral": False}, None),
])
def test_what_is_refused_before_anything_starts(options: dict[str, Any], gap: str | None) -> None:
    found = Ebs.gap(options)
    assert found is gap if gap is None else found is not None and found.startswith(gap)


class Address(BaseHTTPRequestHandler):
    """Says whatever the path is."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(self.path.removeprefix("/").encode() + b"\n")

    def log_message(self, *args: Any) -> None:
        """Keep quiet."""


@pytest.fixture
def service() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Address) as listening:
        threading.Thread(target=listening.serve_forever).start()
        yield f"http://127.0.0.1:{listening.server_port}"
        listening.shutdown()


def test_the_public_address(service: str) -> None:
    assert public_network(f"{service}/192.0.2.7") == "192.0.2.7/32"
    assert public_network(f"{service}/2001:db8::7") == "2001:db8::7/128"


def test_a_wait_says_what_it_was_for() -> None:
    async def never() -> None:
        return None

    patience = Patience(60, 5, AwsPolling(delay_seconds=0, max_attempts=1))
    with pytest.raises(Failed, match="the moon took longer than 5 s"):
        asyncio.run(until("the moon", never, patience._replace(limit=0), lambda _: None))


def test_a_wait_ends_with_what_it_was_for() -> None:
    left = [None, None, "moon"]

    async def look() -> str | None:
        return left.pop(0)

    patience = Patience(60, 5, AwsPolling(delay_seconds=0))
    assert asyncio.run(until("the moon", look, patience, lambda _: None)) == "moon"


@pytest.mark.parametrize(("seconds", "text"), [(0, "0 s"), (59.6, "1 min"), (150, "2 min 30 s"), (14400, "4 h")])
def test_lengths_of_time(seconds: float, text: str) -> None:
    assert spelt(seconds) == text


def test_fields_of_packer() -> None:
    fields = {"SourceAMI": "ami-1", "SourceAMITags": {"Name": "base"}}
    assert filled("{{ .SourceAMI }}/{{.SourceAMITags.Name}}/{{ .SourceAMITags.Other }}", fields) == "ami-1/base/"
