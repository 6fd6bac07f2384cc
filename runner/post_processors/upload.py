"""Send files to a web server or an S3 bucket."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable, Iterator, Mapping
from fnmatch import fnmatch
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, NamedTuple

from runner.sdk import (
    Artifact,
    AtMostOne,
    Duration,
    ExactlyOne,
    Failed,
    Minimum,
    PostProcessor,
    Requires,
    SecretStr,
    Session,
    options,
)
from runner.sdk.durations import seconds_of

if TYPE_CHECKING:
    from runner.post_processors.shared.sending import Sender

_FIELD = re.compile(r"\{\{\s*\.(BuildName|BuilderType|Name)\s*\}\}")
_PAUSES = (1.0, 30.0)
"""How long to wait, in seconds, before the first new try, and at most; each time it is twice as long."""


@options(
    ExactlyOne("url", "bucket"), AtMostOne("token", "username"), Requires("key", "bucket"), Requires("bucket", "key"),
    Requires("password", "username"), Requires("acl", "bucket"), Requires("endpoint", "bucket"),
    Requires("region", "bucket"), Requires("profile", "bucket"), Requires("headers", "url"), Requires("token", "url"),
    Requires("username", "url"),
)
class Options:
    """Where the files go."""

    url: str | None = None
    """Address to send to; after a final `/` each file's name is added. `{{.Name}}` stands for that name,
    `{{.BuildName}}` and `{{.BuilderType}}` for those of the build."""
    method: Literal["POST", "PUT"] = "PUT"
    """Method of the request."""
    headers: dict[str, SecretStr] | None = None
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
    """Key in the bucket, made like `url`; after a final `/` each file's name is added."""
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
    retries: Annotated[int, Minimum(0)] = 4
    """How often to try again when the connection breaks or the server has a passing trouble, with longer and longer
    pauses between."""
    timeout: Duration = "1m"
    """How long the server may be silent."""


class Item(NamedTuple):
    """A file to send, the name that it has there, and where it goes."""

    file: Path
    name: str
    place: str


class Upload(PostProcessor[Options]):
    """Send what was built to a web server or an S3 bucket."""

    name = "upload"
    keeps_input = True

    @classmethod
    def gap(cls, options: Mapping[str, Any]) -> str | None:
        """Return what is wrong with the address, as far as it is known."""
        from runner.post_processors.shared.web_server import objection

        url = options.get("url")
        return objection(url) if isinstance(url, str) else None

    async def process(self, session: Session, artifact: Artifact) -> Artifact:
        """Send one file after the other."""
        from runner.post_processors.shared.sending import digest_of

        wanted = self.options
        place = wanted.url or wanted.key or ""
        fields = {"BuildName": session.source.replace("/", "_"), "BuilderType": session.builder}
        items = list(_placed(_chosen(session, artifact, wanted.files), place, fields, escaped=wanted.url is not None))
        sender, sums, addresses = self._sender(), [], []
        for item in items:
            digest = await digest_of(item.file)
            addresses.append(sender.address(item.place))
            sums.append(digest.hex())
            await self._sent(session, item, sender, digest)
        labels = {**artifact.labels, "UploadedTo": " ".join(addresses), "UploadedSha256": " ".join(sums)}
        told = f"Uploaded {len(items)} file{'s' * (len(items) > 1)}: {', '.join(addresses)}"
        return Artifact(self.name, addresses[0], artifact.files, labels, told, artifact.made)

    def _sender(self) -> Sender:
        wanted = self.options
        if wanted.url is not None:
            from runner.post_processors.shared.web_server import WebServer

            return WebServer(
                wanted.method, wanted.headers or {}, wanted.username, wanted.password, wanted.token,
                seconds_of(wanted.timeout),
            )
        from runner.post_processors.shared.s3 import Bucket

        return Bucket(
            wanted.bucket or "", wanted.region, wanted.profile, wanted.endpoint, wanted.acl, wanted.retries,
            seconds_of(wanted.timeout),
        )

    async def _sent(self, session: Session, item: Item, sender: Sender, digest: bytes) -> None:
        """Send a file; try again while that may help."""
        from runner.post_processors.shared.sending import Again, Progress, in_words
        from runner.post_processors.shared.threads import stoppable

        def send(check: Callable[[], None]) -> None:
            sender.send(item.file, item.place, digest, progress.with_check(check))

        size, tries, pause = item.file.stat().st_size, 0, _PAUSES[0]
        session.say(f"Sending {item.name} ({in_words(size)}) to {sender.address(item.place)}")
        while True:
            progress = Progress(session.say, item.name, size)
            try:
                await stoppable(send)
            except Again as again:
                if tries == self.options.retries:
                    raise Failed(f"{item.name} cannot be sent: {again}", again.hint) from again
                tries += 1
                session.say(f"{again}; trying again in {pause:g} s")
            else:
                return
            await asyncio.sleep(pause)
            pause = min(pause * 2, _PAUSES[1])


def _chosen(session: Session, artifact: Artifact, patterns: list[str] | None) -> dict[str, Path]:
    """Return the files to send, by name; those in directories by their path there. Raises ``Failed``."""
    found: dict[str, Path] = {}
    for file in artifact.files:
        if not file.exists():
            raise Failed(f"{session.shown(file)} is gone, which was built", "nothing may move it before it is sent")
        inside = sorted(each for each in file.rglob("*") if each.is_file()) if file.is_dir() else [file]
        for each in inside:
            name = each.relative_to(file.parent).as_posix()
            if patterns is None or any(fnmatch(name, one) or fnmatch(session.shown(each), one) for one in patterns):
                if name in found:
                    raise Failed(f"two files are called {name}", "choose one with the option files")
                found[name] = each
    if not found:
        built = "none of the files that were built matches" if artifact.files else "what was built has no files to send"
        raise Failed(built, None if artifact.files else "let docker-save, compress or artifice stand before it")
    return found


def _placed(files: Mapping[str, Path], place: str, fields: Mapping[str, str], *, escaped: bool) -> Iterator[Item]:
    """Yield the files with the places where they go, each another one. Raises ``Failed``."""
    from urllib.parse import quote

    named = place.endswith("/") or any(match[1] == "Name" for match in _FIELD.finditer(place))
    if len(files) > 1 and not named:
        message = f"{len(files)} files cannot all go to one place"
        raise Failed(message, "end it with / or {{.Name}}, or choose with files")
    for name, file in files.items():
        known = {**fields, "Name": name}
        shown = {key: quote(value) for key, value in known.items()} if escaped else known
        filled = _FIELD.sub(lambda match, of=shown: of[match[1]], place)  # type: ignore[misc]  # a default is typed as it is
        yield Item(file, name, f"{filled}{shown['Name']}" if filled.endswith("/") else filled)
