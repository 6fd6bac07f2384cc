"""Push an image to its registry."""

from __future__ import annotations

from runner.builders.shared.registry import RegistryLogin
from runner.sdk import PostProcessor, options


@options()
class Options(RegistryLogin):
    """The registry and how to log in to it."""

    platform: str | None = None
    """Platform whose image is pushed, such as `linux/arm64`."""
    docker_path: str = "docker"
    """Program that speaks Docker's command line, such as `podman`."""


class DockerPush(PostProcessor[Options]):
    """Push a Docker image to its registry."""

    name = "docker-push"
    keeps_input = True
