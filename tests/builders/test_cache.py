"""Builds that remember: what is answered without a machine, and what is done again."""

from __future__ import annotations

import base64
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import Ingot
from docker.api.client import APIClient
from remembered import Box


@pytest.fixture
def box(ingot: Ingot, engine: str, docker: APIClient, busybox: str) -> Iterator[Box]:
    made = Box(ingot, engine, docker, busybox)
    yield made
    assert docker.containers(all=True, filters={"label": f"ingot.build={made.name}.box"}) == []
    made.close()


def sh(text: str, **keywords: Any) -> dict[str, Any]:
    return {"name": text, "shell": text, **keywords}


LANGUAGE: dict[str, list[Any]] = {
    "register": [
        sh("echo one; echo two >&2", register="said"),
        {"assert": {"that": ["said.stdout == 'one'", "said.stderr == 'two'", "said.rc == 0", "said is changed"]}},
        {"copy": {"content": "{{ said.stdout }} {{ said.delta }}\n", "dest": "/said"}},
    ],
    "changed and handlers": [
        {"name": "new", "copy": {"content": "x\n", "dest": "/conf"}, "notify": "restart"},
        {"name": "same", "copy": {"content": "x\n", "dest": "/conf"}, "notify": "never"},
        {"meta": "flush_handlers"},
        {"stat": {"path": "/restarted"}, "register": "seen"},
        {"assert": {"that": ["seen.stat.exists"]}},
    ],
    "facts": [
        {"copy": {"content": "{{ ansible_system }}\n", "dest": "/system"}},
        {"setup": {}, "register": "gathered"},
        {"assert": {"that": ["ansible_facts.system == 'Linux'"]}},
    ],
    "until": [
        sh("echo x >>/tries; wc -l </tries", register="tries", until="tries.stdout | int == 3", retries=5, delay=0.1),
        {"assert": {"that": ["tries.attempts == 3"]}},
        {"name": "asked again", "command": "cat /tries", "register": "seen", "changed_when": False},
        {"assert": {"that": ["seen.stdout_lines | length == 3"]}},
    ],
    "loops": [
        sh("echo {{ item }} >>/items", loop=["a", "b"], register="made"),
        {"assert": {"that": ["made.results | length == 2", "made is changed"]}},
    ],
    "rescued": [
        {
            "block": [sh("echo left >/left; exit 3", register="broken")],
            "rescue": [{"assert": {"that": ["ansible_failed_result.rc == 3"]}}, sh("echo mended >/mended")],
            "always": [sh("echo always >/always")],
        },
    ],
    "ignored": [
        sh("exit 4", ignore_errors=True, register="ended"),
        sh("exit 5", failed_when=False, register="fine"),
        {"assert": {"that": ["ended.rc == 4", "ended is failed", "fine.rc == 5"]}},
    ],
    "what cannot be written": [
        {"copy": {"content": "x", "dest": "/proc/none"}, "ignore_errors": True, "register": "refused"},
        {"assert": {"that": ["refused is failed"]}},
    ],
    "files that are read": [
        {"copy": {"content": "a\nb\n", "dest": "/lines"}},
        {"lineinfile": {"path": "/lines", "line": "c"}},
        {"slurp": {"src": "/lines"}, "register": "content"},
        {"assert": {"that": ["content.content | b64decode == 'a\\nb\\nc\\n'"]}},
    ],
    "become": [
        {"name": "as a worker", "shell": "id -u >/tmp/who", "become": True, "become_user": "worker"},
    ],
    "an environment": [sh("echo $A >/env", environment={"A": "b"})],
    "the user and the mode": [{"copy": {"content": "x", "dest": "/owned", "owner": "worker", "mode": "0640"}}],
    "names that nobody has": [
        {"tempfile": {"state": "directory"}, "register": "made"},
        {"copy": {"content": "x", "dest": "{{ made.path }}/file"}},
        {"file": {"path": "{{ made.path }}", "state": "absent"}},
    ],
}
HANDLERS = [
    sh("echo r >/restarted", listen="restart", checkpoint=False), {"name": "never", "command": "false"},
]


