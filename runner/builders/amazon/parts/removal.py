"""Removing what a build has made on AWS: in its end, after a kill, or when only the tags are left."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from typing import Any, NamedTuple

from runner.builders.amazon.shared.client import Api, Refused
from runner.builders.amazon.shared.tagging import BUILD, RUN, tags_of
from runner.builders.amazon.shared.waiting import Patience, until
from runner.sdk import Resource, Session

PLUGIN = "amazon-ebs"
"""The builder that removes what builders of AMIs and volumes leave."""
_TERMINATION = Patience(900)
_DETACHMENT = Patience(300)
_IMPORT = Patience(900)
Say = Callable[[str], None]


class Kind(NamedTuple):
    """A kind of thing: the service that has it, how it is found, and how it is removed."""

    service: str
    find: Callable[[Api, Resource], Awaitable[list[str]]]
    remove: Callable[[Api, list[str], Say], Awaitable[None]]


def resource(kind: str, name: str, about: Mapping[str, str], session: Session) -> Resource:
    """Return the note of a thing."""
    return Resource(f"{PLUGIN}.{kind}", name, {**about, "run": session.run, "build": session.build})


async def collected(api: Api, noted: Resource, say: Say) -> None:
    """Remove what a run has noted. Raises ``Failed``."""
    kind = KINDS[noted.kind.partition(".")[2]]
    await kind.remove(api, await kind.find(api, noted), say)


def marked(noted: Resource) -> list[dict[str, Any]]:
    """Return filters for what a build has made and not yet finished."""
    return [
        {"Name": f"tag:{RUN}", "Values": [noted.about["run"]]},
        {"Name": f"tag:{BUILD}", "Values": [noted.about["build"]]},
    ]


async def _named(api: Api, noted: Resource) -> list[str]:
    """Return the name that a thing was given; whether it is there shows when it is removed."""
    del api
    return [noted.id]


async def _instances(api: Api, noted: Resource) -> list[str]:
    told = await api("describe_instances", Filters=marked(noted))
    found = [each for part in told["Reservations"] for each in part["Instances"]]
    return [each["InstanceId"] for each in found if each["State"]["Name"] != "terminated"]


async def _terminate(api: Api, ids: list[str], say: Say) -> None:
    if not ids:
        return
    say(f"Terminating {', '.join(ids)}")
    with if_there():
        await api("terminate_instances", InstanceIds=ids)

        async def gone() -> bool | None:
            told = await api("describe_instances", InstanceIds=ids)
            states = [each["State"]["Name"] for part in told["Reservations"] for each in part["Instances"]]
            return True if all(state == "terminated" for state in states) else None

        await until(f"the end of {', '.join(ids)}", gone, _TERMINATION, say)


async def _volumes(api: Api, noted: Resource) -> list[str]:
    told = await api("describe_volumes", Filters=marked(noted))
    return [each["VolumeId"] for each in told["Volumes"]]


async def _delete_volumes(api: Api, ids: list[str], say: Say) -> None:
    """Delete those of some volumes that are still there: most went with their instance."""
    if not ids:
        return
    asked = [{"Name": "volume-id", "Values": ids}]

    async def free() -> list[str] | None:
        told = await api("describe_volumes", Filters=asked)
        there = [each for each in told["Volumes"] if each["State"] not in ("deleting", "deleted")]
        return [each["VolumeId"] for each in there] if all(each["State"] != "in-use" for each in there) else None

    for each in await until(f"volumes that let go of their instance ({', '.join(ids)})", free, _DETACHMENT, say):
        say(f"Deleting the volume {each}")
        with if_there():
            await api("delete_volume", VolumeId=each)


async def _groups(api: Api, noted: Resource) -> list[str]:
    told = await api("describe_security_groups", Filters=[{"Name": "group-name", "Values": [noted.id]}])
    return [each["GroupId"] for each in told["SecurityGroups"]]


async def _delete_groups(api: Api, ids: list[str], say: Say) -> None:
    for each in ids:

        async def deleted(group: str = each) -> bool | None:
            try:
                await api("delete_security_group", GroupId=group)
            except Refused as refused:
                if refused.code != "DependencyViolation":  # the instance that used it is on its way out
                    raise
                return None
            return True

        with if_there():
            await until(f"the security group {each} that nothing uses", deleted, _DETACHMENT, say)


async def _delete_keys(api: Api, ids: list[str], say: Say) -> None:
    del say
    for each in ids:
        with if_there():
            await api("delete_key_pair", KeyName=each)


async def _delete_templates(api: Api, ids: list[str], say: Say) -> None:
    del say
    for each in ids:
        with if_there():
            await api("delete_launch_template", LaunchTemplateName=each)


async def _delete_profiles(api: Api, ids: list[str], say: Say) -> None:
    """Remove instance profiles and the roles of the same names."""
    del say
    for name in ids:
        with if_there():
            await api("remove_role_from_instance_profile", InstanceProfileName=name, RoleName=name)
        with if_there():
            await api("delete_role_policy", RoleName=name, PolicyName=name)
        with if_there():
            await api("delete_role", RoleName=name)
        with if_there():
            await api("delete_instance_profile", InstanceProfileName=name)


async def _listed(api: Api, noted: Resource) -> list[str]:
    """Return the ids that a note lists."""
    del api
    return noted.id.split(",")


async def _images(api: Api, noted: Resource) -> list[str]:
    """Return the AMIs that a build has not finished, and snapshots that were meant for one."""
    told = await api("describe_images", Owners=["self"], Filters=marked(noted))
    images = [each["ImageId"] for each in told["Images"]]
    more = await api("describe_snapshots", OwnerIds=["self"], Filters=marked(noted))
    return [*images, *(each["SnapshotId"] for each in more["Snapshots"])]


async def remove_images(api: Api, ids: Iterable[str], say: Say) -> None:
    """Deregister AMIs and delete their snapshots, and snapshots that are named themselves."""
    snapshots = [each for each in ids if each.startswith("snap-")]
    for image in (each for each in ids if each.startswith("ami-")):
        with if_there():
            told = await api("describe_images", ImageIds=[image])
            parts = [snapshot for each in told["Images"] for snapshot in snapshots_of(each)]
            say(f"Deregistering {image}")
            await api("deregister_image", ImageId=image)
            snapshots += parts
    for each in dict.fromkeys(snapshots):
        with if_there():
            await delete_snapshot(api, each)


async def _imports(api: Api, noted: Resource) -> list[str]:
    """Return the imports of a build; EC2 does not look for them by tags."""
    told = await api("describe_import_image_tasks")
    mine = {RUN: noted.about["run"], BUILD: noted.about["build"]}.items()
    return [each["ImportTaskId"] for each in told["ImportImageTasks"] if mine <= tags_of(each).items()]


async def _end_imports(api: Api, ids: list[str], say: Say) -> None:
    """End imports, and remove the AMIs of those that have made one."""
    for each in ids:

        async def settled(task: str = each) -> Mapping[str, Any] | None:
            told = await api("describe_import_image_tasks", ImportTaskIds=[task])
            found: Mapping[str, Any] = told["ImportImageTasks"][0]
            if found["Status"] == "active":
                with suppress(Refused):  # it may have come to its end meanwhile
                    await api("cancel_import_task", ImportTaskId=task)
            return found if found["Status"] in ("completed", "deleted") else None

        with if_there():
            found = await until(f"the end of {each}", settled, _IMPORT, say)
            if found["Status"] == "completed":
                await remove_images(api, [found["ImageId"]], say)
            # EC2 remembers it for a while: without its tags nobody ends it a second time.
            await api("delete_tags", Resources=[each], Tags=[{"Key": RUN}])


async def _delete_objects(api: Api, names: list[str], say: Say) -> None:
    """Delete objects, each BUCKET/KEY, and what has come of them when the upload did not end."""
    for bucket, _, key in (each.partition("/") for each in names):
        say(f"Deleting s3://{bucket}/{key}")
        with if_there():
            await api("delete_object", Bucket=bucket, Key=key)
        with suppress(Refused):  # not everybody may see parts; an upload that is not killed removes its own
            told = await api("list_multipart_uploads", Bucket=bucket, Prefix=key)
            for each in told.get("Uploads") or ():
                if each["Key"] == key:
                    await api("abort_multipart_upload", Bucket=bucket, Key=key, UploadId=each["UploadId"])


async def _deregister(api: Api, ids: list[str], say: Say) -> None:
    """Deregister AMIs; their snapshots are noted on their own."""
    for each in ids:
        say(f"Deregistering {each}")
        with if_there():
            await api("deregister_image", ImageId=each)


async def delete_snapshot(api: Api, snapshot: str) -> None:
    """Delete a snapshot, unless another AMI uses it."""
    try:
        await api("delete_snapshot", SnapshotId=snapshot)
    except Refused as refused:
        if refused.code != "InvalidSnapshot.InUse":
            raise


def snapshots_of(image: Mapping[str, Any]) -> list[str]:
    """Return the snapshots that an AMI is made of."""
    mappings = image.get("BlockDeviceMappings", ())
    return [each["Ebs"]["SnapshotId"] for each in mappings if "SnapshotId" in each.get("Ebs", {})]


@contextmanager
def if_there() -> Iterator[None]:
    """Go on when what is to be removed is not there: then it is gone already."""
    try:
        yield
    except Refused as refused:
        if not refused.missing:
            raise


KINDS: dict[str, Kind] = {
    "instance": Kind("ec2", _instances, _terminate),
    "image": Kind("ec2", _images, remove_images),
    "import": Kind("ec2", _imports, _end_imports),
    "object": Kind("s3", _named, _delete_objects),
    "volumes": Kind("ec2", _volumes, _delete_volumes),
    "launch_template": Kind("ec2", _named, _delete_templates),
    "instance_profile": Kind("iam", _named, _delete_profiles),
    "security_group": Kind("ec2", _groups, _delete_groups),
    "key_pair": Kind("ec2", _named, _delete_keys),
    "ami": Kind("ec2", _listed, _deregister),
    "snapshots": Kind("ec2", _listed, remove_images),
}
"""What builds make, in the order in which it can be removed."""
