"""Name an image."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

from runner.builders.shared.docker.images import NAMES, docker_path_gap, engine, image_of, tagged
from runner.sdk import Artifact, AtMostOne, Deprecated, PostProcessor, Session, options


@options(AtMostOne("tag", "tags"))
class Options:
    """The names."""

    repository: str
    """Repository of the image, such as `registry.example/web`."""
    tags: list[str] | None = None
    """Tags of the image; `latest` when left out."""
    tag: Annotated[list[str] | None, Deprecated("write tags")] = None
    """The older name of `tags`."""
    force: Annotated[bool, Deprecated("leave it out")] = False
    """Take the name away from another image, as Docker always does now."""
    docker_path: str = "docker"
    """Packer's name for the `docker` program, which is not needed: the engine is found by `DOCKER_HOST`."""


class DockerTag(PostProcessor[Options]):
    """Give a Docker image names in a repository."""

    name = "docker-tag"
    keeps_input = True
    keeps_always = True

    @classmethod
    def gap(cls, options: Mapping[str, Any]) -> str | None:
        """Return which of these options this version cannot work with."""
        return docker_path_gap(options)

    async def process(self, session: Session, artifact: Artifact) -> Artifact:
        """Name the image; a name that another image has is taken away from it."""
        image, repository = image_of(artifact), self.options.repository
        names = [f"{repository}:{tag}" for tag in self.options.tags or self.options.tag or ("latest",)]
        async with engine() as where:
            for name in names:
                session.say(f"Tagging {name}")
                await tagged(where, image, name)
        labels = {**artifact.labels, NAMES: " ".join(names)}
        return Artifact(self.name, names[-1], labels=labels, description=f"Imported Docker image: {names[-1]}")
