"""What moto lacks of instances: machines behind them, a root volume, states that take time."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from functools import partial
from typing import Any

from course import Course
from machines import Machines
from moto.ec2.exceptions import EC2ClientError
from moto.ec2.models.instances import Instance, InstanceBackend, InstanceState
from moto.ec2.models.security_groups import SecurityGroupBackend
from moto.iam.exceptions import NotFoundException
from moto.iam.models import IAMBackend

_ROOT = 8
"""Gigabytes of a root volume that nobody gave a size."""


def fill(machines: Machines, course: Course) -> None:
    """Replace what is missing in moto's classes."""
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
            _enter(each, course, "instance", ("running", 16), partial(machines.ready, each.id))
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


def _enter(instance: Any, course: Course, kind: str, state: tuple[str, int], ready: Callable[[], bool]) -> None:
    def reached() -> None:
        if instance._state.name != "terminated":
            instance._state = InstanceState(*state)

    course.enter(kind, reached, ready)


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
        instance.add_block_device(
            _ROOT, name, snapshot_id=None, encrypted=False, delete_on_termination=True, kms_key_id=None,
            volume_type="gp2",
        )
        backend.get_volume(devices[name].volume_id).add_tags(tags)
    instance.root_device_name = name


def fill_groups() -> None:
    """Let security groups stay for as long as an instance uses them."""
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


def fill_profiles() -> None:
    """Say as AWS does that a role is not in an instance profile."""
    remove = IAMBackend.remove_role_from_instance_profile

    def remove_role_from_instance_profile(self: Any, profile_name: str, role_name: str) -> None:
        if self.get_role(role_name) not in self.get_instance_profile(profile_name).roles:
            raise NotFoundException(f"Instance Profile {profile_name} has no role {role_name}")
        remove(self, profile_name, role_name)

    IAMBackend.remove_role_from_instance_profile = remove_role_from_instance_profile
