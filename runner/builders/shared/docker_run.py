"""What ``docker run`` is told: its command line, read into what Docker's library wants to know."""

from __future__ import annotations

import os
import re
from argparse import ArgumentParser
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, NamedTuple, NoReturn

from runner.sdk import Failed

_IMAGE = re.compile(r"\{\{\s*\.Image\s*\}\}")
_TRUE = re.compile(r"^(--?[a-z-]+)=true$")


@dataclass(frozen=True, slots=True)
class Run:
    """How a container is run."""

    image: str
    container: Mapping[str, Any]
    """What ``create_container`` of the library is told."""
    host: Mapping[str, Any] = field(default_factory=dict)
    """What its ``create_host_config`` is told."""


def usual_run(image: str) -> Run:
    """Return how a container is run when nobody says how: a shell waits for a line that never comes."""
    return Run(image, {"entrypoint": ["/bin/sh"], "stdin_open": True})


def run_of(words: Sequence[str], image: str) -> Run:
    """Read the arguments of ``docker run``, in which ``{{.Image}}`` stands for the image. Raises ``Failed``."""
    given = vars(_parser().parse_args([_TRUE.sub(r"\1", _IMAGE.sub(lambda _: image, word)) for word in words]))
    told: dict[str, dict[str, Any]] = {"container": {}, "host": {}}
    if given["command"]:
        told["container"]["command"] = given["command"]
    for name, flag in _FLAGS.items():
        value = given[_long(name)]
        if value is not None and flag.key is not None:
            try:
                told[flag.where][flag.key] = flag.convert(value)
            except ValueError as error:
                raise Failed(f"run_command: {name.split()[-1]} cannot be {value!r}") from error
    return Run(given["image"], told["container"], told["host"])


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
    where: Literal["container", "host"]
    key: str | None
    """What the library calls it; nothing when it is so anyway: every container is detached, and removed."""
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
        found.append({"name": name, "soft": int(soft), "hard": int(hard or soft)})
    return found


def _graphics(value: str) -> list[dict[str, Any]]:
    return [{"count": -1 if value == "all" else int(value), "capabilities": [["gpu"]]}]


_FLAGS = {
    "-d --detach": _Flag("store_true", "container", None),
    "--rm": _Flag("store_true", "container", None),
    "-i --interactive": _Flag("store_true", "container", "stdin_open"),
    "-t --tty": _Flag("store_true", "container", "tty"),
    "--entrypoint": _Flag("store", "container", "entrypoint", lambda value: [value]),
    "--name": _Flag("store", "container", "name"),
    "-w --workdir": _Flag("store", "container", "working_dir"),
    "-u --user": _Flag("store", "container", "user"),
    "-h --hostname": _Flag("store", "container", "hostname"),
    "--platform": _Flag("store", "container", "platform"),
    "--stop-signal": _Flag("store", "container", "stop_signal"),
    "-e --env": _Flag("append", "container", "environment", _environment),
    "-l --label": _Flag("append", "container", "labels", _mapping),
    "--privileged": _Flag("store_true", "host", "privileged"),
    "--init": _Flag("store_true", "host", "init"),
    "--read-only": _Flag("store_true", "host", "read_only"),
    "--network --net": _Flag("store", "host", "network_mode"),
    "--ipc": _Flag("store", "host", "ipc_mode"),
    "--pid": _Flag("store", "host", "pid_mode"),
    "--uts": _Flag("store", "host", "uts_mode"),
    "--userns": _Flag("store", "host", "userns_mode"),
    "--cgroupns": _Flag("store", "host", "cgroupns"),
    "--shm-size": _Flag("store", "host", "shm_size"),
    "-m --memory": _Flag("store", "host", "mem_limit"),
    "--cpus": _Flag("store", "host", "nano_cpus", lambda value: int(float(value) * 1e9)),
    "--cpuset-cpus": _Flag("store", "host", "cpuset_cpus"),
    "--runtime": _Flag("store", "host", "runtime"),
    "--gpus": _Flag("store", "host", "device_requests", _graphics),
    "-v --volume": _Flag("append", "host", "binds"),
    "--volumes-from": _Flag("append", "host", "volumes_from"),
    "--tmpfs": _Flag("append", "host", "tmpfs"),
    "--device": _Flag("append", "host", "devices"),
    "--cap-add": _Flag("append", "host", "cap_add"),
    "--cap-drop": _Flag("append", "host", "cap_drop"),
    "--security-opt": _Flag("append", "host", "security_opt"),
    "--group-add": _Flag("append", "host", "group_add"),
    "--add-host": _Flag("append", "host", "extra_hosts"),
    "--dns": _Flag("append", "host", "dns"),
    "--dns-search": _Flag("append", "host", "dns_search"),
    "--sysctl": _Flag("append", "host", "sysctls", _mapping),
    "--ulimit": _Flag("append", "host", "ulimits", _limits),
}
"""Options of ``docker run``, by their names."""
