"""What the builder ``docker`` accepts."""

from __future__ import annotations

from typing import Literal

from runner.builders.shared.changes import Changes
from runner.builders.shared.communicator import Ssh, WinRm
from runner.builders.shared.group import LocalFile
from runner.builders.shared.registry import RegistryLogin
from runner.sdk import Duration, ExactlyOne, options


@options()
class Build:
    """A Dockerfile to build the starting image from."""

    path: LocalFile
    """Path of the Dockerfile."""
    build_dir: LocalFile | None = None
    """Directory that is sent as the build's context; the Dockerfile's when left out."""
    arguments: dict[str, str] | None = None
    """Build arguments: name -> value."""
    pull: bool | None = None
    """Look for newer versions of the images that the Dockerfile starts from; done when left out."""
    compress: bool = False
    """Compress the context on its way to Docker."""


@options(ExactlyOne("image", "build"), ExactlyOne("commit", "discard", "export_path"))
class Options(Ssh, WinRm, RegistryLogin):
    """The container to start and what becomes of it."""

    image: str | None = None
    """Image to start from."""
    build: Build | None = None
    """Dockerfile to start from, in place of an image."""
    commit: bool = False
    """Keep the container as an image."""
    discard: bool = False
    """Throw the container away."""
    export_path: str | None = None
    """Write the container's files to this tar file."""
    pull: bool = True
    """Pull the image even if it is there."""
    platform: str | None = None
    """Platform to pull and run, such as `linux/arm64`."""
    changes: Changes | None = None
    """Dockerfile instructions for the image's metadata, such as `ENTRYPOINT /app`."""
    author: str | None = None
    """Author noted in the image."""
    message: str | None = None
    """Message noted in the image."""
    run_command: list[str] | None = None
    """Arguments of `docker run`, with `{{.Image}}` for the image; a shell is kept running when left out, or with the
    communicator `ssh` the image's own program."""
    volumes: dict[str, str] | None = None
    """Directory of this computer -> path inside."""
    tmpfs: list[str] | None = None
    """Paths that are kept in memory."""
    device: list[str] | None = None
    """Devices of this computer to hand in."""
    cap_add: list[str] | None = None
    """Linux capabilities to add."""
    cap_drop: list[str] | None = None
    """Linux capabilities to take away."""
    privileged: bool = False
    """Give the container all rights on this computer."""
    runtime: str | None = None
    """Container runtime to use, such as `runsc`."""
    exec_user: str | None = None
    """User to run commands as, by name or number, also `USER:GROUP`."""
    pty: bool = False
    """Ask for a terminal for every command."""
    container_dir: str | None = None
    """Path inside where an empty directory of this computer is mounted while the container runs, if at all: what is
    written there does not become part of the image. Copying files needs no such directory."""
    fix_upload_owner: bool = True
    """Make the user of the container the owner of copied files; otherwise they belong to root."""
    windows_container: bool = False
    """Run a Windows container."""
    docker_path: str = "docker"
    """Packer's name for the `docker` program, which is not needed: the engine is found by `DOCKER_HOST`."""
    communicator: Literal["docker", "dockerWindowsContainer", "none", "ssh", "winrm"] = "docker"
    """What carries commands and files to the container; `ssh` connects to its address in its network."""
    pause_before_connecting: Duration | None = None
    """How long to wait before the container is used."""
