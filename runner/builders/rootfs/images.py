"""Container images as files: an OCI layout, or an archive of one or of Docker's."""

from __future__ import annotations

import json
import tarfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, NamedTuple, Protocol

from runner.sdk import Failed

INDEXES = (
    "application/vnd.oci.image.index.v1+json", "application/vnd.docker.distribution.manifest.list.v2+json",
)
MANIFESTS = ("application/vnd.oci.image.manifest.v1+json", "application/vnd.docker.distribution.manifest.v2+json")
LAYER = "application/vnd.oci.image.layer.v1.tar"
_LARGEST = 16 << 20
"""How large a document may be, in bytes."""


class Platform(NamedTuple):
    """What an image is made for, as OCI names it."""

    architecture: str
    variant: str = ""


class Layer(NamedTuple):
    """A layer of an image that is to be read."""

    digest: str
    """The digest of the blob; of what it holds, if it is not compressed."""
    open: Callable[[], IO[bytes]]


@dataclass(frozen=True, slots=True)
class Image:
    """An image that is to be read."""

    config: Mapping[str, Any]
    layers: Sequence[Layer]


class Blobs(Protocol):
    """Where the parts of an image are."""

    def open(self, digest: str, *, manifest: bool = False) -> IO[bytes]:
        """Return the content of a part, which may be another ``manifest``. Raises ``Failed``."""
        ...


def image_of(blobs: Blobs, document: Mapping[str, Any], platform: Platform) -> Image:
    """Return the image for a platform that an index or a manifest describes. Raises ``Failed``."""
    if "manifests" in document:
        chosen = _chosen(document["manifests"], platform)
        return image_of(blobs, read_json(blobs.open(chosen["digest"], manifest=True), chosen["digest"]), platform)
    if "config" not in document or "layers" not in document:
        raise Failed("it is no container image: its manifest names neither configuration nor layers")
    config = document["config"]["digest"]
    layers = [Layer(each["digest"], _opener(blobs, each["digest"])) for each in document["layers"]]
    return Image(read_json(blobs.open(config), config), layers)


def _opener(blobs: Blobs, digest: str) -> Callable[[], IO[bytes]]:
    return lambda: blobs.open(digest)


def _chosen(manifests: Sequence[Mapping[str, Any]], platform: Platform) -> Mapping[str, Any]:
    """Return the entry of an index that is for a platform; one that says of no platform is for any."""
    found = [each for each in manifests if each.get("mediaType", MANIFESTS[0]) in (*MANIFESTS, *INDEXES)]
    fitting = [each for each in found if _fits(each.get("platform"), platform)]
    if fitting:
        return fitting[0]
    there = ", ".join(sorted({(each.get("platform") or {}).get("architecture", "?") for each in found}))
    raise Failed(f"the image is not for {platform.architecture}, only for {there or 'nothing'}", "set 'architecture'")


def _fits(about: Mapping[str, str] | None, platform: Platform) -> bool:
    if about is None:
        return True
    variant = about.get("variant", "")
    return (
        about.get("os", "linux") == "linux" and about.get("architecture") == platform.architecture
        and (not variant or not platform.variant or variant == platform.variant)
    )


def read_json(stream: IO[bytes], name: str) -> dict[str, Any]:
    """Return a document of an image. Raises ``Failed``."""
    with stream:
        data = stream.read(_LARGEST + 1)
    try:
        found = json.loads(data)
    except ValueError as error:
        raise Failed(f"{name} is no JSON: {error}") from error
    if not isinstance(found, dict):
        raise Failed(f"{name} is not what an image has there")
    return found


class _Layout:
    """An OCI layout, whose files are given by name."""

    def __init__(self, read: Callable[[str], IO[bytes]]) -> None:
        self._read = read

    def open(self, digest: str, *, manifest: bool = False) -> IO[bytes]:
        del manifest  # they lie with everything else
        algorithm, _, name = digest.partition(":")
        return self._read(f"blobs/{algorithm}/{name}")


@contextmanager
def opened(path: Path, platform: Platform) -> Iterator[Image | None]:
    """Yield the image in a directory or an archive; nothing when it is an archive of something else."""
    if path.is_dir():
        def in_directory(name: str) -> IO[bytes]:
            try:
                return (path / name).open("rb")
            except FileNotFoundError as error:
                raise Failed(f"{path} lacks {name}, so it is no whole OCI layout") from error

        yield image_of(_Layout(in_directory), read_json(in_directory("index.json"), "index.json"), platform)
        return
    with tarfile.open(path) as archive:
        yield _archived(archive, platform)


def is_image(path: Path) -> bool:
    """Return whether an archive holds images, and not a machine's files. Raises ``Failed`` when it is no archive."""
    try:
        with tarfile.open(path) as archive:
            for member in archive:
                name = member.name.removeprefix("./")
                if name in ("manifest.json", "index.json", "oci-layout"):
                    return True
                if name.split("/")[0] in ("bin", "boot", "dev", "etc", "lib", "proc", "root", "sbin", "usr", "var"):
                    return False
    except tarfile.ReadError:
        return False  # in a compression that only another program knows, which images never are
    return False


def _archived(archive: tarfile.TarFile, platform: Platform) -> Image | None:
    members = {member.name.removeprefix("./"): member for member in archive}

    def in_archive(name: str) -> IO[bytes]:
        member = members.get(name)
        seen = 0
        while member is not None and member.issym() and seen < len(members):  # old archives of Docker
            seen += 1
            member = members.get(_joined(member.name, member.linkname))
        stream = archive.extractfile(member) if member is not None else None
        if stream is None:
            raise Failed(f"the archive lacks {name}, so it holds no whole image")
        return stream

    if "manifest.json" in members:
        return _docker_image(in_archive)
    if "index.json" in members:
        return image_of(_Layout(in_archive), read_json(in_archive("index.json"), "index.json"), platform)
    return None


def _joined(name: str, target: str) -> str:
    from posixpath import dirname, join, normpath

    return normpath(join(dirname(name), target))


def _docker_image(read: Callable[[str], IO[bytes]]) -> Image:
    with read("manifest.json") as stream:
        images = json.load(stream)
    if len(images) != 1:
        raise Failed(f"the archive holds {len(images)} images", "start from an archive of one image")
    config = read_json(read(images[0]["Config"]), "the configuration")
    names = images[0]["Layers"]
    diffs = config.get("rootfs", {}).get("diff_ids", [])
    if len(diffs) != len(names):
        raise Failed("the archive's image has another number of layers than it says")
    return Image(config, [
        Layer(diff, (lambda name=name: read(name))) for diff, name in zip(diffs, names, strict=True)  # type: ignore[misc]
    ])
