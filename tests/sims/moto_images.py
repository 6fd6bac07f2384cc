"""What moto lacks of images: block devices, snapshots and their tags, copies, protection, states that take time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from course import Course
from machines import Machines
from moto.backends import get_backend
from moto.core.responses import ActionResult
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models.amis import Ami, AmiBackend
from moto.ec2.responses.amis import AmisResponse
from moto.ec2.responses.elastic_block_store import ElasticBlockStore
from moto.ec2.responses.launch_templates import LaunchTemplates
from moto.ec2.utils import random_ami_id

ACCOUNT = "123456789012"
_ATTRIBUTES = ("BootMode", "TpmSupport", "ImdsSupport", "EnaSupport", "SriovNetSupport", "UefiData")
_SNAPSHOT = "block-device-mapping.snapshot-id"
_filtered = Ami.get_filter_value
_versions = LaunchTemplates.describe_launch_template_versions
_plain = Ami.block_device_mappings.fget
_describe, _deregister, _copy = AmiBackend.describe_images, AmiBackend.deregister_image, AmiBackend.copy_image
_modify = AmisResponse.modify_image_attribute


def used_backends() -> list[Any]:
    """Return moto's backends of EC2, those that have been used."""
    return list(get_backend("ec2")[ACCOUNT].values())


def fill(machines: Machines, course: Course) -> None:
    """Replace and add what is missing in moto's classes."""
    Ami.block_device_mappings = property(lambda self: getattr(self, "devices", None) or _plain(self))
    Ami.get_filter_value = get_filter_value
    LaunchTemplates.describe_launch_template_versions = describe_launch_template_versions
    AmiBackend.machines, AmiBackend.course, AmiBackend.copied = machines, course, {}
    for method in (create_image, copy_image, register_image, describe_images, deregister_image):
        setattr(AmiBackend, method.__name__, method)
    for name, answer in ANSWERS.items():
        setattr(AmisResponse, name, answer)
    ElasticBlockStore.modify_snapshot_attribute = modify_snapshot_attribute


def get_filter_value(self: Any, name: str, method: str | None = None) -> Any:
    if name == _SNAPSHOT:
        return [each["Ebs"]["SnapshotId"] for each in self.block_device_mappings if "SnapshotId" in each.get("Ebs", {})]
    return _filtered(self, name, method)


def describe_launch_template_versions(self: Any) -> Any:
    """Tell of all templates when none is named."""
    if self._get_param("LaunchTemplateName") or self._get_param("LaunchTemplateId"):
        return _versions(self)
    return ActionResult({"LaunchTemplateVersions": [
        {"LaunchTemplateId": each.id, "LaunchTemplateData": version.data, "VersionNumber": version.number}
        for each in self.ec2_backend.launch_templates.values() for version in each.versions
    ]})


def create_image(
    self: Any, instance_id: str, name: str, description: str, tag_specifications: list[dict[str, Any]],
    mappings: Iterable[dict[str, Any]] = (),
) -> Any:
    instance = self.get_instance(instance_id)
    if any(each.name == name and each.owner_id == self.account_id for each in self.amis.values()):
        raise EC2ClientError("InvalidAMIName.Duplicate", f"AMI name {name} is already in use by AMI")
    image = new_image(self, instance=instance, name=name, description=description)
    image.root_device_name, image.root_device_type = instance.root_device_name, "ebs"
    image.virtualization_type, image.architecture = instance.virtualization_type, instance.architecture
    image.ena_support = getattr(instance, "ena_support", None)
    image.sriov_net_support = instance.sriov_net_support
    given = {each["DeviceName"]: each for each in mappings}
    devices = []
    for device, attached in instance.get_block_device_mapping:
        if "NoDevice" in given.get(device, {}):
            given.pop(device)
            continue
        volume = self.get_volume(attached.volume_id)
        more = given.pop(device, {}).get("Ebs", {})
        snapshot = self.create_snapshot(
            volume.id, f"Created by CreateImage({instance_id}) for {image.id}", from_ami=image.id
        )
        devices.append({"DeviceName": device, "Ebs": {
            "SnapshotId": snapshot.id, "VolumeSize": volume.size, "VolumeType": volume.volume_type,
            "Encrypted": volume.encrypted, "DeleteOnTermination": attached.delete_on_termination, **more,
        }})
    image.devices = devices + [each for each in given.values() if "NoDevice" not in each]
    _tag(self, image, tag_specifications)
    self.machines.keep(instance_id, image.id)
    return image


