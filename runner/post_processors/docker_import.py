"""Make a Docker image of a tar file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runner.builders.shared.changes import Changes
from runner.builders.shared.docker.images import NAMES, archive_of, docker_path_gap, engine, imported, size_of
from runner.sdk import Artifact, PostProcessor, Session, options


@options()
class Options:
    """The image."""

    repository: str
    """Repository of the image, such as `example/web`."""
    tag: str | None = None
    """Tag of the image."""
    changes: Changes | None = None
    """Dockerfile instructions for the image's metadata, such as `ENTRYPOINT /app`."""
    platform: str | None = None
    """Platform of the image, such as `linux/arm64`."""
    docker_path: str = "docker"
    """Packer's name for the `docker` program, which is not needed: the engine is found by `DOCKER_HOST`."""


class DockerImport(PostProcessor[Options]):
    """Make a Docker image of the tar file that was built."""

    name = "docker-import"
    keeps_input = False

    @classmethod
    def gap(cls, options: Mapping[str, Any]) -> str | None:
        """Return which of these options this version cannot work with."""
        return docker_path_gap(options)

    async def process(self, session: Session, artifact: Artifact) -> Artifact:
        """Make an image of the files, with one layer."""
        file, name = archive_of(artifact), f"{self.options.repository}:{self.options.tag or 'latest'}"
        session.say(f"Importing {session.shown(file)} as {name}")
        async with engine() as where:
            image = await imported(where, file, name, self.options.changes or (), self.options.platform)
            size = await size_of(where, image)
        labels = {**artifact.labels, "ImageSha256": image, NAMES: name}
        return Artifact(self.name, name, labels=labels, description=f"Imported Docker image: {name}", size=size)