@pytest.mark.parametrize("case", LANGUAGE)
def test_what_ran_once_is_answered_without_a_machine(box: Box, case: str) -> None:
    first = box(*LANGUAGE[case], handlers=HANDLERS, gather_facts=True)
    assert first.status == 0, str(first)
    assert first.started == 1
    again = box.build()
    assert again.status == 0, str(again)
    assert again.started == 0
    assert again.image == first.image
    assert [each["outcome"] for each in again.of("StepFinished")] == [
        each["outcome"] for each in first.of("StepFinished")
    ]


@pytest.mark.parametrize("case", LANGUAGE)
def test_what_was_answered_is_done_when_a_machine_is_needed(box: Box, case: str) -> None:
    """A task more: what comes before it is brought about in a new container, as if nothing were remembered."""
    box(*LANGUAGE[case], handlers=HANDLERS, gather_facts=True)
    more = (*LANGUAGE[case], sh("echo more >/more"))
    again = box(*more, handlers=HANDLERS, gather_facts=True)
    assert again.status == 0, str(again)
    assert again.started == 1
    assert "Catching up" in again.said
    anew = box.build("--no-cache")
    made, wanted = box.files(again.image), box.files(anew.image)
    if case == "register":  # how long a command took is part of that one
        made.pop("said"), wanted.pop("said")
    assert made == wanted
    assert box.config(again.image) == box.config(anew.image)


FORGETFUL: dict[str, tuple[list[Any], list[str]]] = {
    "cache: false": ([sh("true"), sh("echo 1", cache=False), sh("echo 2")], ["echo 1", "echo 2"]),
    "cache: false around": ([sh("true"), {"block": [sh("echo 1")], "cache": False}], ["echo 1"]),
    "cache: true inside": ([{"block": [sh("echo 1", cache=True)], "cache": False}], []),
    "a question": ([sh("true"), {"name": "look", "stat": {"path": "/x"}, "cache": False}], ["look"]),
    "too old": ([sh("true"), sh("echo 1", cache={"ttl": "0s"}), sh("echo 2")], ["echo 1", "echo 2"]),
    "not too old": ([sh("true"), sh("echo 1", cache={"ttl": "1h"}), sh("echo 2")], []),
    "in the background": (
        [sh("true"), sh("echo 1", **{"async": 30, "poll": 0}), sh("echo 2")], ["echo 1", "echo 2"],
    ),
}


@pytest.mark.parametrize("case", FORGETFUL)
def test_what_is_done_every_time(box: Box, case: str) -> None:
    tasks, wanted = FORGETFUL[case]
    for _ in range(2):
        ran = box(*tasks)
        assert ran.status == 0, str(ran)
    assert [name for name in ran.done if name not in ("Launch", "Capture")] == wanted
    assert ran.started == (1 if wanted else 0)


def test_after_what_is_done_again_nothing_old_counts(box: Box) -> None:
    """What follows a task that was too old begins with what it has come to now."""
    tasks = [sh("cat /proc/sys/kernel/random/uuid >/now", cache={"ttl": "0s"}), sh("cp /now /copy")]
    box(*tasks)
    box(*tasks)
    made = box.files(box(*tasks, sh("true")).image)
    assert made["now"].content == made["copy"].content


