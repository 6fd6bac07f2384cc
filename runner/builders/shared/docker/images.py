"""Images on a Docker engine: pulled, built, loaded, saved and pushed."""

from __future__ import annotations

import asyncio
import json
import re
import secrets
import tarfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any
from urllib.parse import quote, urlencode

from runner.communicators.docker.engine import Engine, engine
from runner.communicators.docker.http import Refused
from runner.sdk import Artifact, Failed, Session

if TYPE_CHECKING:
    from docker.api.client import APIClient

__all__ = ["engine"]  # post-processors reach it through here

Say = Callable[[str], None]
Login = Callable[["APIClient"], None]

IMAGES = ("docker", "docker-import", "docker-tag", "docker-push", "docker-save")
"""Who makes artifacts that are images of an engine."""
NAMES = "docker.names"
"""The label of an artifact that has its image's names, with spaces between."""
DIGEST = "docker.digest"
"""The label of an artifact that has its image's digest in the registry that it was pushed to."""
_PATIENCE = 5.0
"""How long a registry may take to tell a digest, in seconds: no plan waits longer for it."""
_LOADED = re.compile(r"Loaded image(?: ID)?: (\S+)")
_SYSTEM = {"bin", "dev", "etc", "lib", "proc", "root", "sbin", "usr", "var"}
"""What stands at the top of a machine's files, and never of an archive of images."""


def image_of(artifact: Artifact) -> str:
    """Return what the engine knows an artifact by. Raises ``Failed`` when it is no image there."""
    if artifact.builder not in IMAGES or not artifact.id or not artifact.made:
        raise Failed(
            f"what {artifact.builder} made is no image of a Docker engine",
            "the builder docker makes one with `commit: true`, and docker-import of a tar file",
        )
    return artifact.id


def archive_of(artifact: Artifact) -> Path:
    """Return the tar file that an artifact has: an archive of an image rather than bare files. Raises ``Failed``."""
    files = [each for each in artifact.files if each.is_file() and tarfile.is_tarfile(each)]
    if not files:
        raise Failed(
            f"what {artifact.builder} made is no tar file, and Docker can begin with nothing else of it",
            "let the builder write a tar file or a docker archive",
        )
    return next(filter(_holds_images, files), files[0])


def docker_path_gap(options: Mapping[str, Any]) -> str | None:
    """Return why the program that is named as ``docker_path`` is not used, if it is another than Docker's."""
    path = options.get("docker_path", "docker")
    if not isinstance(path, str) or path.rpartition("/")[2] == "docker":
        return None
    return f"docker_path: {path} (the engine is asked without a program: set DOCKER_HOST to the socket of {path})"


async def described(where: Engine, image: str) -> Mapping[str, Any]:
    """Return what the engine knows of an image. Raises ``Failed`` when it has none of that name."""
    try:
        found: Mapping[str, Any] = await where.ask("GET", f"/images/{quote(image)}/json")
    except Refused as refused:
        if not refused.missing:
            raise
        raise Failed(
            f"the Docker engine has no image {image}", "write `pull: true` to have it fetched from its registry"
        ) from refused
    return found


async def size_of(where: Engine, image: str) -> int:
    """Return how many bytes an image has, those of its base among them. Raises ``Failed`` when there is none."""
    return int((await described(where, image)).get("Size", 0))


def digest_of(image: Mapping[str, Any]) -> str:
    """Return the digest of an image in the registry it comes from; nothing when it comes from none."""
    return next((name.partition("@")[2] for name in image.get("RepoDigests") or ()), "")


async def digest_at_registry(where: Engine, image: str) -> str:
    """Return the digest that a registry has for the name of an image, of which nothing is pulled. Raises ``Failed``."""
    found = await where.ask("GET", f"/distribution/{quote(image)}/json", patience=_PATIENCE)
    return str(found["Descriptor"]["digest"])


