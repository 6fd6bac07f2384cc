"""A Debian with a MariaDB and a PostgreSQL server that run, for tests of the modules that work on them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import pytest
from harness import Machine, Missing, remove
from harness import debian as container_of

_PREPARE = """
set -e
apt-get update -qq
DEBIAN_FRONTEND=noninteractive apt-get install -qq --no-install-recommends \
  mariadb-server postgresql bzip2 xz-utils >/dev/null
service mariadb start >/dev/null
service postgresql start >/dev/null
"""


class Databases(NamedTuple):
    """The machine, as root and as the user to whom PostgreSQL belongs."""

    root: Machine
    postgres: Machine


@pytest.fixture(scope="session")
def databases(debian: str) -> Iterator[Databases]:
    try:
        root, container = container_of(debian)
    except Missing as error:
        pytest.skip(f"no container of Debian: {error}")
    root.sh(_PREPARE)
    postgres = Machine(("docker", "exec", "--interactive", "--user", "postgres", "--workdir", "/tmp", container))
    yield Databases(root, postgres)
    postgres.close()
    root.close()
    remove(container)
