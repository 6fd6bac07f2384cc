"""Passwords for Amazon ECR, which are good for half a day."""

from __future__ import annotations

import base64
import re
from typing import Any

from runner.sdk import Failed

_SERVER = re.compile(r"(?:https?://)?\d+\.dkr\.ecr(?:-fips)?\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?(?:/.*)?")
_PUBLIC = "public.ecr.aws"
_PUBLIC_REGION = "us-east-1"
"""The only region that has passwords for the public registry."""


def credentials(options: Any, server: str | None) -> tuple[str, str, str]:
    """Return user, password and registry for a server of Amazon ECR. Raises ``Failed``."""
    import boto3
    from botocore.exceptions import BotoCoreError, ClientError

    if server is None:
        raise Failed("ecr_login needs the registry", "write it as login_server")
    public = options.aws_force_use_public_ecr or _PUBLIC in server
    found = _SERVER.fullmatch(server)
    if found is None and not public:
        raise Failed(f"{server} is no registry of Amazon ECR", "it looks like NUMBER.dkr.ecr.REGION.amazonaws.com")
    region = found[1] if found and not public else _PUBLIC_REGION
    try:
        session = boto3.Session(
            aws_access_key_id=options.aws_access_key, aws_secret_access_key=options.aws_secret_key,
            aws_session_token=options.aws_token, profile_name=options.aws_profile, region_name=region,
        )
        answer = session.client("ecr-public" if public else "ecr").get_authorization_token()["authorizationData"]
    except (BotoCoreError, ClientError) as error:
        raise Failed(f"Amazon ECR gives no password: {error}") from error
    token = answer if public else answer[0]
    user, _, password = base64.b64decode(token["authorizationToken"]).decode().partition(":")
    return user, password, server.removeprefix("https://")