class TestFailures:
    def test_what_failed_is_tried_again(self, box: Box) -> None:
        tasks = [sh("echo 1 >/one"), sh("test -e /two")]
        assert box(*tasks).status == 1
        again = box.build()
        assert (again.status, again.started) == (1, 1)
        assert again.cached == ["Launch", "echo 1 >/one"]

    def test_a_mended_playbook_goes_on(self, box: Box) -> None:
        box(sh("echo 1 >/one"), sh("false"))
        ran = box(sh("echo 1 >/one"), sh("cat /one"))
        assert ran.status == 0, str(ran)
        assert ran.cached == ["Launch", "echo 1 >/one"]

    def test_what_a_task_that_failed_has_done_is_not_in_the_image(self, box: Box) -> None:
        box(sh("true"), sh("echo 1 >/half; false"))
        ran = box(sh("true"), sh("echo 2 >/whole"))
        assert "half" not in box.files(ran.image)

    def test_on_error_finds_a_machine(self, box: Box) -> None:
        tasks = [sh("echo 1 >/log"), {"fail": {"msg": "no"}}]
        box(*tasks, on_error=[sh("cat /log")])
        ran = box.build()
        assert ran.status == 1
        assert [each["line"] for each in ran.of("CommandOutput")] == ["1"]

    def test_a_machine_that_is_not_as_remembered_is_given_up(self, box: Box) -> None:
        """What a task has said was used by others: so the build begins again with what it says now."""
        tasks = [
            sh("echo 1 >/one"), sh("cat /proc/sys/kernel/random/uuid | tee /said", register="said"),
            {"name": "use", "copy": {"content": "{{ said.stdout }}\n", "dest": "/used"}},
        ]
        box(*tasks)
        ran = box(*tasks, sh("echo other"))
        assert (ran.status, ran.started) == (0, 2), str(ran)
        assert "has not ended as it is remembered: the build begins again" in str(ran)
        made = box.files(ran.image)
        assert made["said"].content == made["used"].content
        assert box.build().started == 0


    def test_what_is_said_only_for_people_may_differ(self, box: Box) -> None:
        """As what a package manager says of its speed."""
        fetch = "echo fetched; cat /proc/sys/kernel/random/uuid >&2; echo 1 >/one"
        tasks = [sh(fetch, register="said"), sh("cat /one")]
        box(*tasks)
        ran = box(*tasks, sh("echo other"))
        assert (ran.status, ran.started) == (0, 1), str(ran)

    def test_a_word_that_was_passed_on_may_not(self, box: Box) -> None:
        tasks = [
            sh("echo made; mkdir /made; cat /proc/sys/kernel/random/uuid", register="said"),
            sh("echo x >/made/{{ said.stdout_lines[-1] }}"),
        ]
        box(*tasks)
        ran = box(*tasks, sh("echo other"))
        assert (ran.status, ran.started) == (0, 2), str(ran)


class TestInputs:
    def test_another_base(self, box: Box, docker: APIClient, busybox: str) -> None:
        box(sh("cat /etc/passwd >/copy"))
        made = docker.create_container(busybox, ["/bin/sh", "-c", "echo moved >/moved"])
        docker.start(made["Id"])
        docker.wait(made["Id"])
        moved = docker.commit(made["Id"], changes=f"LABEL ingot.build={box.name}.box")["Id"]
        docker.remove_container(made["Id"])
        box.source["image"] = moved
        ran = box(sh("cat /etc/passwd >/copy"))
        assert ran.cached == []
        assert "moved" in box.files(ran.image)

    def test_a_plan_tells_that_a_tag_has_moved(self, box: Box, docker: APIClient, busybox: str) -> None:
        def plan(*words: str) -> str:
            return box.ingot("plan", "playbook.yml", *words, DOCKER_HOST=box.engine).stdout

        image = box.source["image"] = f"{box.name}:moving"
        repository, tag = image.split(":")
        docker.tag(busybox, repository, tag)
        try:
            box(sh("echo 1 >/one"))
            assert "base image moved" not in plan()
            made = docker.create_container(busybox, ["/bin/true"])
            label = f"LABEL ingot.build={box.name}.box"
            moved = docker.commit(made["Id"], repository, tag, changes=label)["Id"]
            docker.remove_container(made["Id"])
            assert f"base image moved: {image} is {moved[:19]} now" in plan()
            assert "base image moved" not in plan("--no-data")
        finally:
            docker.remove_image(image, force=True)

    def test_other_options_of_the_result_keep_the_tasks(self, box: Box) -> None:
        first = box(sh("echo 1 >/one"))
        box.source["changes"] = ["ENV A=b"]
        ran = box(sh("echo 1 >/one"))
        assert ran.cached == ["Launch", "echo 1 >/one"]
        assert ran.image != first.image
        assert "A=b" in box.config(ran.image)["Env"]

    def test_other_options_of_the_container(self, box: Box) -> None:
        box(sh("id -u >/who"))
        box.source["exec_user"] = "worker"
        ran = box(sh("id -u >/tmp/who"))
        assert ran.cached == []
        assert box.files(ran.image)["tmp/who"].content == b"1000\n"

    def test_what_this_computer_lends_cannot_be_known(self, box: Box, tmp_path: Path) -> None:
        box.source["volumes"] = {str(tmp_path): "/lent"}
        for _ in range(2):
            ran = box(sh("true"))
            assert ran.cached == []

    def test_a_file_that_is_sent(self, box: Box, ingot: Ingot) -> None:
        for text in ("one", "two"):
            ingot.write({"given": text})
            ran = box({"name": "send", "copy": {"src": "given", "dest": "/given"}})
            assert ran.started == 1
            assert box.files(ran.image)["given"].content == f"{text}\n".encode()
        os.utime(ingot.directory / "given", (1, 1))
        assert box.build().started == 0

    def test_an_image_that_is_gone_is_made_again(self, box: Box, docker: APIClient) -> None:
        first = box(sh("echo 1 >/one"))
        docker.remove_image(first.image)
        ran = box.build()
        assert ran.status == 0, str(ran)
        assert ran.cached == ["Launch", "echo 1 >/one"]
        assert box.files(ran.image)["one"].content == b"1\n"

    def test_what_is_fetched_is_fetched_when_it_is_not_there(self, box: Box, ingot: Ingot) -> None:
        fetch = {"name": "fetch", "fetch": {"src": "/one", "dest": "got/", "flat": True}}
        box(sh("echo 1 >/one"), fetch)
        assert box.build().started == 0
        (ingot.directory / "got" / "one").unlink()
        again = box.build()
        assert again.started == 1
        assert (ingot.directory / "got" / "one").read_text() == "1\n"

    def test_what_only_a_machine_can_tell(self, box: Box) -> None:
        show = {"name": "show", "debug": {"msg": "{{ build.ID }}"}}
        box(sh("true"), show)
        ran = box.build()
        assert (ran.status, ran.started) == (0, 1)

    def test_how_a_machine_is_reached_wants_none(self, box: Box) -> None:
        tasks = [sh("true", when="ansible_connection == 'docker' and build.type == 'docker'"), sh("echo 2")]
        box(*tasks)
        assert box.build().started == 0


