"""Push an image to its registry."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runner.builders.shared.docker.images import DIGEST, NAMES, docker_path_gap, engine, image_of, pushed
from runner.builders.shared.docker.login import login_of
from runner.builders.shared.registry import RegistryLogin
from runner.sdk import Artifact, Failed, PostProcessor, Session, options


@options()
class Options(RegistryLogin):
    """The registry and how to log in to it."""

    platform: str | None = None
    """Platform whose image is pushed, such as `linux/arm64`."""
    docker_path: str = "docker"
    """Packer's name for the `docker` program, which is not needed: the engine is found by `DOCKER_HOST`."""


class DockerPush(PostProcessor[Options]):
    """Push a Docker image to its registry."""

    name = "docker-push"
    keeps_input = True

    @classmethod
    def gap(cls, options: Mapping[str, Any]) -> str | None:
        """Return which of these options this version cannot work with."""
        return docker_path_gap(options)

    async def process(self, session: Session, artifact: Artifact) -> Artifact:
        """Push the image by each of the names that the link before has given it."""
        names = (artifact.labels.get(NAMES) or image_of(artifact)).split()
        if names[0].startswith("sha256:"):
            raise Failed("the image has no name, and so no registry to be pushed to", "name it first: docker-tag")
        labels = dict(artifact.labels)
        async with engine() as where:
            login = await login_of(session, where, self.options)
            for name in names:
                digest = await pushed(session, where, name, self.options.platform, login)
                labels[DIGEST] = digest or labels.get(DIGEST, "")
        return Artifact(self.name, names[-1], labels=labels, description=f"Pushed Docker image: {', '.join(names)}")
