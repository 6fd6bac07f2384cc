"""Make a Docker image of a tar file."""

from __future__ import annotations

from runner.sdk import PostProcessor, options


@options()
class Options:
    """The image."""

    repository: str
    """Repository of the image, such as `example/web`."""
    tag: str | None = None
    """Tag of the image."""
    changes: list[str] | None = None
    """Dockerfile instructions for the image's metadata, such as `ENTRYPOINT /app`."""
    platform: str | None = None
    """Platform of the image, such as `linux/arm64`."""
    docker_path: str = "docker"
    """Program that speaks Docker's command line, such as `podman`."""


class DockerImport(PostProcessor[Options]):
    """Make a Docker image of the tar file that was built."""

    name = "docker-import"
    keeps_input = False
