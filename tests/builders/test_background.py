"""Tasks with ``async``: waited for, or in the background."""

from __future__ import annotations

import os
from textwrap import dedent, indent

import pytest
from conftest import Ingot

HEAD = """
sources:
  box: {builder: docker, image: "IMAGE", pull: false, discard: true}
plays:
  - sources: [box]
    tasks:
"""

WELL = {
    "the build goes on": """
        - shell: while [ ! -e /tmp/go ]; do sleep 0.05; done; echo gone
          async: 30
          poll: 0
          register: job
        - assert: {that: [job is changed, job.started == 1, job.finished == 0]}
        - async_status: {jid: "{{ job.ansible_job_id }}"}
          register: early
        - assert: {that: [early is not finished, early is started]}
        - command: touch /tmp/go
        - async_status: {jid: "{{ job.ansible_job_id }}"}
          register: late
          until: late is finished
          retries: 50
          delay: 0.1
        - assert: {that: [late.stdout == 'gone', late is changed, late.rc == 0]}
        - async_status: {jid: "{{ job.ansible_job_id }}", mode: cleanup}
    """,
    "waited for": """
        - command: echo done
          async: 30
          register: done
        - assert: {that: [done.stdout == 'done', done.finished == 1]}
    """,
    "a failure is told when it is asked for": """
        - command: "false"
          async: 30
          poll: 0
          register: job
        - async_status: {jid: "{{ job.ansible_job_id }}"}
          register: late
          until: late is finished
          delay: 0.1
          retries: 50
          ignore_errors: true
        - assert: {that: [late is failed, late.rc == 1]}
    """,
    "too long": """
        - command: sleep 100
          async: 1
          poll: 0
          register: job
        - async_status: {jid: "{{ job.ansible_job_id }}"}
          register: late
          until: late is finished
          delay: 0.1
          retries: 50
          ignore_errors: true
        - assert: {that: [late is failed]}
        - shell: ps | grep '[s]leep 100'
          failed_when: false
          register: left
        - assert: {that: [left.stdout == '']}
    """,
}
BADLY = {
    "no such job": ("- async_status: {jid: j9}\n", "could not find job j9"),
    "waited for, too long": ("- {command: sleep 100, async: 1, poll: 1}\n", "it was not done within 1 second"),
}


def answer(ingot: Ingot, busybox: str, tasks: str) -> tuple[int, str]:
    """Return the exit status and what was said when these tasks were run."""
    ingot.write({"playbook.yml": HEAD.replace("IMAGE", busybox) + indent(dedent(tasks), "      ")})
    found = ingot("build", "playbook.yml", DOCKER_HOST=os.environ["DOCKER_HOST"])
    return found.status, found.stdout + found.stderr


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize("tasks", WELL.values(), ids=WELL)
def test_tasks_in_the_background(ingot: Ingot, busybox: str, tasks: str) -> None:
    status, said = answer(ingot, busybox, tasks)
    assert status == 0, said


@pytest.mark.usefixtures("engine")
@pytest.mark.parametrize(("tasks", "message"), BADLY.values(), ids=BADLY)
def test_what_fails(ingot: Ingot, busybox: str, tasks: str, message: str) -> None:
    status, said = answer(ingot, busybox, tasks)
    assert status == 1
    assert message in said


@pytest.mark.usefixtures("engine")
def test_what_still_runs_at_the_end_belongs_to_the_image(ingot: Ingot, busybox: str) -> None:
    tasks = "- {shell: sleep 0.5; echo late > /late, async: 30, poll: 0}\n"
    ingot.write({"playbook.yml": (HEAD.replace("IMAGE", busybox) + indent(tasks, "      ")).replace(
        "discard: true", "export_path: box.tar")})
    found = ingot("build", "playbook.yml", DOCKER_HOST=os.environ["DOCKER_HOST"])
    assert found.status == 0, found.stderr
    import tarfile

    with tarfile.open(ingot.directory / "box.tar") as archive:
        assert "late" in archive.getnames()
