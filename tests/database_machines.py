"""A Debian with a MariaDB and a PostgreSQL server that run, for tests of the modules that work on them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

import engines
import pytest
from docker.api.client import APIClient
from docker.errors import APIError
from harness import Machine, Missing, remove
from harness import debian as container_of

_INSTALL = """
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends \
  mariadb-server postgresql bzip2 xz-utils >/dev/null
"""
_START = """
service mariadb start >/dev/null
service postgresql start >/dev/null
until runuser -u postgres -- psql -c '' 2>/dev/null; do sleep 0.1; done
"""


class Databases(NamedTuple):
    """The machine, as root and as the user to whom PostgreSQL belongs."""

    root: Machine
    postgres: Machine


@pytest.fixture(scope="session")
def databases_image(docker: APIClient, debian: str, shared: Path) -> Iterator[str]:
    """The name of an image with both servers, which the test processes make once."""
    repository, tag = "ingot-tests/databases", shared.name
    name = f"{repository}:{tag}"
    with engines.locked(shared, "databases"):
        if not docker.images(name=name):
            machine, container = container_of(debian)
            machine.sh(_INSTALL)
            machine.close()
            docker.commit(container, repository=repository, tag=tag)
            remove(container)
    yield name
    with suppress(APIError):  # another process needs it still, and removes it
        docker.remove_image(name)


@pytest.fixture(scope="session")
def databases(databases_image: str) -> Iterator[Databases]:
    try:
        root, container = container_of(databases_image)
    except Missing as error:
        pytest.skip(f"no container of Debian: {error}")
    root.sh(_START)
    postgres = Machine(("docker", "exec", "--interactive", "--user", "postgres", "--workdir", "/tmp", container))
    yield Databases(root, postgres)
    postgres.close()
    root.close()
    remove(container)
