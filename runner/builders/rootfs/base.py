"""What a machine starts from: a distribution's packages, a tar file, an image, or what another build has made."""

from __future__ import annotations

import asyncio
import hashlib
import platform
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from runner.builders.rootfs.cache import Tree, tree
from runner.builders.rootfs.order import ordered
from runner.builders.rootfs.suite import Suite, install, sources
from runner.communicators.chroot import Namespaces
from runner.sdk import Artifact, Failed, Session

_ARCHITECTURES = {"x86_64": "amd64", "aarch64": "arm64", "armv7l": "arm", "i686": "386", "ppc64le": "ppc64le"}
"""What Linux calls processors -> what container images call them."""
_DEBIAN = {"i386": "386", "armhf": "arm", "armel": "arm", "ppc64el": "ppc64le"}
"""What Debian calls them, where that differs."""
_USABLE = (".oci", ".tar", ".dir", ".tar.gz", ".tar.xz", ".tar.zst")
"""How the results end that a build can start from, the best first."""


def architecture(given: str | None) -> str:
    """Return the processor architecture of an image as container images name it."""
    if given is not None:
        return _DEBIAN.get(given, given)
    return _ARCHITECTURES.get(platform.machine(), platform.machine())


@asynccontextmanager
async def installed(session: Session, inside: Namespaces, suite: Suite, *, user: bool) -> AsyncIterator[Tree]:
    """Yield the tree of a release, which is installed unless an earlier build has done it. Raises ``Failed``."""
    async def make(part: Path) -> Mapping[str, Any]:
        await install(session, inside, suite, part / "fs")
        return {"config": None, "layers": []}

    inputs = ["suite", *(getattr(suite, name) for name in suite.__slots__), sources(suite)]
    async with tree(session, inputs, make, user=user) as found:
        yield found


@asynccontextmanager
async def unpacked(
    session: Session, inside: Namespaces, path: Path, arch: str, *, user: bool
) -> AsyncIterator[Tree]:
    """Yield the tree of a tar file, of an image, or of a directory with one. Raises ``Failed``."""
    async def make(part: Path) -> Mapping[str, Any]:
        session.say(f"Unpacking {session.shown(path)}")
        return await ordered(inside, "tree", source=str(path), target=str(part), platform=[arch, ""])

    digest = await asyncio.to_thread(_digest, path)
    async with tree(session, ["tree", digest, arch], make, user=user) as found:
        yield found


def file_of(artifact: Artifact) -> Path:
    """Return the file of another build's artifact to start from. Raises ``Failed``."""
    for ending in _USABLE:
        for file in artifact.files:
            if file.name.endswith(ending):
                return file
    raise Failed("the build that this one starts from made nothing to start from", "give it the format oci or tar")


def _digest(path: Path) -> str:
    """Return the digest of an archive, or of the index of an OCI layout, which names everything else by digest."""
    if not path.exists():
        raise Failed(
            f"there is no file or directory {path}",
            "an image of a registry has to be fetched first: skopeo copy docker://IMAGE oci:DIRECTORY",
        )
    if path.is_dir():
        path = path / "index.json"
        if not path.exists():
            raise Failed(f"{path.parent} is no OCI layout: it has no index.json", "pack it into a tar file")
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
