"""What ``docker run`` is told: its command line, read into what the engine wants to know."""

from __future__ import annotations

import os
import re
from argparse import ArgumentParser
from collections.abc import Callable, Mapping, Sequence
from dataclasses import field
from typing import Any, Literal, NamedTuple, NoReturn

from runner.frozen import frozen
from runner.sdk import Failed

_IMAGE = re.compile(r"\{\{\s*\.Image\s*\}\}")
_SIZE = re.compile(r"([0-9]+(?:\.[0-9]+)?)([bkmgt])?b?")
_TRUE = re.compile(r"^(--?[a-z-]+)=true$")


@frozen
class Run:
    """How a container is run."""

    image: str
    container: Mapping[str, Any] = field(default_factory=dict)
    """What the engine is told when it makes the container."""
    host: Mapping[str, Any] = field(default_factory=dict)
    """``HostConfig`` of that."""
    query: Mapping[str, str] = field(default_factory=dict)
    """What stands in the address of that: ``name`` and ``platform``."""


def usual_run(image: str) -> Run:
    """Return how a container is run when nobody says how: a shell waits for a line that never comes."""
    return Run(image, {"Entrypoint": ["/bin/sh"], "OpenStdin": True})


def run_of(words: Sequence[str], image: str) -> Run:
    """Read the arguments of ``docker run``, in which ``{{.Image}}`` stands for the image. Raises ``Failed``."""
    given = vars(_parser().parse_args([_TRUE.sub(r"\1", _IMAGE.sub(lambda _: image, word)) for word in words]))
    told: dict[str, dict[str, Any]] = {"container": {}, "host": {}, "query": {}}
    if given["command"]:
        told["container"]["Cmd"] = given["command"]
    for name, flag in _FLAGS.items():
        value = given[_long(name)]
        if value is not None and flag.key is not None:
            try:
                told[flag.where][flag.key] = flag.convert(value)
            except ValueError as error:
                raise Failed(f"run_command: {name.split()[-1]} cannot be {value!r}") from error
    return Run(given["image"], told["container"], told["host"], told["query"])


class _Words(ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise Failed(f"run_command: {message}", "only those options of `docker run` are known that matter for a build")


def _parser() -> ArgumentParser:
    parser = _Words("docker run", add_help=False, allow_abbrev=False)
    for name, flag in _FLAGS.items():
        parser.add_argument(*name.split(), action=flag.action, default=None, dest=_long(name))
    parser.add_argument("image")
    parser.add_argument("command", nargs="...")
    return parser


def _long(name: str) -> str:
    return next(each for each in name.split() if each.startswith("--"))


def _same(value: Any) -> Any:
    return value


class _Flag(NamedTuple):
    """An option of ``docker run``."""

    action: Literal["store", "append", "store_true"]
    where: Literal["container", "host", "query"]
    key: str | None
    """What the engine calls it; nothing when it is so anyway: every container is detached, and removed."""
    convert: Callable[[Any], Any] = _same


def _environment(values: list[str]) -> list[str]:
    """Return variables with their values; those without one have what this computer's environment says."""
    known = (each for each in values if "=" in each or each in os.environ)
    return [each if "=" in each else f"{each}={os.environ[each]}" for each in known]


def _mapping(values: list[str]) -> dict[str, str]:
    return {name: value for name, _, value in (each.partition("=") for each in values)}


def _limits(values: list[str]) -> list[dict[str, Any]]:
    found = []
    for name, value in _mapping(values).items():
        soft, _, hard = value.partition(":")
        found.append({"Name": name, "Soft": int(soft), "Hard": int(hard or soft)})
    return found


def _graphics(value: str) -> list[dict[str, Any]]:
    return [{"Count": -1 if value == "all" else int(value), "Capabilities": [["gpu"]]}]


def _size(value: str) -> int:
    """Return a size such as ``512m`` in bytes. Raises ``ValueError``."""
    found = _SIZE.fullmatch(value.lower())
    if found is None:
        raise ValueError(value)
    return int(float(found[1]) * 1024 ** "bkmgt".index(found[2] or "b"))


def tmpfs(values: Sequence[str]) -> dict[str, str]:
    """Return what ``--tmpfs PATH:OPTIONS`` says."""
    return {path: options for path, _, options in (each.partition(":") for each in values)}


def devices(values: Sequence[str]) -> list[dict[str, str]]:
    """Return what ``--device HERE:INSIDE:RIGHTS`` says."""
    found = []
    for each in values:
        here, *more = each.split(":")
        rights = more.pop() if more and set(more[-1]) <= set("rwm") else "rwm"
        found.append({
            "PathOnHost": here, "PathInContainer": more[0] if more else here, "CgroupPermissions": rights,
        })
    return found


_FLAGS = {
    "-d --detach": _Flag("store_true", "container", None),
    "--rm": _Flag("store_true", "container", None),
    "-i --interactive": _Flag("store_true", "container", "OpenStdin"),
    "-t --tty": _Flag("store_true", "container", "Tty"),
    "--entrypoint": _Flag("store", "container", "Entrypoint", lambda value: [value]),
    "--name": _Flag("store", "query", "name"),
    "-w --workdir": _Flag("store", "container", "WorkingDir"),
    "-u --user": _Flag("store", "container", "User"),
    "-h --hostname": _Flag("store", "container", "Hostname"),
    "--platform": _Flag("store", "query", "platform"),
    "--stop-signal": _Flag("store", "container", "StopSignal"),
    "-e --env": _Flag("append", "container", "Env", _environment),
    "-l --label": _Flag("append", "container", "Labels", _mapping),
    "--privileged": _Flag("store_true", "host", "Privileged"),
    "--init": _Flag("store_true", "host", "Init"),
    "--read-only": _Flag("store_true", "host", "ReadonlyRootfs"),
    "--network --net": _Flag("store", "host", "NetworkMode"),
    "--ipc": _Flag("store", "host", "IpcMode"),
    "--pid": _Flag("store", "host", "PidMode"),
    "--uts": _Flag("store", "host", "UTSMode"),
    "--userns": _Flag("store", "host", "UsernsMode"),
    "--cgroupns": _Flag("store", "host", "CgroupnsMode"),
    "--shm-size": _Flag("store", "host", "ShmSize", _size),
    "-m --memory": _Flag("store", "host", "Memory", _size),
    "--cpus": _Flag("store", "host", "NanoCpus", lambda value: int(float(value) * 1e9)),
    "--cpuset-cpus": _Flag("store", "host", "CpusetCpus"),
    "--runtime": _Flag("store", "host", "Runtime"),
    "--gpus": _Flag("store", "host", "DeviceRequests", _graphics),
    "-v --volume": _Flag("append", "host", "Binds"),
    "--volumes-from": _Flag("append", "host", "VolumesFrom"),
    "--tmpfs": _Flag("append", "host", "Tmpfs", tmpfs),
    "--device": _Flag("append", "host", "Devices", devices),
    "--cap-add": _Flag("append", "host", "CapAdd"),
    "--cap-drop": _Flag("append", "host", "CapDrop"),
    "--security-opt": _Flag("append", "host", "SecurityOpt"),
    "--group-add": _Flag("append", "host", "GroupAdd"),
    "--add-host": _Flag("append", "host", "ExtraHosts"),
    "--dns": _Flag("append", "host", "Dns"),
    "--dns-search": _Flag("append", "host", "DnsSearch"),
    "--sysctl": _Flag("append", "host", "Sysctls", _mapping),
    "--ulimit": _Flag("append", "host", "Ulimits", _limits),
}
"""Options of ``docker run``, by their names."""
