"""Containers that are kept in the middle of a build, and builds that go on from them."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import Ingot
from remembered import Box


@pytest.fixture
def box(ingot: Ingot, engine: str, docker: Any, busybox: str) -> Iterator[Box]:
    made = Box(ingot, engine, docker, busybox)
    yield made
    assert docker.containers(all=True, filters={"label": f"ingot.build={made.name}.box"}) == []
    made.close()


def sh(text: str, **keywords: Any) -> dict[str, Any]:
    return {"name": text, "shell": text, **keywords}


def kept(text: str, **keywords: Any) -> dict[str, Any]:
    return sh(text, checkpoint=True, **keywords)


TASKS = [sh("echo 1 >/one"), kept("echo 2 >/two; rm /etc/group; chmod 700 /root"), sh("cat /one /two >/three")]


class TestGoingOn:
    def test_a_build_goes_on_from_the_last_checkpoint(self, box: Box) -> None:
        first = box(*TASKS)
        assert first.status == 0, str(first)
        assert "Keeping the container" in first.said
        again = box(*TASKS, sh("cat /three >/four"))
        assert again.status == 0, str(again)
        assert "from ingot-checkpoint:" in again.said
        assert "Catching up: 1 command of 1 task" in again.said
        anew = box.build("--no-cache")
        assert box.files(again.image) == box.files(anew.image)
        assert box.config(again.image) == box.config(anew.image)
        assert "group" not in {name.removeprefix("etc/") for name in box.files(again.image)}

    def test_an_image_with_checkpoints_has_the_configuration_of_its_base(self, box: Box) -> None:
        plain = box(*(each | {"checkpoint": False} for each in TASKS))
        ran = box(*TASKS, sh("true"))
        assert box.config(ran.image) == box.config(plain.image)

    def test_each_layer_is_only_its_own_difference(self, box: Box, docker: Any) -> None:
        ran = box(kept("head -c 3000000 /dev/urandom >/large"), kept("echo 2 >/small"), sh("echo 3 >/other"))
        layers = [each["Size"] for each in docker.history(ran.image)[:3]]
        assert [size > 1_000_000 for size in layers] == [False, False, True]

    def test_a_checkpoint_that_is_gone_is_done_without(self, box: Box, docker: Any) -> None:
        box(*TASKS)
        for name in box.checkpoints:
            docker.remove_image(name, force=True)
        ran = box(*TASKS, sh("cat /three"))
        assert ran.status == 0, str(ran)
        assert "Catching up: 3 commands of 3 tasks" in ran.said

    def test_the_machine_is_another_one_afterwards(self, box: Box) -> None:
        ran = box(kept("true"), sh("hostname", register="said"), {"assert": {"that": ["build.ID[:12] == said.stdout"]}})
        assert ran.status == 0, str(ran)

    def test_what_a_failed_build_has_kept_is_gone_on_from(self, box: Box) -> None:
        box(*TASKS, sh("false"))
        ran = box(*TASKS, sh("cat /three"))
        assert ran.status == 0, str(ran)
        assert "from ingot-checkpoint:" in ran.said


BUILD = [sys.executable, "-c", "from runner.cli.main import main; raise SystemExit(main(['build', 'playbook.yml']))"]


NOT_KEPT: dict[str, tuple[dict[str, Any], list[Any]]] = {
    "a program runs": ({}, [kept("sleep 100 >/dev/null 2>&1 &")]),
    "the engine's files are changed": ({}, [kept("echo 10.0.0.1 other >>/etc/hosts")]),
    "files in memory": ({"tmpfs": ["/quick"]}, [kept("true")]),
    "a directory of this computer": ({"container_dir": "/shared"}, [kept("true")]),
    "checkpoint: false": ({}, [sh("true", checkpoint=False)]),
}


@pytest.mark.parametrize("case", NOT_KEPT)
def test_what_is_not_kept(box: Box, case: str) -> None:
    options, tasks = NOT_KEPT[case]
    box.source |= options
    ran = box(*tasks, sh("echo more"))
    assert ran.status == 0, str(ran)
    assert box.checkpoints == set()


def test_a_container_with_a_volume_is_not_kept(box: Box, ingot: Ingot) -> None:
    ingot.write({"Dockerfile": f"FROM {box.source.pop('image')}\nVOLUME /data"})
    box.source["build"] = {"path": "Dockerfile", "pull": False}
    ran = box(kept("echo 1 >/data/one"), sh("cat /data/one"))
    assert ran.status == 0, str(ran)
    assert box.checkpoints == set()


def test_work_that_took_long_is_kept(box: Box) -> None:
    box.keeps_by_itself = True
    ran = box(sh("sleep 11"), sh("true", checkpoint=False))
    assert ran.status == 0, str(ran)
    assert len(box.checkpoints) == 1


@pytest.mark.parametrize("at", [1, 2, 3, 4])
def test_a_build_that_was_killed_goes_on(box: Box, ingot: Ingot, at: int) -> None:
    """Killed while it does one of its steps, a build leaves nothing that makes the next one's image another."""
    tasks = [sh("echo 1 >/one"), kept("cat /one >/two; echo 2 >>/two"), sh("cat /two >/three"), sh("cat /three >/four")]
    stopped = [dict(each) for each in tasks]
    flag = ingot.directory / "reached"
    here = {"name": "here", "shell_local": f"touch {flag}; sleep 100"}
    box.write(*stopped[:at], here, *stopped[at:])
    environment = {**os.environ, **ingot.environment, "DOCKER_HOST": box.engine}
    process = subprocess.Popen(BUILD, cwd=ingot.directory, env=environment, stdout=subprocess.DEVNULL)
    until = time.monotonic() + 120
    while not flag.exists() and time.monotonic() < until and process.poll() is None:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert flag.exists()
    ran = box(*tasks)
    assert ran.status == 0, str(ran)
    assert len(ran.cached) == at + 1
    undisturbed = box.build("--no-cache")
    assert box.files(ran.image) == box.files(undisturbed.image)
    assert ingot("gc", DOCKER_HOST=box.engine).status == 0


def test_two_runs_share_a_cache(box: Box, ingot: Ingot, tmp_path: Path) -> None:
    box.write(*TASKS, kept("cat /three >/four"))
    environment = {**os.environ, **ingot.environment, "DOCKER_HOST": box.engine}
    runs = [
        subprocess.Popen(BUILD, cwd=ingot.directory, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        for _ in range(2)
    ]
    said = [each.communicate()[0].decode() for each in runs]
    assert [each.returncode for each in runs] == [0, 0], "\n".join(said)
    assert not any("W814" in each for each in said)
    images = [re.findall(r"sha256:[0-9a-f]{64}", each)[-1] for each in said]
    assert box.files(images[0]) == box.files(images[1])
    assert box.build().started == 0
