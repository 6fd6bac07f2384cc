"""What runs have left: the account that has it, and finding it by its tags when no journal knows of it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from runner.builders.amazon.parts.removal import KINDS, PLUGIN, collected
from runner.builders.amazon.shared.access import AssumeRole, AwsAccess
from runner.builders.amazon.shared.client import Account, account_of
from runner.builders.amazon.shared.tagging import BUILD, PREFIX, RUN, STARTED, tags_of
from runner.sdk import Resource

_IDENTITIES = (("role", "Roles", "RoleName"), ("instance_profile", "InstanceProfiles", "InstanceProfileName"))
"""What IAM lists, where its answer has it, and its name."""
_ANY = [{"Name": "tag-key", "Values": [RUN]}]


class _Search(NamedTuple):
    """How things of a kind are found that have our tags: an operation, where its answer has them, and their names."""

    kind: str
    operation: str
    path: tuple[str, ...]
    name: str
    asked: Mapping[str, Any] = {}


_SEARCHES = (
    _Search("instance", "describe_instances", ("Reservations", "Instances"), "InstanceId"),
    _Search("image", "describe_images", ("Images",), "Name", {"Owners": ["self"]}),
    _Search("image", "describe_snapshots", ("Snapshots",), "SnapshotId", {"OwnerIds": ["self"]}),
    _Search("import", "describe_import_image_tasks", ("ImportImageTasks",), "ImportTaskId", {"Filters": None}),
    _Search("volumes", "describe_volumes", ("Volumes",), "VolumeId"),
    _Search("launch_template", "describe_launch_templates", ("LaunchTemplates",), "LaunchTemplateName"),
    _Search("security_group", "describe_security_groups", ("SecurityGroups",), "GroupName"),
    _Search("key_pair", "describe_key_pairs", ("KeyPairs",), "KeyName"),
)
"""In the order in which they can be removed."""


async def account_of_note(resource: Resource) -> Account:
    """Return the account in which a noted thing is, with the credentials of now. Raises ``Failed``."""
    about = resource.about
    role = AssumeRole(role_arn=about["role"]) if about.get("role") else None
    return await account_of(AwsAccess(
        region=about["region"], profile=about.get("profile"), assume_role=role,
        shared_credentials_file=about.get("shared_credentials_file"), custom_endpoint_ec2=about.get("endpoint"),
    ))


async def tagged(region: str, age: timedelta) -> tuple[Resource, ...]:
    """Return what carries our tags in a region and was begun long enough ago, in the order of removal.

    Finished AMIs and kept volumes do not carry them. Raises ``Failed``.
    """
    account = await account_of(AwsAccess(region=region))
    found: dict[tuple[str, str, str], Resource] = {}
    for search in _SEARCHES:
        told = await account("ec2")(search.operation, **{"Filters": _ANY, **search.asked})
        for thing in _inside(told, search.path):
            if thing.get("State", {}) != {} and _is_gone(thing["State"]):
                continue
            _note(found, account, search.kind, thing[search.name], tags_of(thing), age)
    iam = account("iam")
    for listing, key, name in _IDENTITIES:
        for each in (await iam(f"list_{listing}s"))[key]:
            if each[name].startswith(PREFIX):
                told = await iam(f"get_{listing}", **{name: each[name]})
                _note(found, account, "instance_profile", each[name], tags_of(told[key.removesuffix("s")]), age)
    return tuple(found.values())


def _inside(answer: Mapping[str, Any], path: tuple[str, ...]) -> Iterator[Mapping[str, Any]]:
    for each in answer[path[0]]:
        yield from _inside(each, path[1:]) if path[1:] else (each,)


def _is_gone(state: Any) -> bool:
    return (state["Name"] if isinstance(state, Mapping) else state) in ("terminated", "shutting-down", "deleted")


def _note(
    found: dict[tuple[str, str, str], Resource], account: Account, kind: str, name: str, tags: Mapping[str, str],
    age: timedelta,
) -> None:
    """Note a thing for removal, unless its run may still be at work. A build's instances are removed together."""
    run, build = tags.get(RUN), tags.get(BUILD, "")
    started = tags.get(STARTED, "")
    if run is None or not started or datetime.now(UTC) - datetime.fromisoformat(started) < age:
        return
    once = build if kind in ("instance", "image", "import", "volumes") else name
    about = {**account.about(), "run": run, "build": build}
    found.setdefault((kind, run, once), Resource(f"{PLUGIN}.{kind}", once, about))


async def collect(resource: Resource) -> None:
    """Remove something that a run on AWS has left. Raises ``Failed``."""
    account = await account_of_note(resource)
    service = KINDS[resource.kind.partition(".")[2]].service
    await collected(account(service), resource, lambda _: None)