async def pulled(session: Session, where: Engine, image: str, platform: str | None, login: Login) -> str | None:
    """Pull an image; return its digest, if the registry tells one. Raises ``Failed``."""
    session.say(f"Pulling {image}")
    told = _Told(session.say)

    def pull(client: APIClient) -> Any:
        login(client)
        return client.pull(image, stream=True, decode=True, platform=platform)

    try:
        await where.stream(pull, told.take)
    except Failed as failed:
        raise Failed(f"{image} cannot be pulled: {failed}", await _way_out(where, image) or failed.hint) from failed
    return told.digest


async def _way_out(where: Engine, image: str) -> str | None:
    """Return what helps against a registry that does not give an image, if the engine has it already."""
    try:
        await described(where, image)
    except Failed:
        return None
    return "the engine has an image of that name: write `pull: false` to start from it"


async def built(
    session: Session, where: Engine, dockerfile: Path, context: Path, login: Login, **more: Any
) -> str:
    """Build an image from a Dockerfile; return its id. ``more`` is for ``build`` of Docker's library."""
    session.say(f"Building {session.shown(dockerfile)}")
    told = _Told(session.say)

    def build(client: APIClient) -> Any:
        login(client)
        return client.build(
            path=str(context), dockerfile=str(dockerfile), decode=True, rm=True, forcerm=True, **more
        )

    try:
        await where.stream(build, told.take)
    except (OSError, TypeError) as error:
        raise Failed(f"{session.shown(dockerfile)} cannot be built: {error}") from error
    told.finish()
    if told.image is None:
        raise Failed(f"{session.shown(dockerfile)} makes no image")
    return told.image


async def loaded(session: Session, where: Engine, file: Path, name: str) -> str:
    """Bring a tar file to the engine, an archive of images or a machine's files; return what the image is called."""
    if await where.thread(lambda: _holds_images(file)):
        told = _Told(session.say)
        with file.open("rb") as stream:
            await where.stream(lambda client: _load(client, stream), told.take)
        if told.image is None:
            raise Failed(f"{file} holds no image")
        return told.image
    await imported(where, file, name, (), None)
    return name


def _load(client: Any, stream: IO[bytes]) -> Iterator[Mapping[str, Any]]:
    pieces: Iterator[Mapping[str, Any]] = client.load_image(stream)
    return pieces


def _holds_images(file: Path) -> bool:
    try:
        with tarfile.open(file) as archive:
            for member in archive:
                first = member.name.removeprefix("./").split("/")[0]
                if member.name in ("manifest.json", "index.json", "oci-layout"):
                    return True
                if first in _SYSTEM:
                    return False
    except (tarfile.TarError, OSError) as error:
        raise Failed(f"{file} cannot be read as a tar file: {error}") from error
    return False


async def imported(where: Engine, file: Path, name: str, changes: Sequence[str], platform: str | None) -> str:
    """Make an image of a tar file of a machine's files; return its id. Raises ``Failed``."""
    repository, tag = split(name)

    def bring(client: APIClient) -> str:
        if platform:
            client.params = {"platform": platform}
        told: dict[str, Any] = {"repository": repository, "tag": tag, "changes": list(changes) or None}
        return str(client.import_image(src=str(file), **told))

    answer = await where.call(bring)
    told = _Told(lambda _: None)
    for line in answer.splitlines():
        told.take(json.loads(line))
    return str(told.status)


def split(name: str) -> tuple[str, str]:
    """Return a name's repository and its tag, ``latest`` if it has none."""
    head, colon, tag = name.rpartition(":")
    return (head, tag) if colon and "/" not in tag else (name, "latest")


async def tagged(where: Engine, image: str, name: str) -> None:
    """Give an image a name, ``REPOSITORY:TAG``. Raises ``Failed``."""
    repository, tag = split(name)
    await where.ask("POST", f"/images/{quote(image)}/tag?{urlencode({'repo': repository, 'tag': tag, 'force': 1})}")


