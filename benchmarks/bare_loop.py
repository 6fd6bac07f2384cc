"""Make containers at once as a build does, with the engine's calls and nothing else: what the engine can do.

usage: bare_loop.py IMAGE NUMBER CHANGE; prints the images that were made.
"""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor

import docker
from docker.utils import kwargs_from_env

_PATIENCE = 600


def main(image: str, number: int, change: str) -> None:
    """Make the images, all at once."""
    client = docker.APIClient(timeout=_PATIENCE, version="auto", max_pool_size=number, **kwargs_from_env())

    def build(_: int) -> str:
        container = client.create_container(image, ["/bin/sh"], stdin_open=True, tty=True)["Id"]
        client.start(container)
        command = client.exec_create(container, ["/bin/sh", "-c", "echo hello"])["Id"]
        client.exec_start(command)
        if client.exec_inspect(command)["ExitCode"] != 0:
            raise SystemExit(f"the command in {container} has failed")
        made: str = client.commit(container, changes=[change])["Id"]
        client.remove_container(container, force=True)
        return made

    with ThreadPoolExecutor(number) as threads:
        print(*threads.map(build, range(number)), sep="\n")


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), sys.argv[3])
