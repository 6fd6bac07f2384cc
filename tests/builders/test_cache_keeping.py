"""What becomes of the cache: its limit, a full disk, several builds of a graph, and its way to other computers."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import Ingot
from remembered import Box, Ran

import runner


@pytest.fixture
def box(ingot: Ingot, engine: str, docker: Any, busybox: str) -> Iterator[Box]:
    made = Box(ingot, engine, docker, busybox)
    yield made
    made.close()


def sh(text: str, **keywords: Any) -> dict[str, Any]:
    return {"name": text, "shell": text, **keywords}


def kept(text: str) -> dict[str, Any]:
    return sh(text, checkpoint=True)


class TestLimit:
    def test_what_was_of_no_use_for_longest_goes_first(self, box: Box) -> None:
        box.write(kept("head -c 3000000 /dev/urandom >/first"), sh("true"))
        box.build(INGOT_CACHE_SIZE="5M")
        (first,) = box.checkpoints
        box.write(kept("head -c 3000000 /dev/urandom >/second"), sh("true"))
        ran = box.build(INGOT_CACHE_SIZE="5M")
        assert ran.status == 0, str(ran)
        assert len(box.checkpoints) == 1
        assert first not in box.checkpoints

    def test_gc_brings_the_cache_within_a_limit(self, box: Box, ingot: Ingot) -> None:
        box(kept("head -c 3000000 /dev/urandom >/first"), sh("true"))
        assert ingot("cache", "gc", DOCKER_HOST=box.engine).stdout == ""
        (name,) = box.checkpoints
        answer = ingot("cache", "gc", "--limit", "1M", DOCKER_HOST=box.engine)
        assert (answer.status, f"removed {name}" in answer.stdout) == (0, True), answer.stderr
        assert box.checkpoints == set()
        ran = box(kept("head -c 3000000 /dev/urandom >/first"), sh("echo other"))
        assert (ran.status, "Catching up" in ran.said) == (0, True), str(ran)

    def test_gc_forgets_what_is_gone(self, box: Box, ingot: Ingot, docker: Any) -> None:
        box(kept("echo 1 >/one"))
        (name,) = box.checkpoints
        docker.remove_image(box.build().image, force=True)
        docker.remove_image(name, force=True)
        assert f"forgot {name}" in ingot("cache", "gc", DOCKER_HOST=box.engine).stdout
        assert json.loads(ingot("cache", "list", "--json").stdout)["checkpoints"] == []

    def test_what_is_in_use_stays(self, box: Box, ingot: Ingot) -> None:
        box(kept("echo 1 >/one"), sh("true"))
        (name,) = box.checkpoints
        program = f"{sys.executable} -c 'from runner.cli.main import main; main([\"cache\", \"clear\"])'"
        environment = {"DOCKER_HOST": box.engine, "PYTHONPATH": str(Path(runner.__file__).parents[1])}
        while_it_runs = {"name": "clear", "shell_local": program, "environment": environment}
        ran = box(kept("echo 1 >/one"), sh("echo more"), while_it_runs, sh("echo most"))
        assert ran.status == 0, str(ran)
        assert "from ingot-checkpoint:" in ran.said
        assert box.checkpoints == {name}
        assert f"removed {name}" in ingot("cache", "clear", DOCKER_HOST=box.engine).stdout

    def test_a_limit_that_is_none(self, ingot: Ingot) -> None:
        answer = ingot("cache", "gc", "--limit", "much")
        assert (answer.status, "'much' is not a size" in answer.stderr) == (2, True)


def test_list_tells_what_there_is(box: Box, ingot: Ingot) -> None:
    box(kept("echo 1 >/one"))
    told = json.loads(ingot("cache", "list", "--json").stdout)
    assert ({each["id"] for each in told["checkpoints"]}, told["artifacts"]) == (box.checkpoints, 1)
    assert f"{next(iter(box.checkpoints))}\n1 checkpoint, 2 answers, 1 images: " in ingot("cache", "list").stdout


def test_explain_tells_why_something_was_done(box: Box, ingot: Ingot) -> None:
    box(sh("echo 1"), sh("echo 2"))
    box(sh("echo 1"), sh("echo 3"), sh("echo 4", cache=False))
    told = ingot("cache", "explain").stdout
    assert "    echo 1: cached\n    echo 3: done: not done before on such a machine\n" in told


class TestMoving:
    def test_a_cache_moves_to_another_computer(self, box: Box, ingot: Ingot, docker: Any, tmp_path: Path) -> None:
        tasks = [sh("echo 1 >/one"), kept("cat /one >/two"), sh("cat /two >/three")]
        first = box(*tasks)
        files = box.files(first.image)
        (name,) = box.checkpoints
        assert ingot("cache", "save", str(tmp_path / "saved"), DOCKER_HOST=box.engine).status == 0
        docker.remove_image(first.image, force=True)
        docker.remove_image(name, force=True)
        there = {"INGOT_CACHE_DIR": str(tmp_path / "other")}
        answer = ingot("cache", "load", str(tmp_path / "saved"), DOCKER_HOST=box.engine, **there)
        assert answer.status == 0, answer.stdout + answer.stderr
        ran = box.build(**there)
        assert ran.status == 0, str(ran)
        assert len(ran.cached) == 4
        assert f"from {name}" in ran.said
        assert box.files(ran.image) == files

    def test_what_nobody_may_see_stays_here(self, box: Box, ingot: Ingot, tmp_path: Path) -> None:
        box(sh("echo private-word", no_log=True))
        ingot("cache", "save", str(tmp_path / "saved"), DOCKER_HOST=box.engine)
        assert "private-word" not in (tmp_path / "saved" / "entries.jsonl").read_text()

    @pytest.mark.parametrize(("text", "said"), [
        ('{"version": 99}\n', "another version"), ("nothing\n", "damaged"),
        ('{"version": 1}\n{"table": 1}\n', "damaged"),
    ])
    def test_what_was_not_saved_so_is_not_taken_in(self, ingot: Ingot, tmp_path: Path, text: str, said: str) -> None:
        (tmp_path / "entries.jsonl").write_text(text)
        answer = ingot("cache", "load", str(tmp_path))
        assert (answer.status, said in answer.stdout) == (1, True)


def test_a_full_disk_is_told_and_does_no_harm(box: Box, ingot: Ingot) -> None:
    where = ingot.directory.parent / "cache"
    where.mkdir()
    if subprocess.run(["mount", "-t", "tmpfs", "-o", "size=64k", "none", where], check=False).returncode:
        pytest.skip("a small file system can be mounted by root only")
    try:
        tasks = [sh(f"echo {number} {'x' * 3000}") for number in range(40)]
        ran = box(*tasks)
        assert (ran.status, ran.answer.stderr.count("W814")) == (0, 1), str(ran)
        again = box.build()
        assert again.status == 0, str(again)
        assert box.files(again.image) == box.files(ran.image)
    finally:
        subprocess.run(["umount", where], check=True)


class TestGraph:
    def playbook(self, box: Box, base: str) -> None:
        """One base, and three images that start from it."""
        plays = [{"name": box.name, "sources": ["box"], "gather_facts": False, "tasks": [sh(base)]}]
        for number in range(3):
            child = {"box": {"from": f"{box.name}.box"}}
            plays.append({"name": f"{box.name}-{number}", "sources": [child], "gather_facts": False,
                          "tasks": [sh(f"cat /base >/child; echo {number} >>/child")]})
        box.ingot.write({"playbook.yml": yaml.safe_dump({"sources": {"box": box.source}, "plays": plays})})

    def made(self, ran: Ran) -> dict[str, str]:
        return {each["build"].rpartition("-")[2]: each["id"] for each in ran.of("ArtifactMade")}

    def test_a_base_is_made_once_for_all_that_start_from_it(self, box: Box) -> None:
        self.playbook(box, "echo 1 >/base")
        first = box.build()
        assert (first.status, first.started) == (0, 4), str(first)
        again = box.build()
        assert (again.status, again.started) == (0, 0), str(again)
        assert self.made(again) == self.made(first)

    def test_a_base_that_has_changed_makes_others_of_all(self, box: Box) -> None:
        self.playbook(box, "echo 1 >/base")
        box.build()
        self.playbook(box, "echo 2 >/base")
        ran = box.build()
        assert (ran.status, ran.started) == (0, 4), str(ran)
        assert box.files(self.made(ran)["2.box"])["child"].content == b"2\n2\n"

    def test_a_build_that_needs_another_is_remembered(self, box: Box) -> None:
        self.playbook(box, "echo 1 >/base")
        first = self.made(box.build())
        assert len(set(first.values())) == 4
        ran = box.build("--only", f"{box.name}-1.box")
        assert (ran.status, ran.started) == (0, 0), str(ran)

    def test_one_that_fails_skips_what_starts_from_it(self, box: Box) -> None:
        self.playbook(box, "false")
        ran = box.build()
        assert ran.status == 1
        outcomes = sorted(each["outcome"] for each in ran.of("BuildFinished"))
        assert outcomes == ["failed", "skipped", "skipped", "skipped"]


class TestPlan:
    def planned(self, box: Box, *words: str) -> list[tuple[str, str, str]]:
        plan = box.ingot.plan(*words)
        return [(step["name"], step["action"], step["reason"]) for step in plan["builds"][0]["steps"]]

    def test_a_plan_tells_what_is_done_already(self, box: Box) -> None:
        tasks = [sh("echo 1"), sh("echo 2", cache={"ttl": "24h"}), sh("echo 3", cache=False), sh("echo 4")]
        assert [each[1] for each in self.planned(self.of(box, tasks))] == ["run"] * 4
        box.build()
        found = self.planned(box)
        assert [each[1] for each in found] == ["cached", "cached", "run", "rerun"]
        assert found[2:] == [("echo 3", "run", "cache: false"), ("echo 4", "rerun", "after 'echo 3'")]
        assert box.ingot.plan()["builds"][0]["estimate"] > 0
        assert [each[1] for each in self.planned(box, "--no-cache")] == ["run"] * 4

    def of(self, box: Box, tasks: list[Any], **play: Any) -> Box:
        box.write(*tasks, **play)
        return box

    @pytest.mark.parametrize(("change", "reason"), [
        ("variable", "variable version 1.26 -> 1.28"),
        ("file", "file given changed"),
        ("template", "file templates/x.j2 changed"),
        ("option", "option dest /given -> /other"),
        ("base", "option image of the builder "),
        ("new", "it is new"),
        ("failed", "it did not end well, or could not be remembered"),
    ])
    def test_a_plan_tells_why_something_is_done_again(self, box: Box, busybox: str, change: str, reason: str) -> None:
        self.write(box, version="1.28" if change == "failed" else "1.26")
        box.build()
        match change:
            case "variable":
                self.write(box, version="1.28")
            case "file":
                self.write(box, given="other")
            case "template":
                self.write(box, template="{{ version }} other")
            case "option":
                self.write(box, dest="/other")
            case "base":
                box.source["image"] = f"{busybox}-other"
                self.write(box)
            case "new":
                self.write(box, more=[sh("echo more")])
            case "failed":
                self.write(box, version="1.28", more=[sh("false")])
                box.build()
        again = [each for each in self.planned(box) if each[1] != "cached"]
        assert again[0][2].startswith(reason), again

    def write(
        self, box: Box, *, version: str = "1.26", given: str = "one", template: str = "{{ version }}",
        dest: str = "/given", more: Any = (),
    ) -> None:
        box.ingot.write({"given": given, "templates/x.j2": template})
        box.write(
            {"name": "install", "shell": "echo {{ version }} >/version"},
            {"name": "send", "copy": {"src": "given", "dest": dest}},
            {"name": "render", "template": {"src": "x.j2", "dest": "/rendered"}},
            *more, top={"variables": {"version": {"type": "string", "default": version}}},
        )

    def test_a_ttl_that_has_passed(self, box: Box) -> None:
        box(sh("echo 1", cache={"ttl": "0s"}))
        assert self.planned(box) == [("echo 1", "rerun", "ttl 0s passed")]


def test_a_failure_says_how_to_go_on(box: Box) -> None:
    ran = box(sh("echo 1"), sh("echo 2"), sh("false"))
    assert "goes on from here: the 2 tasks before this one are not done again" in ran.answer.stderr


def test_resume_and_no_cache_exclude_each_other(box: Box) -> None:
    box.write(sh("true"))
    assert box.build("--resume").status == 0
    assert box.build("--resume").started == 0
    assert box.build("--resume", "--no-cache").status == 2
