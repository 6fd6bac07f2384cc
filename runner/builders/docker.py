"""Make a container image with Docker."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import field, fields, replace
from functools import partial
from pathlib import Path
from typing import Any

from runner.builders.shared.docker.checkpoints import brought, ended, has_image, keepable, kept, mounted, size_between
from runner.builders.shared.docker.container import (
    collect,
    committed,
    config_to_keep,
    container,
    halted,
    name_of,
    temporary_image,
    with_options,
)
from runner.builders.shared.docker.images import (
    Login,
    archive_of,
    built,
    described,
    digest_at_registry,
    digest_of,
    docker_path_gap,
    exported,
    image_of,
    loaded,
    pulled,
    saved,
    size_of,
)
from runner.builders.shared.docker.login import login_of
from runner.builders.shared.docker.options import Build, Options
from runner.builders.shared.docker.run import Run, run_of, usual_run
from runner.builders.shared.docker.stored import parts
from runner.builders.shared.workplace import workplace
from runner.communicators.docker.bare import Bare
from runner.communicators.docker.engine import Engine, engine
from runner.communicators.docker.http import Refused
from runner.communicators.docker.line import connected
from runner.frozen import frozen
from runner.sdk import (
    Artifact,
    Builder,
    Checkpoint,
    Communicator,
    Failed,
    Machine,
    Origin,
    Part,
    Resource,
    Session,
)
from runner.sdk.durations import seconds_of
from runner.sdk.threads import held

_WORK = "docker.directory"
"""What the build's directory on this computer is called in the journal."""


@frozen
class Container(Machine):
    """A container, and what is needed to make an image of it."""

    engine: Engine | None = None
    id: str = ""
    config: Mapping[str, Any] = field(default_factory=dict)
    """The configuration of the image to be made, before any ``changes``."""
    image: str = ""
    """What the container was started from."""
    mounted: str = ""
    """The files that the engine has mounted into it, as they were in the beginning."""


@frozen
class Base:
    """What the container starts from."""

    engine: Engine
    image: str
    digest: str | None
    """Its digest in the registry that it was pulled from."""
    found: Mapping[str, Any]
    """What the engine knows of it."""


_FETCHING = (
    "image", "build", "pull", "docker_path", "pause_before_connecting", "login", "login_server", "login_username",
    "login_password", "ecr_login", "aws_access_key", "aws_secret_key", "aws_token", "aws_profile",
)
"""Options that say how the image is come by, which is known by its content."""
_OF_THIS_COMPUTER = ("Binds", "Devices", "DeviceRequests", "VolumesFrom")
"""What the engine is told of files and devices that are not the container's own."""
_SHORT = len("sha256:") + 12
"""How much of a digest is told, in characters."""
_ANY = "IMAGE"
"""Stands for the image, where it does not matter which it is."""
_OF_RESULT = ("commit", "discard", "export_path", "changes", "author", "message")
"""Options that say what becomes of the container."""


