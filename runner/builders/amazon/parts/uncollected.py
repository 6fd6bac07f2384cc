"""What runs have left: the account that has it, and finding it by its tags when no journal knows of it."""

from __future__ import annotations

from runner.builders.amazon.shared.access import AssumeRole, AwsAccess
from runner.builders.amazon.shared.client import Account, account_of
from runner.sdk import Resource


async def account_of_note(resource: Resource) -> Account:
    """Return the account in which a noted thing is, with the credentials of now. Raises ``Failed``."""
    about = resource.about
    role = AssumeRole(role_arn=about["role"]) if about.get("role") else None
    return await account_of(AwsAccess(
        region=about["region"], profile=about.get("profile"), assume_role=role,
        shared_credentials_file=about.get("shared_credentials_file"), custom_endpoint_ec2=about.get("endpoint"),
    ))
