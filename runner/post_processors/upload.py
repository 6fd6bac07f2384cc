"""Send files to a web server or an S3 bucket."""

from __future__ import annotations

from typing import Literal

from runner.sdk import AtMostOne, ExactlyOne, PostProcessor, Requires, SecretStr, options


@options(ExactlyOne("url", "bucket"), AtMostOne("token", "username"), Requires("key", "bucket"))
class Options:
    """Where the files go."""

    url: str | None = None
    """Address to send to; after a final `/` each file's name is added."""
    method: Literal["POST", "PUT"] = "PUT"
    """Method of the request."""
    headers: dict[str, str] | None = None
    """Headers to send along."""
    username: str | None = None
    """User to log in to the web server as."""
    password: SecretStr | None = None
    """Password of the user."""
    token: SecretStr | None = None
    """Bearer token to log in to the web server with."""
    bucket: str | None = None
    """S3 bucket that receives the files."""
    key: str | None = None
    """Key in the bucket; after a final `/` each file's name is added."""
    region: str | None = None
    """Region of the bucket."""
    profile: str | None = None
    """Profile of the AWS credentials file to use."""
    endpoint: str | None = None
    """Address of an S3 service that is not Amazon's own."""
    acl: str | None = None
    """Who may read the files in the bucket, such as `public-read`."""
    files: list[str] | None = None
    """Files to send, of those that were built; wildcards are allowed, and all are sent when left out."""


class Upload(PostProcessor[Options]):
    """Send what was built to a web server or an S3 bucket."""

    name = "upload"
    keeps_input = True
