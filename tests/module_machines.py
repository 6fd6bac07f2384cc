"""Machines for tests of modules: a container of Debian, and one with busybox alone."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from harness import Machine, Missing, remove
from harness import busybox as busybox_below
from harness import debian as container_of


@pytest.fixture(scope="session")
def debian_machine(debian: str) -> Iterator[Machine]:
    try:
        machine, container = container_of(debian)
    except Missing as error:
        pytest.skip(f"no container of Debian: {error}")
    yield machine
    machine.close()
    remove(container)


@pytest.fixture(scope="session")
def busybox_machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    try:
        machine = busybox_below(tmp_path_factory.mktemp("busybox"))
    except Missing as error:
        pytest.skip(str(error))
    yield machine
    machine.close()


@pytest.fixture(params=["debian", "busybox"])
def machine(request: pytest.FixtureRequest, tmp_path: Path) -> Machine:
    """Return each machine in turn; the playbook's directory is a fresh one."""
    found: Machine = request.getfixturevalue(f"{request.param}_machine")
    found.here = tmp_path
    return found


@pytest.fixture
def place(machine: Machine) -> Iterator[str]:
    """Yield a fresh directory on the machine."""
    path = machine.sh("mktemp -d /tmp/ingot-XXXXXX").strip()
    yield path
    machine.sh('chattr -R -i "$1" 2>/dev/null; rm -rf "$1"', path)
