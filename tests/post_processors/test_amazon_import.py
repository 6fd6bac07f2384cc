"""amazon-import on the simulated AWS: from a disk file to an AMI, through a bucket."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from aws_cloud import Builds
from conftest import Answer

from runner.post_processors.amazon_import import AmazonImport

BUCKET = "disks"
DISK = "a disk" * 100


class Imports:
    """Builds a file and imports it."""

    def __init__(self, ami: Builds) -> None:
        self.ami = ami
        self.cloud = ami.cloud

    def __call__(self, content: str = DISK, *words: str, **options: Any) -> Answer:
        importing = {"s3_bucket_name": BUCKET, "format": "raw", "region": "us-east-1", **options}
        self.ami.ingot.write({"playbook.yml": yaml.safe_dump({
            "sources": {"disk": {"builder": "file", "target": "disk.raw", "content": content}},
            "plays": [{"name": "web", "sources": ["disk"], "post_processors": [{"amazon-import": importing}]}],
        })})
        return self.ami.ingot("build", "playbook.yml", "--force", *words, **self.cloud.environment)

    @property
    def left(self) -> dict[str, list[str]]:
        return {kind: names for kind, names in self.cloud.left.items() if kind != "images"}


@pytest.fixture
def importing(ami: Builds) -> Iterator[Imports]:
    """A bucket, which is there for as long as the test."""
    s3 = ami.cloud.client("s3")
    s3.create_bucket(Bucket=BUCKET)
    ami.cloud.set()
    yield Imports(ami)
    for each in s3.list_objects_v2(Bucket=BUCKET).get("Contents", ()):
        s3.delete_object(Bucket=BUCKET, Key=each["Key"])
    s3.delete_bucket(Bucket=BUCKET)


def test_a_disk_becomes_an_image_of_a_name(importing: Imports) -> None:
    importing.cloud.set(pace={"import": 2})
    name, everybody = importing.ami.name, ["all"]
    answer = importing(
        ami_name=name, tags={"a": "b"}, ami_users=["210987654321"], ami_groups=everybody, ami_description="mine",
        boot_mode="uefi", architecture="arm64", role_name="importer", platform="linux", license_type="BYOL",
    )
    assert answer.status == 0, answer.stdout + answer.stderr
    assert "is at 28 %, converting" in answer.stdout
    image = importing.cloud.image(name)
    assert importing.ami.images == [f"us-east-1:{image['ImageId']}"]
    assert f"AMI: {image['ImageId']} in us-east-1" in answer.stdout
    assert (image["Description"], image["Tags"]) == ("mine", [{"Key": "a", "Value": "b"}])
    told = importing.cloud.client().describe_image_attribute(ImageId=image["ImageId"], Attribute="launchPermission")
    assert told["LaunchPermissions"] == [{"UserId": "210987654321"}, {"Group": "all"}]
    (asked,) = (each["params"] for each in importing.cloud.called("ImportImage"))
    assert asked.items() >= {
        "Architecture": "arm64", "BootMode": "uefi", "RoleName": "importer", "Platform": "Linux",
        "LicenseType": "BYOL", "DiskContainer.1.Format": "raw", "DiskContainer.1.UserBucket.S3Bucket": BUCKET,
    }.items()
    assert importing.left == {}


def test_the_name_of_the_import_is_kept_without_another(importing: Imports) -> None:
    answer = importing(tags={"a": "b"}, imds_support="v2.0")
    assert answer.status == 0, answer.stdout + answer.stderr
    assert len(importing.ami.images) == 1
    (image,) = importing.cloud.client().describe_images(Owners=["self"])["Images"]
    assert image["Name"].startswith("import-ami-")
    assert (image["Tags"], image["ImdsSupport"]) == ([{"Key": "a", "Value": "b"}], "v2.0")
    assert importing.cloud.called("CopyImage") == []
    gone = importing.ami.ingot("gc", "--region", "us-east-1", "--older-than", "0", **importing.cloud.environment)
    assert gone.status == 0
    assert len(importing.ami.images) == 1


def test_all_of_it_is_encrypted(importing: Imports) -> None:
    key = "alias/images"
    answer = importing(
        ami_name=importing.ami.name, ami_encrypt=True, ami_kms_key=key, s3_encryption="aws:kms", s3_encryption_key=key,
        s3_key_name="disks/one.raw", skip_clean=True,
    )
    assert answer.status == 0, answer.stdout + answer.stderr
    for action in ("ImportImage", "CopyImage"):
        (asked,) = (each["params"] for each in importing.cloud.called(action))
        assert (asked["Encrypted"], asked["KmsKeyId"]) == ("true", key), action
    assert importing.left == {"objects": [f"{BUCKET}/disks/one.raw"]}
    found = importing.cloud.client("s3").get_object(Bucket=BUCKET, Key="disks/one.raw")
    assert (found["ServerSideEncryption"], found["SSEKMSKeyId"]) == ("aws:kms", key)
    assert found["Body"].read().decode() == DISK


@pytest.mark.parametrize(("content", "fault", "says"), [
    ("no disk", {}, "has failed: ClientError: Disk validation failed"),
    (DISK, {"action": "ImportImage", "code": "InvalidParameter", "message": "no service role vmimport"}, "role_name"),
    (DISK, {"action": "CopyImage", "code": "InvalidRequest", "message": "no"}, "ec2:CopyImage: no"),
    (DISK, {"action": "ModifyImageAttribute", "status": 403, "code": "UnauthorizedOperation"}, "has to allow"),
    (DISK, {"action": "DeleteTags", "code": "InvalidRequest", "message": "no"}, "ec2:DeleteTags: no"),
])
def test_nothing_is_left_when_it_fails(importing: Imports, content: str, fault: dict[str, Any], says: str) -> None:
    if fault:
        importing.cloud.set(fault)
    answer = importing(content, ami_name=importing.ami.name, ami_description="mine")
    assert answer.status == 1
    assert says in answer.stderr, answer.stderr
    assert importing.cloud.left == {}


def test_an_import_that_takes_too_long_is_ended(importing: Imports) -> None:
    importing.cloud.set(pace={"import": 99})
    answer = importing(aws_polling={"delay_seconds": 1, "max_attempts": 1})
    assert answer.status == 1
    assert "took longer than 1 s" in answer.stderr
    assert len(importing.cloud.called("CancelImportTask")) == 1
    assert importing.cloud.left == {}


def test_a_name_that_is_taken_is_found_before_anything_is_sent(importing: Imports) -> None:
    assert importing(ami_name=importing.ami.name).status == 0
    importing.cloud.set()
    importing.ami.ingot.directory.joinpath("disk.raw").unlink(missing_ok=True)
    answer = importing.ami.ingot("build", "playbook.yml", **importing.cloud.environment)
    assert answer.status == 1
    assert f"there is an AMI '{importing.ami.name}' already" in answer.stderr
    assert not any(each["service"] == "s3" for each in importing.cloud.calls)


@pytest.mark.parametrize(("options", "says"), [
    ({"format": "vmdk"}, "no disk of the format vmdk was built"),
    ({"s3_bucket_name": "absent"}, "cannot be sent to s3://absent/"),
])
def test_what_cannot_be_sent(importing: Imports, options: dict[str, Any], says: str) -> None:
    answer = importing(**options)
    assert answer.status == 1
    assert says in answer.stderr
    assert importing.cloud.left == {}


@pytest.mark.parametrize(("options", "gap"), [
    ({}, None),
    ({"ami_kms_key": "a"}, "ami_kms_key without ami_encrypt"),
    ({"ami_kms_key": "a", "ami_encrypt": True}, None),
    ({"s3_encryption_key": "a", "s3_encryption": "AES256"}, "s3_encryption_key without s3_encryption: aws:kms"),
    ({"vault_aws_engine": {"name": "x"}}, "vault_aws_engine"),
])
def test_what_is_refused_before_anything_starts(options: dict[str, Any], gap: str | None) -> None:
    assert AmazonImport.gap(options) == gap
