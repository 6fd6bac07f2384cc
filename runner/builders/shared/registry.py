"""How to log in to a container registry."""

from __future__ import annotations

from runner.builders.shared.group import group
from runner.sdk import AtMostOne, SecretStr


@group(AtMostOne("login", "ecr_login"))
class RegistryLogin:
    """How to log in to a container registry."""

    login: bool = False
    """Log in before pulling or pushing."""
    login_username: str | None = None
    """User to log in as."""
    login_password: SecretStr | None = None
    """Password to log in with."""
    login_server: str | None = None
    """Registry to log in to; Docker Hub when left out."""
    ecr_login: bool = False
    """Log in to Amazon ECR with AWS credentials."""
    aws_access_key: SecretStr | None = None
    """Access key for Amazon ECR; the usual places are searched when left out."""
    aws_secret_key: SecretStr | None = None
    """Secret key for Amazon ECR."""
    aws_token: SecretStr | None = None
    """Session token for Amazon ECR."""
    aws_profile: str | None = None
    """Profile of the AWS credentials file to use for Amazon ECR."""
    aws_force_use_public_ecr: bool = False
    """Take the registry for a public one, whatever its name."""
