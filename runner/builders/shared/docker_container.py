"""Containers and images that a build makes on the engine, and removes."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from runner.builders.shared.docker_run import Run
from runner.communicators.docker_engine import Engine, Refused
from runner.sdk import Failed, Resource, Session
from runner.sdk.threads import held

if TYPE_CHECKING:
    from docker.api.client import APIClient

_RUN_LABEL = "ingot.run"
_BUILD_LABEL = "ingot.build"


def name_of(session: Session) -> str:
    """Return what the build calls its things on the engine."""
    plain = re.sub(r"[^a-z0-9_.-]+", "-", session.build.lower()).strip("-.")
    if plain != session.build:  # two builds must not get one name
        plain += f"-{hashlib.sha256(session.build.encode()).hexdigest()[:6]}"
    return f"ingot-{session.run[:8]}-{plain}"


def with_options(run: Run, options: Any, root: Path, *binds: str) -> Run:
    """Return how a container is run when the builder's options are added, and directories to be mounted."""
    container, host = dict(run.container), dict(run.host)
    volumes = [f"{_volume(source, root)}:{target}" for source, target in (options.volumes or {}).items()]
    for key, more in (
        ("binds", [*volumes, *binds]), ("tmpfs", options.tmpfs), ("devices", options.device),
        ("cap_add", options.cap_add), ("cap_drop", options.cap_drop),
    ):
        if more:
            host[key] = [*host.get(key, ()), *more]
    if options.privileged:
        host["privileged"] = True
    if options.runtime:
        host["runtime"] = options.runtime
    if options.platform:
        container["platform"] = options.platform
    return Run(run.image, container, host)


def _volume(source: str, root: Path) -> str:
    """Return a directory as the engine wants it; what has no slash is the name of a volume."""
    return str((root / source).absolute()) if "/" in source or source.startswith(".") else source


@asynccontextmanager
async def container(engine: Engine, session: Session, run: Run) -> AsyncIterator[str]:
    """Yield the id of a container that is made, not started; it is removed with its volumes. Raises ``Failed``."""
    told = dict(run.container)
    name = told.setdefault("name", name_of(session))
    told["labels"] = {**told.get("labels", {}), _RUN_LABEL: session.run, _BUILD_LABEL: session.build}
    about = {"engine": engine.address, "run": session.run}
    with session.noted(Resource("docker.container", name, about)) as gone:
        try:
            made = await engine.call(lambda client: client.create_container(
                run.image, **told, host_config=client.create_host_config(**run.host)
            ))
        except Refused:  # and nothing is made; after any other error nobody knows
            gone()
            raise
        try:
            yield made["Id"]
        finally:
            await _removed(engine, session, name, gone, lambda client: _remove(client, made["Id"]))


@asynccontextmanager
async def temporary_image(engine: Engine, session: Session) -> AsyncIterator[str]:
    """Yield a name for an image of the build's own, which goes when the build ends."""
    name = f"ingot-temporary/{name_of(session)}:latest"
    with session.noted(Resource("docker.image", name, {"engine": engine.address})) as gone:
        try:
            yield name
        finally:
            await _removed(engine, session, name, gone, lambda client: _remove_image(client, name))


@asynccontextmanager
async def directory(session: Session) -> AsyncIterator[Path]:
    """Yield the build's directory on this computer, which is made, and removed in the end."""
    with session.noted(Resource("docker.directory", str(session.work))) as gone:
        session.work.mkdir(parents=True)
        try:
            yield session.work
        finally:
            await held(shutil.rmtree, session.work, ignore_errors=True)
            gone()


async def _removed(
    engine: Engine, session: Session, name: str, gone: Callable[[], None], remove: Callable[[APIClient], None]
) -> None:
    """Remove something; when that fails, say so and leave the note: the build is over, and may have gone well."""
    try:
        await engine.call(remove)
    except Failed as error:
        session.say(f"{name} could not be removed from the Docker engine: {error}; `ingot gc` does it later")
    else:
        gone()


def _remove(client: APIClient, container_id: str) -> None:
    from docker.errors import NotFound

    try:
        client.remove_container(container_id, force=True, v=True)
    except NotFound:
        return


def _remove_image(client: APIClient, name: str) -> None:
    from docker.errors import NotFound

    try:
        client.remove_image(name, noprune=True)
    except NotFound:
        return


async def collect(engine: Engine, resource: Resource) -> None:
    """Remove a container or an image that a run left. Raises ``Failed``."""
    if resource.kind == "docker.image":
        await engine.call(lambda client: _remove_image(client, resource.id))
        return
    try:
        found = await engine.call(lambda client: client.inspect_container(resource.id))
    except Refused as refused:
        if refused.missing:
            return
        raise
    if found["Config"]["Labels"].get(_RUN_LABEL) == resource.about["run"]:  # and not somebody else's of that name
        await engine.call(lambda client: _remove(client, found["Id"]))


def config_to_keep(image: Mapping[str, Any], run: Run) -> dict[str, Any]:
    """Return the configuration for what becomes of a container of an image: the image's own.

    The engine would take the container's, with whatever shell was started in place of the image's program.
    """
    config = dict(image["Config"] or {})
    config.pop("OnBuild", None)  # was meant for this image's children, not for theirs
    config.pop("Image", None)
    config["Entrypoint"] = config.get("Entrypoint") or []
    config["Labels"] = {**(config.get("Labels") or {}), **run.container.get("labels", {})}
    return config


async def committed(
    engine: Engine, container_id: str, config: Mapping[str, Any], *,
    changes: Sequence[str], author: str | None, message: str | None,
) -> str:
    """Make an image of a container; return its id. Raises ``Failed``."""
    told: dict[str, Any] = {"changes": list(changes), "author": author, "message": message, "conf": dict(config)}
    made = await engine.wait(lambda client: client.commit(container_id, **told))
    image: str = made["Id"]
    return image
