"""What a build has to be allowed to do on AWS: the least policy for the options that it uses."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

Options = Mapping[str, Any]

BUILDERS = ("amazon-ebs", "amazon-ebssurrogate", "amazon-ebsvolume")
_OWN_KEY = ("ssh_private_key_file", "ssh_private_key", "ssh_password", "ssh_agent_auth")
_OWN_GROUP = ("security_group_id", "security_group_ids", "security_group_filter")
_TEMPORARY_PROFILE = "temporary_iam_instance_profile_policy_document"
_ATTRIBUTES = (
    "ami_description", "imds_support", "ami_product_codes", "ami_users", "ami_groups", "ami_org_arns", "ami_ou_arns",
)


def _any(*names: str) -> Callable[[Options], bool]:
    """Return what says whether one of these options is given."""
    return lambda options: any(options.get(name) not in (None, False, [], {}) for name in names)


def _none(*names: str) -> Callable[[Options], bool]:
    given = _any(*names)
    return lambda options: not given(options)


def _all(*conditions: Callable[[Options], bool]) -> Callable[[Options], bool]:
    return lambda options: all(condition(options) for condition in conditions)


def _connects(options: Options) -> bool:
    return bool(options.get("communicator") != "none")


def _encrypts_with_key(options: Options) -> bool:
    devices = ("launch_block_device_mappings", "ami_block_device_mappings", "ebs_volumes")
    volumes = [each for name in devices for each in options.get(name) or () if isinstance(each, Mapping)]
    return _any("kms_key_id", "region_kms_key_ids")(options) or any(_any("kms_key_id")(each) for each in volumes)


_PROFILE_ACTIONS = """iam: CreateInstanceProfile GetInstanceProfile TagInstanceProfile CreateRole GetRole TagRole
    PutRolePolicy AddRoleToInstanceProfile RemoveRoleFromInstanceProfile DeleteRolePolicy DeleteRole
    DeleteInstanceProfile"""
_INSTANCE_ACTIONS = """ec2: DescribeImages RunInstances DescribeInstances StopInstances TerminateInstances CreateTags
    DescribeVolumes DeleteVolume"""
_VOLUME_ACTIONS = "ec2: DeleteTags CreateSnapshot DescribeSnapshots DeleteSnapshot ModifySnapshotAttribute"
_KEY_ACTIONS = "kms: CreateGrant Decrypt DescribeKey GenerateDataKeyWithoutPlaintext ReEncryptFrom ReEncryptTo"
_NEEDS: tuple[tuple[Callable[[Options], bool], str], ...] = (
    (_none(), _INSTANCE_ACTIONS),
    (_none("skip_credential_validation"), "sts: GetCallerIdentity"),
    (_any("assume_role"), "sts: AssumeRole"),
    (_any("decode_authorization_messages"), "sts: DecodeAuthorizationMessage"),
    (_all(_none(*_OWN_KEY), _connects), "ec2: CreateKeyPair DeleteKeyPair"),
    (_none(*_OWN_GROUP), "ec2: CreateSecurityGroup DescribeSecurityGroups DeleteSecurityGroup"),
    (_all(_none(*_OWN_GROUP), _connects), "ec2: AuthorizeSecurityGroupIngress"),
    (_any("security_group_filter"), "ec2: DescribeSecurityGroups"),
    (_any("vpc_filter"), "ec2: DescribeVpcs"),
    (_any("vpc_id", "vpc_filter", "subnet_id", "subnet_filter", "associate_public_ip_address"), "ec2: DescribeSubnets"),
    (_all(_any("iam_instance_profile"), _none("skip_profile_validation")), "iam: GetInstanceProfile"),
    (_any("iam_instance_profile", _TEMPORARY_PROFILE), "iam: PassRole"),
    (_any(_TEMPORARY_PROFILE), _PROFILE_ACTIONS),
    (_any("spot_price", "spot_instance_types"), "ec2: CreateLaunchTemplate DeleteLaunchTemplate CreateFleet"),
    (_any("ena_support", "sriov_support"), "ec2: ModifyInstanceAttribute"),
    (_encrypts_with_key, _KEY_ACTIONS),
)
"""Condition -> service and actions that are needed then, whatever is made."""
_OF_IMAGES: tuple[tuple[Callable[[Options], bool], str], ...] = (
    (_none("skip_create_ami"), "ec2: DeleteTags DeregisterImage DeleteSnapshot DescribeSnapshots"),
    (_any("ami_regions", "encrypt_boot"), "ec2: CopyImage"),
    (_all(_any("ami_regions", "region_kms_key_ids"), _none("skip_region_validation")), "ec2: DescribeRegions"),
    (_any(*_ATTRIBUTES), "ec2: ModifyImageAttribute"),
    (_any("snapshot_users", "snapshot_groups"), "ec2: ModifySnapshotAttribute"),
    (_any("deprecate_at"), "ec2: EnableImageDeprecation"),
    (_any("deregistration_protection"), "ec2: EnableImageDeregistrationProtection"),
)
_OF: Mapping[str, tuple[tuple[Callable[[Options], bool], str], ...]] = {
    "amazon-ebs": (*_OF_IMAGES, (_none("skip_create_ami"), "ec2: CreateImage")),
    "amazon-ebssurrogate": (*_OF_IMAGES, (_none(), "ec2: CreateSnapshot RegisterImage")),
    "amazon-ebsvolume": ((_any("ebs_volumes"), _VOLUME_ACTIONS),),
}
"""Builder -> what it needs beside."""


def actions(builder: str, options: Options | None) -> list[str]:
    """Return what a build with these options has to be allowed; without options, all that any build may need."""
    needed = {
        f"{service}:{action}"
        for condition, told in (*_NEEDS, *_OF[builder]) if options is None or condition(options)
        for service, _, words in (told.partition(": "),) for action in words.split()
    }
    return sorted(needed)


def policy(needed: Iterable[str]) -> dict[str, Any]:
    """Return a policy as IAM reads it."""
    return {
        "Version": "2012-10-17",
        "Statement": [{"Sid": "ImageBuilds", "Effect": "Allow", "Action": sorted(set(needed)), "Resource": "*"}],
    }
