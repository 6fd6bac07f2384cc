"""``verify`` on a container that is started from the finished image."""

from __future__ import annotations

import json
import os

import pytest
from conftest import Ingot
from docker.api.client import APIClient

PLAYBOOK = """
sources:
  box: {builder: docker, image: "IMAGE", pull: false, commit: true}
plays:
  - name: web
    sources: [box]
    tasks:
      - shell: echo made >/etc/made
"""
VERIFY = """
    verify:
      - command: {cmd: grep made /etc/made}
      - assert: {that: WANTED}
"""


def images(docker: APIClient, ingot: Ingot) -> int:
    """Return how many images are left of the runs in a directory."""
    runs = (ingot.directory / ".ingot" / "runs").glob("*/events.jsonl")
    names = [json.loads(run.read_text().splitlines()[0])["run"] for run in runs]
    return sum(len(docker.images(filters={"label": f"ingot.run={name}"})) for name in names)


@pytest.mark.parametrize(("wanted", "expected"), [("1 == 1", (0, 1)), ("1 == 2", (1, 0))], ids=["good", "failing"])
def test_an_image_that_fails_its_checks_goes(
    ingot: Ingot, docker: APIClient, busybox: str, wanted: str, expected: tuple[int, int]
) -> None:
    ingot.write({"playbook.yml": (PLAYBOOK + VERIFY).replace("IMAGE", busybox).replace("WANTED", f"'{wanted}'")})
    answer = ingot("build", "playbook.yml", DOCKER_HOST=os.environ["DOCKER_HOST"])
    assert (answer.status, images(docker, ingot)) == expected, answer.stdout + answer.stderr
