"""What moto lacks: AMIs that EC2 imports from a bucket, which takes time and can fail."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from course import Course
from moto.backends import get_backend
from moto.core.responses import ActionResult
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models.amis import AmiBackend
from moto.ec2.responses import tags as tagging
from moto.ec2.responses.amis import AmisResponse
from moto.moto_api._internal import mock_random
from moto_images import ACCOUNT, new_image

_SIZE = 8
_KIND = "import-ami-"
_BAD = b"no disk"
"""What stands for the beginning of a file that is no disk."""
_CONVERTING = {"Status": "active", "StatusMessage": "converting", "Progress": "28"}
_FAILED = {"Status": "deleted", "StatusMessage": "ClientError: Disk validation failed [no boot sector]"}


_valid = tagging.validate_resource_ids


def fill(course: Course) -> None:
    """Add imports to moto's classes."""
    tagging.validate_resource_ids = lambda ids: all(_valid([each]) for each in ids if not each.startswith(_KIND))
    AmiBackend.imports_course, AmiBackend.imports = course, defaultdict(dict)
    for method in (import_image, describe_import_image_tasks, cancel_import_task):
        setattr(AmisResponse, method.__name__, method)


def objects() -> dict[str, bytes]:
    """Return BUCKET/KEY -> what is in there, for all that is in a bucket."""
    buckets = get_backend("s3")[ACCOUNT]["aws"].buckets.values()
    return {f"{each.name}/{key.name}": key.value for each in buckets for key in each.keys.values()}


def active() -> list[str]:
    """Return the imports that are at work."""
    found = (task for tasks in AmiBackend.imports.values() for task in tasks.values())
    return [task["ImportTaskId"] for task in found if task["Status"] == "active"]


def import_image(self: Any) -> ActionResult:
    backend, tasks = self.ec2_backend, AmiBackend.imports[self.ec2_backend.region_name]
    token = self._get_param("ClientToken") or mock_random.get_random_hex(8)
    if token not in tasks:
        (disk,) = self._get_param("DiskContainers")
        place = "{S3Bucket}/{S3Key}".format(**disk["UserBucket"])
        if place not in objects():
            raise EC2ClientError("InvalidParameter", f"The disk s3://{place} cannot be read")
        tasks[token] = {**_CONVERTING, "ImportTaskId": f"{_KIND}{mock_random.get_random_hex(17)}"}
        asked = {name: self._get_param(name) for name in ("Architecture", "BootMode", "Encrypted", "KmsKeyId")}
        for each in self._get_param("TagSpecifications", []):
            backend.create_tags([tasks[token]["ImportTaskId"]], {tag["Key"]: tag["Value"] for tag in each["Tags"]})
        content = objects()[place]
        backend.imports_course.enter("import", lambda: _ended(backend, tasks[token], content, asked))
    return ActionResult(tasks[token])


def _ended(backend: Any, task: dict[str, Any], content: bytes, asked: dict[str, Any]) -> None:
    if task["Status"] != "active":
        return
    if content.startswith(_BAD):
        task.update(_FAILED)
        return
    image = new_image(backend, name=task["ImportTaskId"], description="imported")
    image.root_device_type, image.root_device_name = "ebs", "/dev/sda1"
    image.architecture, image.boot_mode = asked["Architecture"] or "x86_64", asked["BootMode"]
    volume = backend.create_volume(size=_SIZE, zone_name=f"{backend.region_name}a")
    snapshot = backend.create_snapshot(volume.id, f"Imported for {image.id}", from_ami=image.id)
    backend.delete_volume(volume.id)
    snapshot.encrypted, snapshot.kms_key_id = bool(asked["Encrypted"]), asked["KmsKeyId"]
    image.devices = [{"DeviceName": "/dev/sda1", "Ebs": {
        "SnapshotId": snapshot.id, "VolumeSize": _SIZE, "Encrypted": snapshot.encrypted,
    }}]
    image.state = "available"
    task.update(Status="completed", StatusMessage="", Progress="100", ImageId=image.id)


def describe_import_image_tasks(self: Any) -> ActionResult:
    wanted, tags = self._get_param("ImportTaskIds"), self.ec2_backend.tags
    return ActionResult({"ImportImageTasks": [
        {**each, "Tags": [{"Key": key, "Value": value} for key, value in tags[each["ImportTaskId"]].items()]}
        for each in AmiBackend.imports[self.ec2_backend.region_name].values()
        if not wanted or each["ImportTaskId"] in wanted
    ]})


def cancel_import_task(self: Any) -> ActionResult:
    for task in AmiBackend.imports[self.ec2_backend.region_name].values():
        if task["ImportTaskId"] == self._get_param("ImportTaskId") and task["Status"] == "active":
            task.update(Status="deleted", StatusMessage="cancelled")
            return ActionResult({"ImportTaskId": task["ImportTaskId"], "State": "deleted", "PreviousState": "active"})
    raise EC2ClientError("InvalidConversionTaskId.Malformed", "There is no such import at work")