class Docker(Builder[Options]):
    """Make a container image with Docker."""

    name = "docker"

    @classmethod
    def has_machine(cls, options: Mapping[str, Any]) -> bool:
        """Return whether tasks can work in the container."""
        return bool(options.get("communicator", "docker") != "none")

    @classmethod
    def writes(cls, options: Mapping[str, Any]) -> tuple[Any, ...]:
        """Return the options that name files that it writes."""
        return (options.get("export_path"),)

    @classmethod
    def makes_files(cls, options: Mapping[str, Any]) -> bool:
        """Return whether an image is files: an exported container is."""
        return options.get("export_path") is not None

    @classmethod
    def gap(cls, options: Mapping[str, Any]) -> str | None:
        """Return which of these options this version cannot work with."""
        carrier = options.get("communicator", "docker")
        if options.get("windows_container") or carrier == "dockerWindowsContainer":
            return "Windows containers"
        if carrier == "winrm":
            return "communicator: winrm"
        if carrier == "ssh":
            from runner.builders.shared.docker import ssh as docker_ssh

            if more := docker_ssh.gap(options):
                return more
        return docker_path_gap(options) or _run_gap(options.get("run_command"))

    async def origin(self, session: Session) -> Origin | None:
        """Return what the container will be. What it sees of this computer's files cannot be known."""
        run = with_options(self._run(_ANY), self.options, session.root)
        if any(run.host.get(name) for name in _OF_THIS_COMPUTER):
            return None
        base = await self._base(session)
        values = {each.name: getattr(self.options, each.name) for each in fields(self.options)}
        shaping = {name: value for name, value in values.items() if name not in (*_FETCHING, *_OF_RESULT)}
        result = {name: values[name] for name in _OF_RESULT}
        identity = (base.engine.address, base.found["Id"], run.container, run.host, shaping)
        about = self._about(base)
        seen = {name: about[name] for name in ("SourceImageSha256", "SourceImageDigest")}
        return Origin(identity, result, about, base, seen)

    @classmethod
    async def moved(cls, options: Mapping[str, Any], seen: Mapping[str, str]) -> str | None:
        """Return that the name of an image stands for another one now, at its registry if it will be pulled."""
        image, pull = options.get("image"), options.get("pull", True)
        if not isinstance(image, str) or not isinstance(pull, bool):
            return None
        async with engine() as where:
            if pull:
                there, before = await digest_at_registry(where, image), seen["SourceImageDigest"]
            else:
                there, before = str((await described(where, image))["Id"]), seen["SourceImageSha256"]
        return f"base image moved: {image} is {there[:_SHORT]} now" if before and there != before else None

    async def launch(self, session: Session) -> Container:
        """Start the container."""
        base = session.origin.base if session.origin is not None else await self._base(session)
        assert isinstance(base, Base)
        image = base.image if session.checkpoint is None else session.checkpoint.id
        return await self._started(session, base, image)

    async def _started(self, session: Session, base: Base, image: str) -> Container:
        """Start a container from an image: that of the base, or what has become of it."""
        options, where = self.options, base.engine
        binds = () if options.container_dir is None else (
            f"{await session.hold(workplace(session, _WORK))}:{options.container_dir}",
        )
        run = with_options(self._run(image), options, session.root, *binds)
        session.say(f"Starting a container from {run.image}")
        container_id = await session.hold(container(where, session, run))
        line, how = await self._line(session, where, container_id)
        told = {"ID": container_id, **self._about(base), **how}
        files = await mounted(line) if self._can_be_kept and not isinstance(line, Bare) else ""
        config = config_to_keep(base.found, run)
        return Container(name_of(session), line, told, where, container_id, config, image, files)

    @property
    def _can_be_kept(self) -> bool:
        """Whether an image has all that the container is, and another container can be run from it."""
        options, run = self.options, self._run(_ANY)
        apart = options.tmpfs or options.container_dir or run.host.get("Tmpfs")
        return options.communicator == "docker" and not apart and run.image == _ANY

    def _about(self, base: Base) -> dict[str, Any]:
        return {
            "ConnType": self.options.communicator, "SourceImageSha256": base.found["Id"],
            "SourceImageDigest": base.digest or digest_of(base.found),
        }

    async def _base(self, session: Session) -> Base:
        """Find out what the container starts from; it is fetched or built if need be."""
        where = await session.hold(engine())
        image, digest = await self._image(session, where)
        return Base(where, image, digest, await described(where, self._run(image).image))

    async def capture(self, session: Session, machine: Machine) -> Artifact:
        """Make the image, or the tar file, or nothing."""
        assert isinstance(machine, Container)
        assert machine.engine is not None
        options = self.options
        if options.discard:
            return Artifact(self.name, "", description="The container was thrown away", made=False)
        if options.export_path is not None:
            path = session.root / options.export_path
            session.say(f"Writing the container's files to {session.shown(path)}")
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
            remove=partial(_removed, machine.engine.address, image), size=await size_of(machine.engine, image),
        )

    async def found(self, session: Session, artifact: Artifact) -> Artifact | None:
        """Return an image that an earlier run has made, if the engine has it."""
        if not artifact.made or artifact.files:
            return artifact
        assert session.origin is not None
        where = session.origin.base.engine
        if not await has_image(where, artifact.id):
            return None
        return replace(artifact, remove=partial(_removed, where.address, artifact.id))

    async def checkpoint(
        self, session: Session, machine: Machine, name: str
    ) -> tuple[Checkpoint, Machine] | None:
        """Keep the container as an image, and go on in a container of that."""
        assert isinstance(machine, Container)
        assert session.origin is not None
        where, before = machine.engine, machine.image
        if where is None or not self._can_be_kept or isinstance(machine.communicator, Bare):
            return None
        if await mounted(machine.communicator) != machine.mounted:
            return None
        if not await keepable(where, machine.id, await described(where, before)):
            return None
        session.say("Keeping the container as it is, and going on in another one")
        image = await kept(where, session, machine.id, machine.config, name)
        if image is None:
            return None
        await ended(where, machine.id)
        other = await self._started(session, session.origin.base, image)
        size = await size_between(where, before, image)
        return Checkpoint("docker.image", image, {"engine": where.address}, size), other

    @classmethod
    async def still_there(cls, checkpoint: Checkpoint) -> bool:
        """Return whether the engine has the image."""
        async with engine(checkpoint.about["engine"]) as where:
            return await has_image(where, checkpoint.id)

    @classmethod
    async def save(cls, checkpoints: Sequence[Checkpoint], to: Path) -> None:
        """Write the images to an archive, in which layers that several have stand once. Raises ``Failed``."""
        async with engine(checkpoints[0].about["engine"]) as where:
            await saved(where, [each.id for each in checkpoints], to)

    @classmethod
    async def load(cls, checkpoints: Sequence[Checkpoint], file: Path) -> Sequence[Checkpoint]:
        """Bring the images of an archive to the engine of this computer. Raises ``Failed``."""
        async with engine() as where:
            await brought(where, file)
            return [replace(each, about={"engine": where.address}) for each in checkpoints]

    @classmethod
    async def drop(cls, checkpoint: Checkpoint) -> None:
        """Remove the image. Raises ``Failed``."""
        async with engine(checkpoint.about["engine"]) as where:
            await collect(where, Resource(checkpoint.kind, checkpoint.id))

    @classmethod
    async def collect(cls, resource: Resource) -> None:
        """Remove a container, an image or a directory that a run left. Raises ``Failed``."""
        if resource.kind == _WORK:
            await held(shutil.rmtree, resource.id, ignore_errors=True)
            return
        async with engine(resource.about["engine"]) as where:
            await collect(where, resource)

    @classmethod
    async def parts(cls, artifact: str, options: Mapping[str, Any]) -> tuple[Part, ...]:
        """Return the image, if the engine has it. Raises ``Failed``."""
        del options
        async with engine() as where:
            return await parts(where, artifact)

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
            from runner.builders.shared.docker import ssh as docker_ssh

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
