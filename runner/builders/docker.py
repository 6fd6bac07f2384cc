"""Make a container image with Docker."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Mapping
from dataclasses import field
from functools import partial
from typing import Any, Literal

from runner.builders.shared.changes import Changes
from runner.builders.shared.communicator import Ssh, WinRm
from runner.builders.shared.docker_container import (
    collect,
    committed,
    config_to_keep,
    container,
    directory,
    halted,
    name_of,
    temporary_image,
    with_options,
)
from runner.builders.shared.docker_images import (
    Login,
    archive_of,
    built,
    described,
    digest_of,
    docker_path_gap,
    exported,
    image_of,
    loaded,
    pulled,
)
from runner.builders.shared.docker_login import login_of
from runner.builders.shared.docker_run import Run, run_of, usual_run
from runner.builders.shared.group import LocalFile
from runner.builders.shared.registry import RegistryLogin
from runner.communicators.docker_bare import Bare
from runner.communicators.docker_engine import Engine, engine
from runner.communicators.docker_http import Refused
from runner.communicators.docker_line import connected
from runner.frozen import frozen
from runner.sdk import (
    Artifact,
    Builder,
    Communicator,
    Duration,
    ExactlyOne,
    Failed,
    Machine,
    Resource,
    Session,
    options,
)
from runner.sdk.durations import seconds_of
from runner.sdk.threads import held


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


@frozen
class Container(Machine):
    """A container, and what is needed to make an image of it."""

    engine: Engine | None = None
    id: str = ""
    config: Mapping[str, Any] = field(default_factory=dict)
    """The configuration of the image to be made, before any ``changes``."""


class Docker(Builder[Options]):
    """Make a container image with Docker."""

    name = "docker"

    @classmethod
    def has_machine(cls, options: Mapping[str, Any]) -> bool:
        """Return whether tasks can work in the container."""
        return bool(options.get("communicator", "docker") != "none")

    @classmethod
    def gap(cls, options: Mapping[str, Any]) -> str | None:
        """Return which of these options this version cannot work with."""
        carrier = options.get("communicator", "docker")
        if options.get("windows_container") or carrier == "dockerWindowsContainer":
            return "Windows containers"
        if carrier == "winrm":
            return "communicator: winrm"
        if carrier == "ssh":
            from runner.builders.shared import docker_ssh

            if more := docker_ssh.gap(options):
                return more
        return docker_path_gap(options) or _run_gap(options.get("run_command"))

    async def launch(self, session: Session) -> Container:
        """Start the container."""
        options = self.options
        where = await session.hold(engine())
        image, digest = await self._image(session, where)
        run = self._run(image)
        binds = () if options.container_dir is None else (
            f"{await session.hold(directory(session))}:{options.container_dir}",
        )
        run = with_options(run, options, session.root, *binds)
        found = await described(where, run.image)
        session.say(f"Starting a container from {run.image}")
        container_id = await session.hold(container(where, session, run))
        line, how = await self._line(session, where, container_id)
        told = {
            "ID": container_id, "ConnType": options.communicator, "SourceImageSha256": found["Id"],
            "SourceImageDigest": digest or digest_of(found), **how,
        }
        return Container(name_of(session), line, told, where, container_id, config_to_keep(found, run))

    async def capture(self, session: Session, machine: Machine) -> Artifact:
        """Make the image, or the tar file, or nothing."""
        assert isinstance(machine, Container)
        assert machine.engine is not None
        options = self.options
        if options.discard:
            return Artifact(self.name, "", description="The container was thrown away", made=False)
        if options.export_path is not None:
            path = session.root / options.export_path
            session.say(f"Writing the container's files to {options.export_path}")
            async with halted(machine.engine, machine.id):
                await exported(machine.engine, machine.id, path)
            return Artifact(self.name, "Container", (path,), description=f"Exported Docker file: {session.shown(path)}")
        session.say("Making an image of the container")
        async with halted(machine.engine, machine.id):
            image = await committed(
                machine.engine, machine.id, machine.config, changes=options.changes or (),
                author=options.author, message=options.message,
            )
        return Artifact(
            self.name, image, labels={"ImageSha256": image}, description=f"Imported Docker image: {image}",
            remove=partial(_removed, machine.engine.address, image),
        )

    @classmethod
    async def collect(cls, resource: Resource) -> None:
        """Remove a container, an image or a directory that a run left. Raises ``Failed``."""
        if resource.kind == "docker.directory":
            await held(shutil.rmtree, resource.id, ignore_errors=True)
            return
        async with engine(resource.about["engine"]) as where:
            await collect(where, resource)

    async def _image(self, session: Session, where: Engine) -> tuple[str, str | None]:
        """Return the image to start from, and its digest in the registry it has been pulled from."""
        options, base = self.options, session.start_from
        if base is not None:
            if base.builder == self.name and not base.files:
                return image_of(base), None
            file = archive_of(base)
            return await loaded(session, where, file, await session.hold(temporary_image(where, session))), None
        login = await login_of(session, where, options)
        if options.build is not None:
            return await self._built(session, where, options.build, login), None
        assert options.image is not None
        if not options.pull:
            return options.image, None
        return options.image, await pulled(session, where, options.image, options.platform, login)

    async def _built(self, session: Session, where: Engine, build: Build, login: Login) -> str:
        dockerfile = (session.root / build.path).absolute()
        context = (session.root / build.build_dir).absolute() if build.build_dir is not None else dockerfile.parent
        return await built(
            session, where, dockerfile, context, login, buildargs=build.arguments, gzip=build.compress,
            pull=build.pull is not False, platform=self.options.platform,
        )

    def _run(self, image: str) -> Run:
        """Return how the container is run."""
        if self.options.run_command:
            return run_of(self.options.run_command, image)
        # What answers to SSH is the image's own program.
        return Run(image) if self.options.communicator == "ssh" else usual_run(image)

    async def _line(
        self, session: Session, where: Engine, container_id: str
    ) -> tuple[Communicator | None, Mapping[str, Any]]:
        """Start the container; return the line to it, and what expressions see of that."""
        options = self.options
        try:
            await where.ask("POST", f"/containers/{container_id}/start")
        except Refused as refused:
            if "/bin/sh" not in str(refused) or options.run_command or options.communicator != "docker":
                raise
            session.say("The image has no /bin/sh, so nothing runs in the container: files can be copied to it")
            return Bare(where, container_id, options.exec_user), {}
        if options.pause_before_connecting is not None:
            await asyncio.sleep(seconds_of(options.pause_before_connecting))
        if options.communicator == "none":
            return None, {}
        if options.communicator == "ssh":
            from runner.builders.shared import docker_ssh

            return await docker_ssh.line(options, session, where, container_id)
        return await session.hold(connected(
            where, container_id, options.exec_user, pty=options.pty, owned=options.fix_upload_owner
        )), {}


def _run_gap(words: Any) -> str | None:
    """Return what of a ``docker run`` is not known here; what only the build will tell is not looked at."""
    if not isinstance(words, list) or not all(isinstance(word, str) for word in words):
        return None
    try:
        run_of(words, "image")
    except Failed as failed:
        return str(failed)
    return None


async def _removed(address: str, image: str) -> None:
    """Remove an image, when the engine that has it is not connected any more."""
    async with engine(address) as where:
        await collect(where, Resource("docker.image", image))