def test_what_is_done_anew_is_gone_on_from(box: Box) -> None:
    """After --no-cache, no checkpoint from before is gone on from."""
    tasks = [sh("cat /proc/sys/kernel/random/uuid >/now", checkpoint=True), sh("cp /now /copy")]
    old = box.files(box(*tasks).image)
    anew = box.files(box.build("--no-cache").image)
    made = box.files(box(*tasks, sh("true")).image)
    assert old["now"] != anew["now"]
    assert made["now"] == made["copy"] == anew["now"]


def test_a_file_that_a_task_has_changed_is_sent_as_it_is(box: Box, ingot: Ingot) -> None:
    tree = ingot.directory / "tree"
    tree.mkdir()
    change = {"name": "change", "shell_local": "cat counter >tree/file"}
    send = {"name": "send", "copy": {"src": "tree/", "dest": "/tree/"}}
    for text in ("one", "two"):
        (ingot.directory / "counter").write_text(text)
        ran = box(send, change, send)
        assert ran.status == 0, str(ran)
        assert box.files(ran.image)["tree/file"].content == text.encode()


def test_nobody_waits_for_a_machine_that_is_not_there(box: Box) -> None:
    box(sh("touch /ready"), {"name": "wait", "wait_for": {"path": "/ready", "delay": 3, "timeout": 30}})
    again = box.build()
    assert (again.started, "wait" in again.cached) == (0, True)
    (took,) = (each["took"] for each in again.of("StepFinished") if each["name"] == "wait")
    assert took < 3


def test_no_cache_does_everything_anew(box: Box) -> None:
    first = box(sh("echo 1"))
    ran = box.build("--no-cache")
    assert ran.cached == []
    assert ran.image != first.image
    assert box.build().image == ran.image


def test_verify_is_remembered(box: Box) -> None:
    """No container is started to look at an image that was looked at before."""
    verify = [{"name": "look", "command": "cat /one"}]
    first = box(sh("echo 1 >/one"), verify=verify)
    assert first.started == 2
    again = box.build()
    assert (again.status, again.started) == (0, 0)
    worse = box(sh("echo 1 >/one"), verify=[{"name": "look", "command": "cat /two"}])
    assert (worse.status, worse.started) == (1, 1)
    assert box.files(first.image)  # it is there still: this run has not made it