def copy_image(
    self: Any, source_image_id: str, source_region: str, name: str | None = None, description: str | None = None,
    **more: Any,
) -> Any:
    if (token := more.get("token")) and token in self.copied:
        return self.copied[token]
    image = _copy(self, source_image_id, source_region, name, description)
    backends = used_backends()
    source = next(
        found for backend in backends if backend.region_name == source_region
        and (found := backend.amis.get(source_image_id))
    )
    _bare(self, image)
    for attribute in ("root_device_name", "root_device_type", "ena_support", "sriov_net_support"):
        setattr(image, attribute, getattr(source, attribute, None))
    image.devices = []
    for device in source.block_device_mappings:
        ebs = dict(device.get("Ebs", {}))
        if "SnapshotId" in ebs:
            volume = self.create_volume(size=ebs["VolumeSize"], zone_name=f"{self.region_name}a")
            snapshot = self.create_snapshot(volume.id, f"Copied for {image.id}", from_ami=image.id)
            self.delete_volume(volume.id)
            encrypted = more.get("encrypted") or ebs.get("Encrypted", False)
            snapshot.encrypted, snapshot.kms_key_id = encrypted, more.get("key") if encrypted else None
            ebs.update(SnapshotId=snapshot.id, Encrypted=encrypted)
        image.devices.append({**device, "Ebs": ebs} if ebs else device)
    _tag(self, image, more.get("tags") or [])
    self.machines.copy(source_image_id, image.id)
    _pending(image)
    self.copied[token or image.id] = image
    return image


def register_image(self: Any, name: str, description: str, **more: Any) -> Any:
    image = new_image(self, name=name, description=description)
    image.root_device_type = "ebs"
    image.root_device_name = more.get("RootDeviceName", "/dev/xvda")
    image.architecture = more.get("Architecture", "i386")
    image.virtualization_type = more.get("VirtualizationType", "paravirtual")
    image.devices = more.get("BlockDeviceMappings", [])
    for each in image.devices:
        if snapshot := self.snapshots.get(each.get("Ebs", {}).get("SnapshotId")):
            snapshot.from_ami = image.id
    _tag(self, image, more.get("TagSpecifications", []))
    return image


def new_image(backend: Any, instance: Any = None, **how: Any) -> Any:
    image = Ami(backend, random_ami_id(), instance=instance, region_name=f"{backend.region_name}a", **how)
    backend.amis[image.id] = image
    _bare(backend, image)
    _pending(image)
    return image


def _bare(backend: Any, image: Any) -> None:
    backend.snapshots.pop(image.ebs_snapshot.id, None)


def _pending(image: Any) -> None:
    image.state = "pending"
    image.ec2_backend.course.enter("image", lambda: setattr(image, "state", "available"))


def _tag(backend: Any, image: Any, specifications: Iterable[dict[str, Any]]) -> None:
    for each in specifications:
        tags = {tag["Key"]: tag["Value"] for tag in each.get("Tags", [])}
        if each["ResourceType"] == "image":
            image.add_tags(tags)
        else:
            for device in image.devices:
                if snapshot := device.get("Ebs", {}).get("SnapshotId"):
                    backend.snapshots[snapshot].add_tags(tags)


def describe_images(self: Any, *words: Any, **named: Any) -> Any:
    return [each for each in _describe(self, *words, **named) if each.id not in self.deleted_amis]


def deregister_image(self: Any, ami_id: str) -> None:
    image = self.amis.get(ami_id)
    if image is not None and getattr(image, "deregistration_protection", "disabled") != "disabled":
        raise EC2ClientError("OperationNotPermitted", f"The image {ami_id} is protected from deregistration")
    _deregister(self, ami_id)
    self.machines.forget(ami_id)


