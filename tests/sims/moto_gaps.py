"""What moto's EC2 lacks and building images needs: machines behind instances, block devices, states that take time."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from typing import Any

from machines import Machines
from moto.core.responses import ActionResult
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models.amis import Ami, AmiBackend
from moto.ec2.models.instances import Instance, InstanceBackend, InstanceState
from moto.ec2.models.security_groups import SecurityGroupBackend
from moto.ec2.responses.amis import AmisResponse
from moto.ec2.responses.elastic_block_store import ElasticBlockStore
from moto.ec2.utils import random_ami_id

_ROOT = 8
"""Gigabytes of a root volume that nobody gave a size."""
_IMAGE_ATTRIBUTES = ("BootMode", "TpmSupport", "ImdsSupport", "EnaSupport", "SriovNetSupport", "UefiData")


class Course:
    """States on their way: each is reached when it has been asked about so often, and is ready."""

    def __init__(self, pace: dict[str, int]) -> None:
        self.pace = pace
        """Kind of thing -> how often it is seen in the state before."""
        self._going: list[tuple[list[int], Callable[[], bool], Callable[[], None]]] = []

    def enter(self, kind: str, done: Callable[[], None], ready: Callable[[], bool] = lambda: True) -> None:
        """Let something be done when its time has come."""
        self._going.append(([self.pace.get(kind, 0)], ready, done))

    def advance(self) -> None:
        """Let time pass: somebody asks."""
        for entry in list(self._going):
            left, ready, done = entry
            left[0] -= 1
            if left[0] < 0 and ready():
                self._going.remove(entry)
                done()


def fill(machines: Machines, course: Course) -> None:
    """Replace and add what is missing in moto's classes."""
    _instances(machines, course)
    _images(machines, course)
    _image_calls()
    _security_groups()


def _enter(instance: Any, course: Course, kind: str, state: tuple[str, int], ready: Callable[[], bool]) -> None:
    def reached() -> None:
        if instance._state.name != "terminated":
            instance._state = InstanceState(*state)

    course.enter(kind, reached, ready)


def _instances(machines: Machines, course: Course) -> None:
    launch, stop, terminate = InstanceBackend.run_instances, Instance.stop, Instance.terminate
    launched: dict[str, Any] = {}

    def run_instances(
        self: Any, image_id: str, count: int, user_data: Any, security_group_names: list[str], **more: Any
    ) -> Any:
        token = more.get("client_token") or "ABCDE"
        if token != "ABCDE" and token in launched:
            return launched[token]
        if image_id and not self.describe_images(filters={"image-id": [image_id]}):
            raise EC2ClientError("InvalidAMIID.NotFound", f"The image id '[{image_id}]' does not exist")
        reservation = launch(self, image_id, count, user_data, security_group_names, **more)
        for each in reservation.instances:
            _root_volume(self, each, more.get("tags", {}).get("volume", {}))
            key = self.key_pairs.get(each.key_name)
            text = user_data.decode() if user_data is not None else ""
            machines.boot(each.id, each.image_id, key.material_public.decode().strip() if key else "", text)
            each._state = InstanceState("pending", 0)
            _enter(each, course, "instance", ("running", 16), lambda each=each: machines.ready(each.id))
        launched[token] = reservation
        return reservation

    def stopped(self: Any, *more: Any, **named: Any) -> Any:
        before = stop(self, *more, **named)
        machines.stop(self.id)
        self._state = InstanceState("stopping", 64)
        _enter(self, course, "stop", ("stopped", 80), lambda: True)
        return before

    def terminated(self: Any, *more: Any, **named: Any) -> Any:
        if self._state.name == "terminated":
            return self._state
        before = terminate(self, *more, **named)
        machines.terminate(self.id)
        self._state = InstanceState("shutting-down", 32)
        course.enter("terminate", lambda: setattr(self, "_state", InstanceState("terminated", 48)))
        return before

    InstanceBackend.run_instances = run_instances
    Instance.stop, Instance.terminate = stopped, terminated
    public = Instance.public_ip.fget
    Instance.public_ip_address = property(lambda self: machines.address(self.id) if public(self) else None)
    Instance.public_dns_name = Instance.public_ip_address
    Instance.private_ip_address = property(lambda self: machines.address(self.id))
    Instance.private_dns_name = Instance.private_ip_address
    Instance.ena_support = True


def _root_volume(backend: Any, instance: Any, tags: dict[str, str]) -> None:
    """Give an instance the root that its image has, under the image's own device name."""
    image = backend.amis[instance.image_id]
    devices = instance.block_device_mapping
    name = image.root_device_name
    if "/dev/sda1" in devices and name != "/dev/sda1":
        attached = devices.pop("/dev/sda1")
        backend.get_volume(attached.volume_id).attachment.device = name
        devices[name] = attached
    elif name not in devices:
        instance.add_block_device(_ROOT, name, None, False, True, None, "gp2")
        backend.get_volume(devices[name].volume_id).add_tags(tags)
    instance.root_device_name = name