async def saved(where: Engine, image: str | Sequence[str], path: Path) -> None:
    """Write an image, or several, with all layers to a tar file, whole or not at all. Raises ``Failed``."""
    names = [image] if isinstance(image, str) else image
    with written(path) as stream:
        await where.stream(lambda client: _packed(client, names), lambda piece: _write(stream, piece))


async def exported(where: Engine, container: str, path: Path) -> None:
    """Write the files of a container to a tar file, whole or not at all. Raises ``Failed``."""
    with written(path) as stream:
        await where.stream(lambda client: client.export(container), lambda piece: _write(stream, piece))


def _packed(client: Any, images: Sequence[str]) -> Iterable[bytes]:
    """Return an archive of several images, which the library's own call makes of one only."""
    url = client._url("/images/get")  # noqa: SLF001 - no public way to it
    answer = client._get(url, params={"names": list(images)}, stream=True)  # noqa: SLF001 - as above
    pieces: Iterable[bytes] = client._stream_raw_result(answer, 2 << 20, decode=False)  # noqa: SLF001 - as above
    return pieces


def _write(stream: IO[bytes], piece: bytes) -> None:
    stream.write(piece)


async def pushed(
    session: Session, where: Engine, name: str, platform: str | None, login: Login
) -> str | None:
    """Push an image to its registry; return its digest there. Raises ``Failed``."""
    session.say(f"Pushing {name}")
    told = _Told(session.say)
    repository, tag = split(name)

    def push(client: APIClient) -> Any:
        if platform:
            client.params = {"platform": json.dumps(_platform(client, platform))}
        login(client)
        return client.push(repository, tag, stream=True, decode=True)

    await where.stream(push, told.take)
    return told.digest


def _platform(client: APIClient, platform: str) -> Mapping[str, str]:
    from docker.utils import version_lt

    if version_lt(client.api_version, "1.46"):
        raise Failed("this Docker engine cannot push an image for one platform alone", "Docker 28 and newer can")
    return dict(zip(("os", "architecture", "variant"), platform.split("/"), strict=False))


@contextmanager
def written(path: Path) -> Iterator[IO[bytes]]:
    """Yield a file to write, which comes into its place when all went well."""
    if path.is_dir():
        raise Failed(f"{path} is a directory", "name a file")
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    try:
        with part.open("wb") as stream:
            yield stream
        part.replace(path)
    finally:
        part.unlink(missing_ok=True)


class _Told:
    """What the engine tells of its work, as JSON, piece by piece."""

    def __init__(self, say: Say) -> None:
        self._say = say
        self._loop = asyncio.get_running_loop()
        self._line = ""
        self.image: str | None = None
        self.digest: str | None = None
        self.status: str | None = None

    def take(self, piece: Mapping[str, Any]) -> None:
        """Take in a piece, in whatever thread. Raises ``Failed`` when it tells of an error."""
        if error := piece.get("error"):
            raise Failed(str(error).strip())
        aux = piece.get("aux") or {}
        self.image = aux.get("ID") or self.image
        self.digest = aux.get("Digest") or self.digest
        if "stream" in piece:
            self._stream(piece["stream"])
        elif "status" in piece and "progressDetail" not in piece:
            self._status(piece)

    def finish(self) -> None:
        """Tell what is left of the last line."""
        if self._line.strip():
            self._tell(self._line)
        self._line = ""

    def _stream(self, text: str) -> None:
        *lines, self._line = (self._line + text).split("\n")
        for line in lines:
            if found := _LOADED.search(line):
                self.image = self.image or found[1]
            if line.strip():
                self._tell(line)

    def _status(self, piece: Mapping[str, Any]) -> None:
        self.status = str(piece["status"])
        if self.status.startswith("Digest: "):
            self.digest = self.status.removeprefix("Digest: ")
        self._tell(f"{piece['id']}: {self.status}" if "id" in piece else self.status)

    def _tell(self, line: str) -> None:
        self._loop.call_soon_threadsafe(self._say, line.rstrip())
