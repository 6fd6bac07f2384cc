"""How to log in to Amazon Web Services."""

from __future__ import annotations

from runner.builders.shared.group import group
from runner.sdk import Duration, SecretStr, options


@options()
class AssumeRole:
    """A role to take on for the build."""

    role_arn: str
    """ARN of the role."""
    session_name: str | None = None
    """Name of the session, as it shows in logs."""
    duration_seconds: int | None = None
    """How many seconds the role is held."""
    external_id: str | None = None
    """Identifier that the role's owner asks for."""
    policy: str | None = None
    """Policy as JSON that narrows the role further."""
    policy_arns: list[str] | None = None
    """Policies that narrow the role further."""
    tags: dict[str, str] | None = None
    """Tags of the session: name -> value."""
    transitive_tag_keys: list[str] | None = None
    """Tags that are handed on to further roles."""


@options()
class VaultAws:
    """Credentials that HashiCorp Vault makes for the build."""

    name: str
    """Role of Vault's AWS engine."""
    engine_name: str = "aws"
    """Path of Vault's AWS engine."""
    role_arn: str | None = None
    """ARN of the role to take on, if the Vault role has several."""
    ttl: Duration | None = None
    """How long the credentials hold."""


@options()
class AwsPolling:
    """How to wait for something to be ready."""

    max_attempts: int | None = None
    """How many times to ask."""
    delay_seconds: int | None = None
    """How many seconds to wait before asking again."""


@group()
class AwsAccess:
    """Whose account is used, and where; the usual environment and files are read when left out."""

    region: str | None = None
    """Region to work in, such as `eu-central-1`."""
    profile: str | None = None
    """Profile of the credentials file to use."""
    access_key: SecretStr | None = None
    """Access key."""
    secret_key: SecretStr | None = None
    """Secret key that belongs to `access_key`."""
    token: SecretStr | None = None
    """Session token that belongs to temporary keys."""
    mfa_code: SecretStr | None = None
    """One-time code of a device for multi-factor authentication."""
    assume_role: AssumeRole | None = None
    """Role to take on for the build."""
    vault_aws_engine: VaultAws | None = None
    """Credentials that HashiCorp Vault makes for the build."""
    shared_credentials_file: str | None = None
    """Path of the credentials file."""
    custom_endpoint_ec2: str | None = None
    """Address of an EC2 API that is not Amazon's own."""
    insecure_skip_tls_verify: bool = False
    """Accept any certificate of the API."""
    max_retries: int | None = None
    """How many times a request that failed is sent again."""
    decode_authorization_messages: bool = False
    """Decode what Amazon says about a missing permission, which itself takes a permission."""
    skip_credential_validation: bool = False
    """Do not check the credentials before the build."""
    skip_metadata_api_check: bool = False
    """Do not ask the metadata service of an EC2 instance for credentials."""
    aws_polling: AwsPolling | None = None
    """How to wait for instances, images and snapshots."""
