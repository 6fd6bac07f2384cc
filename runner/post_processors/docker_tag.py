"""Name an image."""

from __future__ import annotations

from typing import Annotated

from runner.sdk import AtMostOne, Deprecated, PostProcessor, options


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
    """Program that speaks Docker's command line, such as `podman`."""


class DockerTag(PostProcessor[Options]):
    """Give a Docker image names in a repository."""

    name = "docker-tag"
    keeps_input = True
