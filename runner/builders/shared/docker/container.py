"""Containers and images that a build makes on the engine, and removes."""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from runner.builders.shared.docker.run import Run, devices, tmpfs
from runner.communicators.docker.engine import Engine
from runner.communicators.docker.http import Refused
from runner.sdk import Failed, Resource, Session

_PROXIES = {
    "httpProxy": "HTTP_PROXY", "httpsProxy": "HTTPS_PROXY", "ftpProxy": "FTP_PROXY", "noProxy": "NO_PROXY",
    "allProxy": "ALL_PROXY",
}
_CONFLICT = 409
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
    host = dict(run.host)
    volumes = [f"{_volume(source, root)}:{target}" for source, target in (options.volumes or {}).items()]
    for key, more in (
        ("Binds", [*volumes, *binds]), ("Devices", devices(options.device or ())),
        ("CapAdd", options.cap_add), ("CapDrop", options.cap_drop),
    ):
        if more:
            host[key] = [*host.get(key, ()), *more]
    if options.tmpfs:
        host["Tmpfs"] = {**host.get("Tmpfs", {}), **tmpfs(options.tmpfs)}
    if options.privileged:
        host["Privileged"] = True
    if options.runtime:
        host["Runtime"] = options.runtime
    query = {**run.query, "platform": options.platform} if options.platform else run.query
    return Run(run.image, run.container, host, query)


def _volume(source: str, root: Path) -> str:
    """Return a directory as the engine wants it; what has no slash is the name of a volume."""
    return str((root / source).absolute()) if "/" in source or source.startswith(".") else source


@asynccontextmanager
async def container(engine: Engine, session: Session, run: Run) -> AsyncIterator[str]:
    """Yield the id of a container that is made, not started; it is removed with its volumes. Raises ``Failed``."""
    name = run.query.get("name", name_of(session))
    labels = {**run.container.get("Labels", {}), _RUN_LABEL: session.run, _BUILD_LABEL: session.build}
    told = {**run.container, "Image": run.image, "Labels": labels, "HostConfig": run.host}
    if proxies := _proxies(os.environ):
        told["Env"] = [*proxies, *told.get("Env", ())]
    about = {"engine": engine.address, "run": session.run}
    with session.noted(Resource("docker.container", name, about)) as gone:
        try:
            query = urlencode({**run.query, "name": name})
            made = await engine.ask("POST", f"/containers/create?{query}", told)
        except Refused:  # and nothing is made; after any other error nobody knows
            gone()
            raise
        try:
            yield made["Id"]
        finally:
            await _removed(session, name, gone, _remove(engine, made["Id"]))


@asynccontextmanager
async def temporary_image(engine: Engine, session: Session) -> AsyncIterator[str]:
    """Yield a name for an image of the build's own, which goes when the build ends."""
    name = f"ingot-temporary/{name_of(session)}:latest"
    with session.noted(Resource("docker.image", name, {"engine": engine.address})) as gone:
        try:
            yield name
        finally:
            await _removed(session, name, gone, _remove_image(engine, name))


@asynccontextmanager
async def halted(engine: Engine, container_id: str) -> AsyncIterator[None]:
    """Have a container whose files stay as they are while they are read: all that runs in it is killed.

    The engine does this, the reading and the removal together faster than the last two alone of a container that
    runs. After a failure it is started again, for whoever wants to look into it.
    """
    try:
        await engine.ask("POST", f"/containers/{container_id}/kill")
    except Refused as refused:
        if refused.status != _CONFLICT:
            raise
        yield  # it has ended by itself, or never ran
        return
    try:
        yield
    except BaseException:
        with suppress(Failed):
            await engine.ask("POST", f"/containers/{container_id}/start")
        raise


async def _removed(session: Session, name: str, gone: Callable[[], None], removal: Awaitable[None]) -> None:
    """Remove something; when that fails, say so and leave the note: the build is over, and may have gone well."""
    try:
        await removal
    except Failed as error:
        session.say(f"{name} could not be removed from the Docker engine: {error}; `ingot gc` does it later")
    else:
        gone()


async def _remove(engine: Engine, container_id: str) -> None:
    await _delete(engine, f"/containers/{container_id}?force=1&v=1")


async def _remove_image(engine: Engine, name: str) -> None:
    await _delete(engine, f"/images/{name}?noprune=1")


async def _delete(engine: Engine, path: str) -> None:
    """Have something removed; what is not there is gone already. Raises ``Failed``."""
    try:
        await engine.ask("DELETE", path)
    except Refused as refused:
        if not refused.missing:
            raise


async def collect(engine: Engine, resource: Resource) -> None:
    """Remove a container or an image that a run left. Raises ``Failed``."""
    if resource.kind == "docker.image":
        await _remove_image(engine, resource.id)
        return
    try:
        found = await engine.ask("GET", f"/containers/{resource.id}/json")
    except Refused as refused:
        if refused.missing:
            return
        raise
    if found["Config"]["Labels"].get(_RUN_LABEL) == resource.about["run"]:  # and not somebody else's of that name
        await _remove(engine, found["Id"])


def _proxies(environ: Mapping[str, str]) -> list[str]:
    """Return the proxies of Docker's configuration file as variables, which the ``docker`` program sets as well."""
    directory = Path(environ.get("DOCKER_CONFIG") or Path.home() / ".docker")
    try:
        known = json.loads((directory / "config.json").read_text("utf-8"))["proxies"]["default"]
        values = [(_PROXIES[key], value) for key, value in known.items() if key in _PROXIES]
    except (OSError, ValueError, KeyError, TypeError, AttributeError):  # there are none
        return []
    return [f"{each}={value}" for name, value in values for each in (name, name.lower())]


def config_to_keep(image: Mapping[str, Any], run: Run) -> dict[str, Any]:
    """Return the configuration for what becomes of a container of an image: the image's own.

    The engine would take the container's, with whatever shell was started in place of the image's program.
    """
    config = dict(image["Config"] or {})
    config.pop("OnBuild", None)  # was meant for this image's children, not for theirs
    config.pop("Image", None)
    config["Entrypoint"] = config.get("Entrypoint") or []
    config["Labels"] = {**(config.get("Labels") or {}), **run.container.get("Labels", {})}
    return config


async def committed(
    engine: Engine, container_id: str, config: Mapping[str, Any], *,
    changes: Sequence[str], author: str | None, message: str | None,
) -> str:
    """Make an image of a container; return its id. Raises ``Failed``."""
    query = [("container", container_id), *(("changes", change) for change in changes)]
    query += [(name, value) for name, value in (("author", author), ("comment", message)) if value]
    made = await engine.ask("POST", f"/commit?{urlencode(query)}", config, patience=None)
    image: str = made["Id"]
    return image