class TestSecrets:
    SECRET = "s3cr3t-'quoted\"\\-$tuff"

    def tasks(self) -> list[Any]:
        given = {"P": "{{ password }}"}
        return [
            {"name": "write", "copy": {"content": "key={{ password }}\n", "dest": "/key"}},
            {"name": "read", "command": "cat /key", "register": "said"},
            {"assert": {"that": ["said.stdout == 'key=' ~ password"]}},
            {"name": "given", "shell": {"cmd": "cat", "stdin": "{{ password }}"}, "environment": given},
        ]

    def build(self, box: Box, secret: str, *more: Any) -> Any:
        box.write(*self.tasks(), *more, top={"variables": {"password": {"type": "string", "sensitive": True}}})
        return box.build(PKR_VAR_password=secret, INGOT_VAR_password=secret)

    def test_no_byte_of_a_secret_is_kept(self, box: Box, ingot: Ingot) -> None:
        first = self.build(box, self.SECRET)
        assert first.status == 0, str(first)
        again = self.build(box, self.SECRET)
        assert (again.status, again.started) == (0, 0), str(again)
        kept = [path for path in ingot.directory.parent.rglob("*") if path.is_file()]
        assert any(path.name == "cache.db" for path in kept)
        for path in kept:
            assert self.SECRET.encode() not in path.read_bytes(), path
        assert self.SECRET not in str(first) + str(again)
        assert self.SECRET not in str(box.docker.inspect_image(again.image)) + str(box.docker.history(again.image))

    def test_what_has_a_secret_in_other_clothes_is_asked_again(self, box: Box, ingot: Ingot) -> None:
        encoded = {"name": "encoded", "command": "base64 /key", "register": "said"}
        for _ in range(2):
            ran = self.build(box, "a-long-secret-of-mine", encoded)
            assert (ran.status, ran.started) == (0, 1), str(ran)
        assert "encoded" in ran.done
        kept = b"".join(path.read_bytes() for path in (ingot.directory.parent / "cache").rglob("*") if path.is_file())
        assert base64.b64encode(b"key=a-long-secret-of-mine\n") not in kept

    def test_another_secret_is_another_build(self, box: Box) -> None:
        self.build(box, self.SECRET)
        ran = self.build(box, "other")
        assert ran.status == 0, str(ran)
        assert ran.cached == ["Launch"]
        assert box.files(ran.image)["key"].content == b"key=other\n"


class TestDatabase:
    def test_a_damaged_entry_is_none(self, box: Box, ingot: Ingot) -> None:
        box(sh("echo 1 >/one"), sh("cat /one", register="said"), {"debug": {"var": "said.stdout"}})
        with self.database(ingot) as database:
            database.execute("UPDATE answers SET content = replace(content, '1\\n', '2\\n')")
        ran = box.build()
        assert ran.status == 0, str(ran)
        (shown,) = (each["message"] for each in ran.of("StepFinished") if each["name"] == "debug")
        assert "2" not in shown
        assert ran.started == 1

    @pytest.mark.parametrize("harm", ["truncated", "no database", "another version", "a later version"])
    def test_a_database_that_cannot_be_used(self, box: Box, ingot: Ingot, harm: str) -> None:
        box(sh("echo 1 >/one"))
        path = self.path(ingot)
        if harm == "truncated":
            with self.database(ingot) as database:
                database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            path.write_bytes(path.read_bytes()[:5000])
        elif harm == "no database":
            path.write_bytes(b"this is no database, however long one looks at it" * 100)
        else:
            with self.database(ingot) as database:
                database.execute(f"PRAGMA user_version = {99 if 'later' in harm else 1000}")
        ran = box.build()
        assert (ran.status, ran.started) == (0, 1), str(ran)
        assert "W814" in str(ran)
        again = box.build()
        assert (again.status, again.started) == (0, 0), str(again)
        assert "W814" not in str(again)

    def test_a_directory_that_cannot_be_written_to(self, box: Box, ingot: Ingot) -> None:
        (ingot.directory.parent / "cache").write_text("a file in its place")
        for _ in range(2):
            ran = box(sh("echo 1 >/one"))
            assert (ran.status, ran.started) == (0, 1), str(ran)
            assert "W814" in str(ran)

    def path(self, ingot: Ingot) -> Path:
        return ingot.directory.parent / "cache" / "builds" / "cache.db"

    def database(self, ingot: Ingot) -> sqlite3.Connection:
        return sqlite3.connect(self.path(ingot))
