"""The configuration of a container image: the base's, with what the options change."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any

from runner.builders.rootfs.images import Platform

_PLAIN: Mapping[str, Any] = {"Env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"]}
"""What holds for files that come without a configuration."""
_OPTIONS = (
    "entrypoint", "cmd", "user", "workdir", "exposed_ports", "volumes", "stop_signal", "labels", "author", "tags",
)
"""What only a container image has. ``env`` also holds while the machine is built."""


def gap(options: Mapping[str, Any], *, wanted: bool) -> str | None:
    """Return which of these options has no place in the result when no container image is ``wanted``."""
    given = None if wanted else next((name for name in _OPTIONS if options.get(name) is not None), None)
    return given and f"{given} without a container image: format is neither oci nor docker-archive"


def changed(base: Mapping[str, Any] | None, options: Any) -> dict[str, Any]:
    """Return the part of the configuration that containers are started by."""
    found = dict(_PLAIN if base is None else base.get("config") or {})
    for name in ("Image", "OnBuild", "ArgsEscaped"):  # were meant for the base and what Docker built of it
        found.pop(name, None)
    if options.env:
        found["Env"] = _environment(found.get("Env") or (), options.env)
    if options.entrypoint is not None:
        found["Entrypoint"] = options.entrypoint
        found.pop("Cmd", None)  # as in a Dockerfile: they were arguments of another program
    given = {
        "Cmd": options.cmd, "User": options.user, "WorkingDir": options.workdir, "StopSignal": options.stop_signal,
    }
    found |= {name: value for name, value in given.items() if value is not None}
    if options.labels:
        found["Labels"] = {**(found.get("Labels") or {}), **options.labels}
    for name, values in (("ExposedPorts", _ports(options.exposed_ports)), ("Volumes", options.volumes)):
        if values:
            found[name] = {**(found.get(name) or {}), **{each: {} for each in values}}
    return found


def _environment(before: Sequence[str], changes: Mapping[str, str]) -> list[str]:
    kept = {name: value for name, _, value in (each.partition("=") for each in before)}
    return [f"{name}={value}" for name, value in {**kept, **changes}.items()]


def _ports(ports: Sequence[str] | None) -> list[str]:
    return [each if "/" in each else f"{each}/tcp" for each in ports or ()]


def whole(
    base: Mapping[str, Any] | None, options: Any, platform: Platform, layers: Sequence[Mapping[str, Any]]
) -> dict[str, Any]:
    """Return the whole configuration of an image with these layers, the last of which the build made."""
    epoch = options.source_date_epoch
    moment = datetime.now(UTC) if epoch is None else datetime.fromtimestamp(epoch, UTC)
    created = moment.strftime("%Y-%m-%dT%H:%M:%SZ")
    found = {key: value for key, value in (base or {}).items() if key in ("architecture", "os", "variant", "author")}
    found.setdefault("os", "linux")
    found.setdefault("architecture", platform.architecture)
    if platform.variant and base is None:
        found["variant"] = platform.variant
    if options.author is not None:
        found["author"] = options.author
    history = [*((base or {}).get("history") or ()), {"created": created, "created_by": "ingot"}]
    return {
        **found, "created": created, "config": changed(base, options), "history": history,
        "rootfs": {"type": "layers", "diff_ids": [each["diff_id"] for each in layers]},
    }