def _images(machines: Machines, course: Course) -> None:
    plain = Ami.block_device_mappings.fget
    Ami.block_device_mappings = property(lambda self: getattr(self, "devices", None) or plain(self))
    describe, deregister, copy = AmiBackend.describe_images, AmiBackend.deregister_image, AmiBackend.copy_image
    copied: dict[str, Any] = {}

    def create_image(
        self: Any, instance_id: str, name: str, description: str, tag_specifications: list[dict[str, Any]],
        mappings: Iterable[dict[str, Any]] = (),
    ) -> Any:
        instance = self.get_instance(instance_id)
        if any(each.name == name and each.owner_id == self.account_id for each in self.amis.values()):
            raise EC2ClientError("InvalidAMIName.Duplicate", f"AMI name {name} is already in use by AMI")
        image = _made(self, instance=instance, name=name, description=description)
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
        machines.keep(instance_id, image.id)
        return image

    def copy_image(
        self: Any, source_image_id: str, source_region: str, name: str | None = None, description: str | None = None,
        **more: Any,
    ) -> Any:
        if (token := more.get("token")) and token in copied:
            return copied[token]
        image = copy(self, source_image_id, source_region, name, description)
        backends = type(self)._all_backends
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
        machines.copy(source_image_id, image.id)
        _pending(image)
        copied[token or image.id] = image
        return image

    def register_image(self: Any, name: str, description: str, **more: Any) -> Any:
        image = _made(self, name=name, description=description)
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

    def _made(backend: Any, instance: Any = None, **how: Any) -> Any:
        image = Ami(backend, random_ami_id(), instance=instance, region_name=f"{backend.region_name}a", **how)
        backend.amis[image.id] = image
        _bare(backend, image)
        _pending(image)
        return image

    def _bare(backend: Any, image: Any) -> None:
        backend.snapshots.pop(image.ebs_snapshot.id, None)

    def _pending(image: Any) -> None:
        image.state = "pending"
        course.enter("image", lambda: setattr(image, "state", "available"))

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
        return [each for each in describe(self, *words, **named) if each.id not in self.deleted_amis]

    def deregister_image(self: Any, ami_id: str) -> None:
        image = self.amis.get(ami_id)
        if image is not None and getattr(image, "deregistration_protection", "disabled") != "disabled":
            raise EC2ClientError("OperationNotPermitted", f"The image {ami_id} is protected from deregistration")
        deregister(self, ami_id)
        machines.forget(ami_id)

    for method in (create_image, copy_image, register_image, describe_images, deregister_image):
        setattr(AmiBackend, method.__name__, method)


def _image_calls() -> None:
    """Add and replace what answers to calls about images."""
    modify = AmisResponse.modify_image_attribute

    def create_image(self: Any) -> ActionResult:
        self.error_on_dryrun()
        image = self.ec2_backend.create_image(
            self._get_param("InstanceId"), self._get_param("Name"), self._get_param("Description", ""),
            self._get_param("TagSpecifications", []), self._get_param("BlockDeviceMappings", []),
        )
        return ActionResult({"ImageId": image.id})

    def copy_image(self: Any) -> ActionResult:
        self.error_on_dryrun()
        image = self.ec2_backend.copy_image(
            self._get_param("SourceImageId"), self._get_param("SourceRegion"), self._get_param("Name"),
            self._get_param("Description"), encrypted=bool(self._get_param("Encrypted")),
            key=self._get_param("KmsKeyId"), tags=self._get_param("TagSpecifications", []),
            token=self._get_param("ClientToken"),
        )
        return ActionResult({"ImageId": image.id})

    def register_image(self: Any) -> ActionResult:
        self.error_on_dryrun()
        names = ("RootDeviceName", "Architecture", "VirtualizationType", "BlockDeviceMappings", "TagSpecifications")
        more = {name: value for name in names if (value := self._get_param(name)) is not None}
        image = self.ec2_backend.register_image(self._get_param("Name"), self._get_param("Description", ""), **more)
        for name in _IMAGE_ATTRIBUTES:
            if (value := self._get_param(name)) is not None:
                setattr(image, name, value)
        return ActionResult({"ImageId": image.id})

    def modify_image_attribute(self: Any) -> ActionResult:
        image = self.ec2_backend.describe_images(ami_ids=[self._get_param("ImageId")])[0]
        if text := self._get_param("Description", {}).get("Value"):
            image.description = text
        if support := self._get_param("ImdsSupport", {}).get("Value"):
            image.imds_support = support
        for code in self._get_param("ProductCodes", []):
            image.product_codes.add(code)
        done: ActionResult = modify(self)
        return done

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

    ElasticBlockStore.modify_snapshot_attribute = modify_snapshot_attribute
    AmisResponse.create_image = create_image
    AmisResponse.copy_image = copy_image
    AmisResponse.register_image = register_image
    AmisResponse.modify_image_attribute = modify_image_attribute
    AmisResponse.enable_image_deprecation = setting(
        "deprecation_time", lambda self: self._get_param("DeprecateAt").strftime("%Y-%m-%dT%H:%M:%S.000Z")
        if hasattr(self._get_param("DeprecateAt"), "strftime") else self._get_param("DeprecateAt")
    )
    AmisResponse.enable_image_deregistration_protection = setting(
        "deregistration_protection",
        lambda self: "enabled-with-cooldown" if self._get_param("WithCooldown") else "enabled-without-cooldown",
    )
    AmisResponse.disable_image_deregistration_protection = setting("deregistration_protection", lambda _: "disabled")


def _security_groups() -> None:
    delete = SecurityGroupBackend.delete_security_group

    def delete_security_group(self: Any, name: str | None = None, group_id: str | None = None) -> None:
        for instance in self.all_instances():
            groups = {each.id for nic in instance.nics.values() for each in nic.group_set}
            if instance._state.name != "terminated" and group_id in groups | {
                each.id for each in instance.security_groups
            }:
                raise EC2ClientError("DependencyViolation", f"resource {group_id} has a dependent object")
        with suppress(KeyError):
            delete(self, name, group_id)

    SecurityGroupBackend.delete_security_group = delete_security_group