def answer_create_image(self: Any) -> ActionResult:
    self.error_on_dryrun()
    image = self.ec2_backend.create_image(
        self._get_param("InstanceId"), self._get_param("Name"), self._get_param("Description", ""),
        self._get_param("TagSpecifications", []), self._get_param("BlockDeviceMappings", []),
    )
    return ActionResult({"ImageId": image.id})


def answer_copy_image(self: Any) -> ActionResult:
    self.error_on_dryrun()
    image = self.ec2_backend.copy_image(
        self._get_param("SourceImageId"), self._get_param("SourceRegion"), self._get_param("Name"),
        self._get_param("Description"), encrypted=bool(self._get_param("Encrypted")),
        key=self._get_param("KmsKeyId"), tags=self._get_param("TagSpecifications", []),
        token=self._get_param("ClientToken"),
    )
    return ActionResult({"ImageId": image.id})


def answer_register_image(self: Any) -> ActionResult:
    self.error_on_dryrun()
    names = ("RootDeviceName", "Architecture", "VirtualizationType", "BlockDeviceMappings", "TagSpecifications")
    more = {name: value for name in names if (value := self._get_param(name)) is not None}
    image = self.ec2_backend.register_image(self._get_param("Name"), self._get_param("Description", ""), **more)
    for name in _ATTRIBUTES:
        if (value := self._get_param(name)) is not None:
            setattr(image, name, value)
    return ActionResult({"ImageId": image.id})


def answer_modify_image_attribute(self: Any) -> ActionResult:
    image = self.ec2_backend.describe_images(ami_ids=[self._get_param("ImageId")])[0]
    if text := self._get_param("Description", {}).get("Value"):
        image.description = text
    if support := self._get_param("ImdsSupport", {}).get("Value"):
        image.imds_support = support
    for code in self._get_param("ProductCodes", []):
        image.product_codes.add(code)
    done: ActionResult = _modify(self)
    return done


def answer_describe_image_references(self: Any) -> ActionResult:
    """Tell of instances alone: nothing else of this simulator names an AMI."""
    wanted = self._get_param("ImageIds", [])
    found = [
        {"ImageId": each.image_id, "ResourceType": "ec2:Instance",
         "Arn": f"arn:aws:ec2:{self.ec2_backend.region_name}:{ACCOUNT}:instance/{each.id}"}
        for each in self.ec2_backend.all_instances()
        if each.image_id in wanted and each._state.name not in ("terminated", "shutting-down")
    ]
    return ActionResult({"ImageReferences": found})


def setting(attribute: str, value: Callable[[Any], Any]) -> Callable[[Any], ActionResult]:
    def answer(self: Any) -> ActionResult:
        self.error_on_dryrun()
        image = self.ec2_backend.describe_images(ami_ids=[self._get_param("ImageId")])[0]
        setattr(image, attribute, value(self))
        return ActionResult({"Return": True})

    return answer


def modify_snapshot_attribute(self: Any) -> ActionResult:
    for each in self._get_param("CreateVolumePermission", {}).get("Add", []):
        users, groups = ([each[name]] if name in each else [] for name in ("UserId", "Group"))
        self.ec2_backend.add_create_volume_permission(self._get_param("SnapshotId"), user_ids=users, groups=groups)
    return ActionResult({})


ANSWERS: dict[str, Callable[[Any], ActionResult]] = {
    "create_image": answer_create_image,
    "copy_image": answer_copy_image,
    "register_image": answer_register_image,
    "describe_image_references": answer_describe_image_references,
    "modify_image_attribute": answer_modify_image_attribute,
    "enable_image_deprecation": setting(
        "deprecation_time", lambda self: self._get_param("DeprecateAt").strftime("%Y-%m-%dT%H:%M:%S.000Z")
    ),
    "enable_image_deregistration_protection": setting(
        "deregistration_protection",
        lambda self: "enabled-with-cooldown" if self._get_param("WithCooldown") else "enabled-without-cooldown",
    ),
    "disable_image_deregistration_protection": setting("deregistration_protection", lambda _: "disabled"),
}
"""Operation of EC2 -> what answers to it."""
