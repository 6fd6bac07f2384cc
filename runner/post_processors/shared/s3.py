"""Files sent to a bucket of an S3 service, large ones in parts side by side."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

from runner.post_processors.shared.sending import Moved
from runner.sdk import Failed

_PART = 16 << 20
"""From how many bytes on a file goes in parts, and how large they are; larger, if there would be too many."""
_MOST_PARTS = 10_000
_BEFORE = re.compile(r".* operation(?: \(.*?\))?: ")


class Bucket(NamedTuple):
    """A bucket, and how to get there."""

    name: str
    region: str | None
    profile: str | None
    endpoint: str | None
    acl: str | None
    retries: int
    timeout: float

    def address(self, place: str) -> str:
        """Return a place as it is shown."""
        return f"s3://{self.name}/{place}"

    def send(self, file: Path, place: str, digest: bytes, moved: Moved) -> None:
        """Send a file. Raises ``Failed``."""
        from botocore.exceptions import BotoCoreError

        more = {"Metadata": {"sha256": digest.hex()}, **({} if self.acl is None else {"ACL": self.acl})}
        try:
            client = self._client()
        except BotoCoreError as error:  # a profile or a region that there is not
            raise Failed(f"{file.name} cannot be sent to {self.address(place)}: {_reason(error)}") from error
        send(client, file, (self.name, place), more, moved)

    def _client(self) -> Any:
        import boto3
        from botocore.config import Config

        # A service of one's own seldom has a name for each bucket.
        style = {} if self.endpoint is None else {"s3": {"addressing_style": "path"}}
        config = Config(
            retries={"total_max_attempts": self.retries + 1, "mode": "standard"}, connect_timeout=self.timeout,
            read_timeout=self.timeout, **style,
        )
        session = boto3.Session(profile_name=self.profile, region_name=self.region)
        return session.client("s3", endpoint_url=self.endpoint, config=config)


def send(client: Any, file: Path, place: tuple[str, str], more: Mapping[str, Any], moved: Moved) -> None:
    """Send a file, whose parts the service checks, to a bucket and a key in it.

    Raises ``Failed``; botocore has tried often enough before.
    """
    from boto3.exceptions import Boto3Error
    from boto3.s3.transfer import TransferConfig
    from botocore.exceptions import BotoCoreError, ClientError, NoCredentialsError
    from botocore.parsers import ResponseParserError

    (bucket, key), part = place, max(_PART, file.stat().st_size // _MOST_PARTS + 1)
    parts = TransferConfig(multipart_threshold=part, multipart_chunksize=part)
    try:
        client.upload_file(str(file), bucket, key, {"ChecksumAlgorithm": "SHA256", **more}, moved, parts)
    except NoCredentialsError as error:
        message = f"there is nothing to log in with to s3://{bucket}/{key}"
        raise Failed(message, "set profile, or AWS's variables") from error
    except (Boto3Error, BotoCoreError, ClientError, ResponseParserError) as error:
        raise Failed(f"{file.name} cannot be sent to s3://{bucket}/{key}: {_reason(error)}") from error


def _reason(error: Exception) -> str:
    """Return what the service said, without what every such message begins with."""
    return _BEFORE.sub("", str(error).splitlines()[0])
