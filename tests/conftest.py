"""What tests of several rooms share: the command line, run in this process in a directory of its own."""

from __future__ import annotations

import io
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import chdir, redirect_stderr, redirect_stdout, suppress
from pathlib import Path
from typing import Any, NamedTuple
from unittest.mock import patch

import engines
import pytest
from aws_cloud import ami, cloud
from database_machines import databases
from docker.api.client import APIClient
from docker.errors import APIError
from hypothesis import HealthCheck, settings
from module_machines import busybox_machine, debian_machine, machine, place
from ssh_servers import agent, has_sshd, sshd, start_sshd

from runner.cli.main import main

# How long an example takes says nothing of the code where other tests run beside it.
settings.register_profile("ingot", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("ingot")

__all__ = [
    "agent", "ami", "busybox_machine", "cloud", "databases", "debian_machine", "has_sshd", "machine", "place", "sshd",
    "start_sshd",
]
SHARED = "INGOT_TEST_SHARED"
"""The environment variable that has the directory of what the test processes share."""


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        os.environ[SHARED] = tempfile.mkdtemp(prefix="ingot-tests-")
        os.environ["INGOT_CACHE_DIR"] = f"{os.environ[SHARED]}/cache"  # no test is to find what one before it has done


def pytest_unconfigure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):
        engines.stop(Path(os.environ[SHARED]))


class Answer(NamedTuple):
    """What a command gave."""

    status: int
    stdout: str
    stderr: str


class Ingot:
    """Runs commands in ``directory``, with an environment that holds nothing of the tester's."""

    def __init__(self, directory: Path, state: Path) -> None:
        self.directory = directory
        self.environment = {
            "PATH": os.environ["PATH"], "SOURCE_DATE_EPOCH": "1700000000", "XDG_STATE_HOME": str(state),
            "INGOT_CACHE_DIR": str(state.with_name("cache")),
        }

    def __call__(self, *words: str, stdin: str = "", **environment: str) -> Answer:
        """Return what ``ingot WORDS`` gives."""
        shown, remarks = io.StringIO(), io.StringIO()
        given = io.TextIOWrapper(io.BufferedReader(io.BytesIO(stdin.encode())), encoding="utf-8")
        replaced = patch.dict(os.environ, {**self.environment, **environment}, clear=True)
        piped = patch.object(sys, "stdin", given)
        with chdir(self.directory), redirect_stdout(shown), redirect_stderr(remarks), replaced, piped:
            try:
                status = main(words)
            except SystemExit as left:
                status = int(left.code or 0)
        return Answer(status, shown.getvalue(), remarks.getvalue())

    def write(self, files: Mapping[str, str]) -> None:
        """Write files; a text without a line end gets one."""
        for name, text in files.items():
            path = self.directory / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text if text.endswith("\n") else f"{text}\n", encoding="utf-8")

    def plan(self, *words: str, **environment: str) -> dict[str, Any]:
        """Return the plan that ``ingot plan WORDS`` makes; ``playbook.yml`` when no word names another one."""
        playbook = () if words and not words[0].startswith("-") else ("playbook.yml",)
        answer = self("plan", *playbook, *words, "--json", **environment)
        assert answer.status == 0, answer.stderr
        found: dict[str, Any] = json.loads(answer.stdout)
        return found


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Work in a fresh directory: names of files are told as they are seen from there."""
    monkeypatch.chdir(tmp_path)


@pytest.fixture
def ingot(tmp_path: Path) -> Ingot:
    directory = tmp_path / "project"
    directory.mkdir()
    return Ingot(directory, tmp_path / "state")


@pytest.fixture(scope="session")
def shared() -> Path:
    """A directory that all test processes have in common."""
    return Path(os.environ[SHARED])


@pytest.fixture(scope="session")
def engine(shared: Path) -> Iterator[str]:
    """The address of a Docker engine, which is in ``DOCKER_HOST`` from now on: that named there, or one of our own."""
    try:
        found = engines.address(shared)
    except engines.Missing as missing:
        pytest.skip(str(missing))
    with patch.dict(os.environ, {"DOCKER_HOST": found}):
        yield found


@pytest.fixture(scope="session")
def docker(engine: str) -> Iterator[APIClient]:
    """Docker's library, connected to the engine."""
    client = engines.client_of(engine)
    yield client
    client.close()


@pytest.fixture(scope="session")
def busybox(docker: APIClient) -> Iterator[str]:
    """The name of an image of 2 MB with busybox, a user ``worker``, an ``ENV``, a ``CMD`` and a ``LABEL``."""
    name = f"ingot-tests/busybox:{os.getpid()}"
    try:
        engines.import_busybox(docker, name)
    except engines.Missing as missing:
        pytest.skip(str(missing))
    yield name
    with suppress(APIError):
        docker.remove_image(name, force=True)


@pytest.fixture(scope="session")
def debian_tar(shared: Path) -> Path:
    """A tar file of a small Debian, of the release of this machine."""
    try:
        return engines.debian_tar(shared)
    except engines.Missing as missing:
        pytest.skip(str(missing))


@pytest.fixture(scope="session")
def debian(docker: APIClient, debian_tar: Path) -> Iterator[str]:
    """The name of an image of a small Debian."""
    name = f"ingot-tests/debian:{os.getpid()}"
    docker.import_image(src=str(debian_tar), repository=name.partition(":")[0], tag=str(os.getpid()))
    yield name
    with suppress(APIError):
        docker.remove_image(name, force=True)
