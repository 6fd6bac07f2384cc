"""The rights of the instance: an instance profile that is there, or one for this build."""

from __future__ import annotations

import json
from contextlib import AbstractAsyncContextManager
from typing import Any

from runner.builders.amazon.parts.site import Site, temporary
from runner.builders.amazon.shared.client import Api
from runner.builders.amazon.shared.run import Ec2Instance, PolicyDocument
from runner.builders.amazon.shared.tagging import listed
from runner.builders.amazon.shared.waiting import Patience, until
from runner.sdk import Failed

_TRUST = json.dumps({
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
})
_APPEARANCE = Patience(120)


async def checked_profile(site: Site, options: Ec2Instance) -> str | None:
    """Return the instance profile that the user names, if one is. Raises ``Failed`` when it is not there."""
    name = options.iam_instance_profile
    if name is not None and not options.skip_profile_validation:
        await site.account("iam")("get_instance_profile", InstanceProfileName=name)
    return name


def instance_profile(site: Site, policy: PolicyDocument) -> AbstractAsyncContextManager[str]:
    """Have an instance profile, and a role of the same name with this policy. Raises ``Failed``."""
    iam, name = site.account("iam"), site.name

    async def made() -> str:
        site.session.say(f"Making the instance profile {name}")
        tags = listed(site.marks)
        await iam("create_instance_profile", InstanceProfileName=name, Tags=tags)
        await _there(iam, "get_instance_profile", site, InstanceProfileName=name)
        await iam(
            "create_role", RoleName=name, Description="Temporary role of an image build",
            AssumeRolePolicyDocument=_TRUST, Tags=tags,
        )
        await _there(iam, "get_role", site, RoleName=name)
        await iam("put_role_policy", RoleName=name, PolicyName=name, PolicyDocument=json.dumps(document(policy)))
        await iam("add_role_to_instance_profile", InstanceProfileName=name, RoleName=name)
        return name

    return temporary(site, "instance_profile", name, made)


async def _there(iam: Api, question: str, site: Site, **name: str) -> None:
    """Wait until something that has just been made is known everywhere."""

    async def found() -> bool | None:
        try:
            return bool(await iam(question, **name))
        except Failed as failed:
            if getattr(failed, "missing", False):
                return None
            raise

    await until(f"IAM to know {', '.join(name.values())}", found, _APPEARANCE, site.session.say)


def document(policy: PolicyDocument) -> dict[str, Any]:
    """Return a policy as IAM reads it."""
    statements = [
        {"Effect": each.effect, "Action": each.action or [], "Resource": each.resource or []}
        for each in policy.statement or ()
    ]
    return {"Version": policy.version, "Statement": statements}
