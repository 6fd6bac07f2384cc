"""Containers kept as they are in the middle of a build, so that a later one can go on from there."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlencode

from runner.builders.shared.docker.images import size_of
from runner.communicators.docker.engine import Engine
from runner.communicators.docker.http import Refused
from runner.sdk import Ask, Communicator, Failed, Resource, Session

REPOSITORY = "ingot-checkpoint"
"""What the names of these images begin with."""
_LAYERS = 100
"""From how many layers on an image gets no further ones: storage drivers know 125 or so."""
_OWN = 2
"""How many programs run in a container without those of tasks: the one that keeps it going, and our shell."""
_MOUNTED = ("cat", "/etc/hosts", "/etc/hostname", "/etc/resolv.conf")
"""Shows the files that the engine mounts into each container: no image has what is written to them."""


async def has_image(where: Engine, image: str) -> bool:
    """Return whether an engine has an image. Raises ``Failed`` when it does not answer."""
    try:
        await where.ask("GET", f"/images/{quote(image)}/json")
    except Refused as refused:
        if refused.missing:
            return False
        raise
    return True


async def mounted(line: Communicator | None) -> str:
    """Return the files that the engine mounts, one after the other."""
    return "" if line is None else (await line.run(Ask(_MOUNTED))).stdout


async def keepable(where: Engine, container_id: str, image: Mapping[str, Any]) -> bool:
    """Return whether an image of a container has all that the container is: no program that runs, and no volume."""
    if (image["Config"] or {}).get("Volumes") or len(image["RootFS"].get("Layers") or ()) >= _LAYERS:
        return False
    found = await where.ask("GET", f"/containers/{container_id}/top")
    running = [each for each in found["Processes"] if "<defunct>" not in each[-1]]
    return len(running) <= _OWN


async def kept(
    where: Engine, session: Session, container_id: str, config: Mapping[str, Any], name: str
) -> str | None:
    """Make an image of a container that goes on; return its name, and nothing when the engine does not make it."""
    image = f"{REPOSITORY}:{name}"
    with session.noted(Resource("docker.image", image, {"engine": where.address})) as gone:
        query = urlencode({"container": container_id, "repo": REPOSITORY, "tag": name, "pause": 1})
        try:
            await where.ask("POST", f"/commit?{query}", config, patience=None)
        except Refused as refused:
            session.say(f"The container could not be kept as it is: {refused}")
            return None
        finally:
            gone()
    return image


async def brought(where: Engine, file: Path) -> None:
    """Bring the images of an archive to an engine. Raises ``Failed``, also when there is no such file."""
    def bring(client: Any) -> None:
        try:
            with file.open("rb") as stream:
                for _ in client.load_image(stream):
                    pass
        except OSError as error:
            raise Failed(f"{file} cannot be read: {error.strerror or error}") from error

    await where.call(bring)


async def ended(where: Engine, container_id: str) -> None:
    """Remove a container, in the place of which there will be another. Raises ``Failed``."""
    try:
        await where.ask("DELETE", f"/containers/{container_id}?force=1&v=1")
    except Refused as refused:
        if not refused.missing:
            raise


async def size_between(where: Engine, before: str, after: str) -> int:
    """Return how many bytes an image has beside those of the one that it was made from. Raises ``Failed``."""
    return max(await size_of(where, after) - await size_of(where, before), 0)

