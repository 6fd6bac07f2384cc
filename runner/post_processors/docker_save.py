"""Write an image to a tar file."""

from __future__ import annotations

from runner.sdk import PostProcessor, options


@options()
class Options:
    """The tar file."""

    path: str
    """File to write."""
    docker_path: str = "docker"
    """Program that speaks Docker's command line, such as `podman`."""


class DockerSave(PostProcessor[Options]):
    """Write a Docker image with its layers to a tar file."""

    name = "docker-save"
    keeps_input = True
