"""Write an image to a tar file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runner.builders.shared.docker.images import docker_path_gap, engine, image_of, saved
from runner.sdk import Artifact, PostProcessor, Session, options


@options()
class Options:
    """The tar file."""

    path: str
    """File to write."""
    docker_path: str = "docker"
    """Packer's name for the `docker` program, which is not needed: the engine is found by `DOCKER_HOST`."""


class DockerSave(PostProcessor[Options]):
    """Write a Docker image with its layers to a tar file."""

    name = "docker-save"
    keeps_input = True

    @classmethod
    def writes(cls, options: Mapping[str, Any]) -> tuple[Any, ...]:
        """Return the options that name files that it writes."""
        return (options.get("path"),)

    @classmethod
    def gap(cls, options: Mapping[str, Any]) -> str | None:
        """Return which of these options this version cannot work with."""
        return docker_path_gap(options)

    async def process(self, session: Session, artifact: Artifact) -> Artifact:
        """Write the file that ``docker load`` reads."""
        image, path = image_of(artifact), session.root / self.options.path
        session.say(f"Saving {image}")
        async with engine() as where:
            await saved(where, image, path)
        description = f"Saved Docker image: {session.shown(path)}"
        return Artifact(self.name, image, (path,), artifact.labels, description)
