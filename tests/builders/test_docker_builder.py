"""Images of a real engine, made by whole playbooks."""

from __future__ import annotations

import asyncio
import json
import os
import re
import secrets
import subprocess
import sys
import tarfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

import engines
import pytest
import yaml
from docker.api.client import APIClient
from docker.errors import APIError

from runner.builders.docker import Docker
from runner.builders.shared.docker.container import with_options
from runner.builders.shared.docker.options import Options
from runner.builders.shared.docker.run import run_of
from runner.sdk import Resource

if TYPE_CHECKING:
    from conftest import Answer, Ingot


class Builds:
    """Builds playbooks of one source ``box`` and one play, whose name nobody else uses."""

    def __init__(self, ingot: Ingot, engine: str, docker: APIClient) -> None:
        self.name = f"play-{secrets.token_hex(4)}"
        self._ingot = ingot
        self._engine = engine
        self._docker = docker

    def __call__(self, source: dict[str, Any], *tasks: Any) -> Answer:
        playbook = {
            "sources": {"box": {"builder": "docker", "pull": False, **source}},
            "plays": [{"name": self.name, "sources": ["box"], "gather_facts": False, "tasks": list(tasks)}],
        }
        self._ingot.write({"playbook.yml": yaml.safe_dump(playbook, sort_keys=False)})
        return self._ingot("build", "playbook.yml", DOCKER_HOST=self._engine)

    @property
    def images(self) -> list[str]:
        """The images that were made."""
        return list(self._docker.images(all=True, quiet=True, filters={"label": f"ingot.build={self.name}.box"}))

    @property
    def containers(self) -> list[Any]:
        """The containers that are there."""
        return list(self._docker.containers(all=True, filters={"label": f"ingot.build={self.name}.box"}))

    def inspected(self) -> dict[str, Any]:
        """What the engine knows of the image that was made."""
        (image,) = self.images
        return described(self._docker, image)


@pytest.fixture
def build(ingot: Ingot, engine: str, docker: APIClient) -> Iterator[Builds]:
    """Builds playbooks; its images are gone afterwards, and all else has to be."""
    builds = Builds(ingot, engine, docker)
    yield builds
    for image in builds.images:
        docker.remove_image(image, force=True)
    assert builds.containers == []
    assert list((ingot.directory.parent / "state").rglob("*.jsonl")) == []


def described(docker: Any, image: str) -> dict[str, Any]:
    found: dict[str, Any] = docker.inspect_image(image)
    return found


def sh(text: str) -> dict[str, Any]:
    return {"shell": text}


class TestCommit:
    def test_the_base_images_configuration_is_kept(self, build: Builds, docker: APIClient, busybox: str) -> None:
        answer = build({"image": busybox, "commit": True, "author": "me", "message": "done"}, sh("echo hi > /made"))
        assert answer.status == 0, answer.stdout + answer.stderr
        base, made = described(docker, busybox), build.inspected()
        for name in ("Env", "Cmd", "WorkingDir", "User"):
            assert made["Config"][name] == base["Config"][name], name
        assert not made["Config"]["Entrypoint"]
        labels = made["Config"]["Labels"]
        assert (labels["base"], labels["ingot.build"]) == ("busybox", f"{build.name}.box")
        assert (made["Author"], made["Comment"]) == ("me", "done")
        assert made["RootFS"]["Layers"][:-1] == base["RootFS"]["Layers"]

    def test_changes_are_applied(self, build: Builds, busybox: str) -> None:
        changes = ['ENTRYPOINT ["/bin/httpd", "-f"]', "EXPOSE 8080", "ENV A=b", "USER worker", "LABEL base=changed"]
        assert build({"image": busybox, "commit": True, "changes": changes}).status == 0
        config = build.inspected()["Config"]
        assert config["Entrypoint"] == ["/bin/httpd", "-f"]
        assert config["ExposedPorts"] == {"8080/tcp": {}}
        assert "A=b" in config["Env"]
        assert config["User"] == "worker"
        assert config["Labels"]["base"] == "changed"

    def test_an_entrypoint_of_the_base_is_kept(self, build: Builds, ingot: Ingot, busybox: str) -> None:
        ingot.write({"Dockerfile": f'FROM {busybox}\nENTRYPOINT ["/bin/httpd"]\nCMD ["-f"]\nONBUILD RUN false'})
        dockerfile = {"path": "Dockerfile", "pull": False}
        assert build({"build": dockerfile, "commit": True}, sh("true")).status == 0
        config = build.inspected()["Config"]
        assert (config["Entrypoint"], config["Cmd"]) == (["/bin/httpd"], ["-f"])
        assert not config["OnBuild"]


    def test_after_a_failure_the_container_runs_again(self, ingot: Ingot, engine: str, busybox: str) -> None:
        """What `on_error` and `--on-error keep` are for needs a container that runs."""
        ingot.write({"playbook.yml": f"""
            sources: {{box: {{builder: docker, image: "{busybox}", pull: false, commit: true, changes: [ENV x]}}}}
            plays:
              - name: failing
                sources: [box]
                gather_facts: false
                tasks: [{{shell: echo why >/log}}]
                on_error: [{{shell: cat /log && echo seen}}]
            """})
        answer = ingot("build", "playbook.yml", DOCKER_HOST=engine)
        assert answer.status == 1
        assert "cannot capture" in answer.stderr
        assert "failing.box: seen" in answer.stdout

    def test_what_is_kept_of_a_failure_is_told(self, ingot: Ingot, engine: str, busybox: str) -> None:
        ingot.write({"playbook.yml": f"""
            sources: {{box: {{builder: docker, image: "{busybox}", pull: false, commit: true}}}}
            plays: [{{sources: [box], tasks: [{{shell: exit 3}}]}}]
            """})
        answer = ingot("build", "playbook.yml", "--on-error", "keep", DOCKER_HOST=engine)
        assert answer.status == 1
        [kept] = re.findall(r"box: docker container (ingot-\S+)\n", answer.stdout)
        assert "destroyed" not in answer.stderr
        assert f"removed docker.container {kept} " in ingot("gc", DOCKER_HOST=engine).stdout


class TestContainer:
    def test_options_reach_the_container(self, build: Builds, ingot: Ingot, busybox: str) -> None:
        shared = ingot.directory / "shared"
        shared.mkdir()
        (shared / "file").write_text("from here\n")
        answer = build(
            {"image": busybox, "discard": True, "volumes": {str(shared): "/shared"}, "tmpfs": ["/quick"],
             "device": ["/dev/zero:/dev/nil"], "cap_add": ["SYS_TIME"], "cap_drop": ["CHOWN"], "runtime": "runc",
             "container_dir": "/exchange", "platform": "linux"},
            sh("grep -q here /shared/file && echo back > /shared/back"),
            sh("mount | grep -q 'tmpfs on /quick '"),
            sh("test -c /dev/nil"),
            sh("touch /f && ! chown 1000 /f"),
            sh("test -d /exchange && echo x > /exchange/x"),
            sh("caps=$(grep CapEff /proc/self/status | cut -f2); test $(( 0x$caps >> 25 & 1 )) = 1"),
        )
        assert answer.status == 0, answer.stdout + answer.stderr
        assert (shared / "back").read_text() == "back\n"
        assert not list(ingot.directory.rglob("x"))

    def test_what_the_engine_refuses_is_told(self, build: Builds, busybox: str) -> None:
        answer = build({"image": busybox, "discard": True, "runtime": "none-such"})
        assert answer.status == 1
        assert "none-such" in answer.stderr
        assert "Traceback" not in answer.stdout + answer.stderr

    def test_the_command_line_of_docker_run(self, build: Builds, busybox: str) -> None:
        words = ["-dit", "--name=play-own-name", "-e", "A=b", "--hostname", "box", "--network", "none",
                 "--entrypoint=/bin/sh", "--", "{{ .Image }}"]
        answer = build(
            {"image": busybox, "discard": True, "run_command": words},
            sh("test $A = b && test $(hostname) = box && test $(ls /sys/class/net) = lo"),
        )
        assert answer.status == 0, answer.stdout + answer.stderr

    @pytest.mark.parametrize(("fix", "owner"), [(True, "1000"), (False, "0")])
    def test_the_user_of_commands_and_files(
        self, build: Builds, ingot: Ingot, busybox: str, fix: bool, owner: str  # noqa: FBT001 - a table's column
    ) -> None:
        ingot.write({"file": "x"})
        answer = build(
            {"image": busybox, "discard": True, "exec_user": "worker", "fix_upload_owner": fix},
            sh("test $(id -un) = worker"),
            {"copy": {"src": "file", "dest": "/tmp/file"}},
            sh(f"test $(stat -c %u /tmp/file) = {owner}"),
        )
        assert answer.status == 0, answer.stdout + answer.stderr

    def test_without_a_line_nothing_runs_in_it(self, build: Builds, busybox: str) -> None:
        words = ["-d", "{{.Image}}", "/bin/busybox", "sleep", "100"]
        source = {"image": busybox, "commit": True, "communicator": "none", "run_command": words}
        assert build(source, {"shell_local": "echo $PACKER_BUILDER_TYPE"}).status == 0
        assert len(build.images) == 1

    def test_an_image_without_a_shell_takes_files(self, build: Builds, docker: APIClient, tmp_path: Path) -> None:
        with tarfile.open(tmp_path / "bare.tar", "w") as packed:
            packed.addfile(tarfile.TarInfo("empty"))
        name = f"ingot-tests/bare:{os.getpid()}"
        engines.import_tar(docker, (tmp_path / "bare.tar").read_bytes(), name, 'CMD ["/program"]')
        answer = build({"image": name, "commit": True})
        assert answer.status == 0, answer.stdout + answer.stderr
        assert "no /bin/sh" in answer.stdout
        assert build.inspected()["Config"]["Cmd"] == ["/program"]
        docker.remove_image(name, force=True)


class TestOtherEnds:
    def test_export(self, build: Builds, ingot: Ingot, busybox: str) -> None:
        assert build({"image": busybox, "export_path": "out/box.tar"}, sh("echo hi > /made")).status == 0
        with tarfile.open(ingot.directory / "out" / "box.tar") as packed:
            assert {"made", "bin/busybox"} <= set(packed.getnames())
        assert [each.name for each in (ingot.directory / "out").iterdir()] == ["box.tar"]

    def test_discard(self, build: Builds, ingot: Ingot, busybox: str) -> None:
        assert build({"image": busybox, "discard": True}, sh("true")).status == 0
        assert build.images == []
        assert not (ingot.directory / "ingot-manifest.json").exists()

    def test_a_failing_build_leaves_no_image(self, build: Builds, busybox: str) -> None:
        assert build({"image": busybox, "commit": True}, sh("exit 3")).status == 1
        assert build.images == []


class TestBeginnings:
    def test_a_dockerfile(self, build: Builds, ingot: Ingot, docker: APIClient, busybox: str) -> None:
        ingot.write({
            "context/kept": "kept", "context/left-out": "no", "context/.dockerignore": "left-*",
            "files/Dockerfile": f"FROM {busybox}\nARG WORD=none\nCOPY . /context\nRUN echo $WORD > /word\n",
        })
        dockerfile = {
            "path": "files/Dockerfile", "build_dir": "context", "arguments": {"WORD": "given"}, "pull": False,
            "compress": True,
        }
        answer = build({"build": dockerfile, "commit": True}, sh("grep given /word && ls /context | tee /list"))
        assert answer.status == 0, answer.stdout + answer.stderr
        assert "COPY . /context" in answer.stdout
        listed = docker.create_container(build.images[0])
        try:
            assert b"kept\n" in b"".join(docker.get_archive(listed, "/list")[0])
            assert b"left-out" not in b"".join(docker.get_archive(listed, "/list")[0])
        finally:
            docker.remove_container(listed)

    @pytest.mark.parametrize(("text", "said"), [
        ("FROM {busybox}\nRUN echo reason; exit 7", "returned a non-zero code: 7"),
        ("FORM nothing", "unknown instruction: FORM"),
    ])
    def test_a_dockerfile_that_fails(self, build: Builds, ingot: Ingot, busybox: str, text: str, said: str) -> None:
        ingot.write({"Dockerfile": text.format(busybox=busybox)})
        answer = build({"build": {"path": "Dockerfile", "pull": False}, "discard": True})
        assert answer.status == 1
        assert said in answer.stdout + answer.stderr
        assert "Traceback" not in answer.stdout + answer.stderr

    def test_an_image_that_cannot_be_pulled_but_is_there(self, build: Builds, busybox: str) -> None:
        name = busybox.replace("ingot-tests", "localhost:1/ingot-tests")
        answer = build({"image": name, "pull": True, "discard": True})
        assert answer.status == 1
        assert f"{name} cannot be pulled" in answer.stderr
        assert "pull: false" not in answer.stderr
        answer = build({"image": busybox, "pull": True, "discard": True})
        assert answer.status == 1
        assert "the engine has an image of that name: write `pull: false`" in answer.stderr

    def test_an_image_that_is_not_there(self, build: Builds) -> None:
        answer = build({"image": "ingot-none", "discard": True})
        assert answer.status == 1
        assert "the Docker engine has no image ingot-none" in answer.stderr
        assert "pull: true" in answer.stderr

    def test_another_builds_image(self, ingot: Ingot, engine: str, docker: APIClient, busybox: str) -> None:
        mark = secrets.token_hex(4)  # makes the plays' names nobody else's
        ingot.write({"playbook.yml": f"""
            sources:
              box: {{builder: docker, image: "{busybox}", pull: false, commit: true}}
              tar: {{builder: docker, image: "{busybox}", pull: false, export_path: base.tar}}
            plays:
              - {{name: base-{mark}, sources: [box], gather_facts: false, tasks: [{{shell: echo base > /base}}]}}
              - {{name: packed-{mark}, sources: [tar], gather_facts: false, tasks: [{{shell: echo packed > /packed}}]}}
              - name: above-{mark}
                sources: [box: {{from: base-{mark}.box}}]
                gather_facts: false
                tasks: [{{shell: grep base /base}}]
              - name: unpacked-{mark}
                sources: [box: {{from: packed-{mark}.tar}}]
                gather_facts: false
                tasks: [{{shell: grep packed /packed}}]
            """})
        answer = ingot("build", "playbook.yml", DOCKER_HOST=engine)
        assert answer.status == 0, answer.stdout + answer.stderr
        tags = [tag for each in docker.images() for tag in each["RepoTags"] or ()]
        assert [tag for tag in tags if "ingot-temporary" in tag and mark in tag] == []
        for play in ("above", "unpacked", "base") * 2:
            label = f"ingot.build={play}-{mark}.box"
            for image in docker.images(all=True, quiet=True, filters={"label": label}):
                with suppress(APIError):  # one goes together with that which stands on it, or after it
                    docker.remove_image(image, force=True)

    def test_a_saved_archive(self, ingot: Ingot, engine: str, docker: APIClient, busybox: str) -> None:
        (ingot.directory / "saved.tar").write_bytes(b"".join(docker.get_image(busybox)))
        ingot.write({"playbook.yml": """
            sources:
              file: {builder: file, source: saved.tar, target: base.tar}
              box: {builder: docker, image: unused, discard: true}
            plays:
              - {name: base, sources: [file]}
              - name: above
                sources: [box: {from: base.file}]
                gather_facts: false
                tasks: [{shell: id worker}]
            """})
        answer = ingot("build", "playbook.yml", DOCKER_HOST=engine)
        assert answer.status == 0, answer.stdout + answer.stderr
        assert described(docker, busybox)


def test_options_are_added_to_the_command_line_of_docker_run(tmp_path: Path) -> None:
    given = Options(
        image="x", commit=True, privileged=True, runtime="runsc", platform="linux/arm64", cap_add=["A"],
        volumes={"cache": "/c", "./d": "/d", "/e": "/e"},
    )
    words = ["-d", "--cap-add", "B", "-v", "/a:/b", "-m=1g", "{{.Image}}", "a", "-b"]
    run = with_options(run_of(words, "x"), given, tmp_path)
    assert run.image == "x"
    assert run.container == {"Cmd": ["a", "-b"]}
    assert run.query == {"platform": "linux/arm64"}
    assert run.host == {
        "Privileged": True, "Runtime": "runsc", "CapAdd": ["B", "A"], "Memory": 1 << 30,
        "Binds": ["/a:/b", "cache:/c", f"{tmp_path}/d:/d", "/e:/e"],
    }


@pytest.mark.parametrize(("words", "expected"), [
    ("--shm-size 1.5m", {"ShmSize": 3 << 19}),
    ("--cpus 0.5", {"NanoCpus": 500_000_000}),
    ("--gpus all", {"DeviceRequests": [{"Count": -1, "Capabilities": [["gpu"]]}]}),
    ("--ulimit nofile=1:2 --ulimit core=0", {"Ulimits": [
        {"Name": "nofile", "Soft": 1, "Hard": 2}, {"Name": "core", "Soft": 0, "Hard": 0},
    ]}),
    ("--tmpfs /a:size=1m --tmpfs /b", {"Tmpfs": {"/a": "size=1m", "/b": ""}}),
    ("--device /dev/a --device /dev/b:/dev/c:r --device /dev/d:rw", {"Devices": [
        {"PathOnHost": "/dev/a", "PathInContainer": "/dev/a", "CgroupPermissions": "rwm"},
        {"PathOnHost": "/dev/b", "PathInContainer": "/dev/c", "CgroupPermissions": "r"},
        {"PathOnHost": "/dev/d", "PathInContainer": "/dev/d", "CgroupPermissions": "rw"},
    ]}),
    ("--sysctl net.ipv4.ip_forward=1", {"Sysctls": {"net.ipv4.ip_forward": "1"}}),
    ("--privileged=true --read-only", {"Privileged": True, "ReadonlyRootfs": True}),
])
def test_values_of_docker_run_become_the_engines(words: str, expected: dict[str, Any]) -> None:
    assert run_of([*words.split(), "{{.Image}}"], "x").host == expected


@pytest.mark.parametrize(("options", "gap"), [
    ({}, None),
    ({"docker_path": "/usr/bin/docker"}, None),
    ({"docker_path": "podman"}, "docker_path: podman"),
    ({"windows_container": True}, "Windows containers"),
    ({"communicator": "winrm"}, "communicator: winrm"),
    ({"communicator": "none"}, None),
    ({"communicator": "ssh"}, None),
    ({"communicator": "ssh", "exec_user": "worker"}, "exec_user and SSH"),
    ({"communicator": "ssh", "pty": True}, "pty and SSH"),
    ({"communicator": "ssh", "fix_upload_owner": False}, "fix_upload_owner: false and SSH"),
    ({"communicator": "ssh", "ssh_keypair_name": "x"}, "ssh_keypair_name, for it puts no key"),
    ({"run_command": ["-d", "{{.Image}}"]}, None),
    ({"run_command": ["-d", "--isolation=hyperv", "{{.Image}}"]}, "run_command: unrecognized arguments: --isolation"),
    ({"run_command": ["-d", "--ulimit", "nofile=many", "x"]}, "run_command: --ulimit cannot be"),
])
def test_what_cannot_be_done_is_said_before_anything_starts(options: dict[str, Any], gap: str | None) -> None:
    found = Docker.gap(options)
    assert (found is None) if gap is None else (found is not None and found.startswith(gap)), found


@pytest.mark.usefixtures("engine")
def test_only_what_a_run_made_is_collected(docker: APIClient, busybox: str, engine: str) -> None:
    def made(name: str, **labels: str) -> Resource:
        docker.create_container(busybox, name=name, labels=labels)
        return Resource("docker.container", name, {"engine": engine, "run": "run-1"})

    ours, others = made("ingot-test-ours", **{"ingot.run": "run-1"}), made("ingot-test-others")
    try:
        for each in (ours, ours, others):
            asyncio.run(Docker.collect(each))
        left = {name for each in docker.containers(all=True) for name in each["Names"]}
        assert "/ingot-test-ours" not in left
        assert "/ingot-test-others" in left
    finally:
        docker.remove_container("ingot-test-others")


def test_the_engine_may_go_away_in_the_middle(ingot: Ingot, engine: str, docker: APIClient, busybox: str) -> None:
    ingot.write({"playbook.yml": f"""
        sources: {{box: {{builder: docker, image: "{busybox}", pull: false, commit: true}}}}
        plays: [{{name: lost, sources: [box], gather_facts: false, tasks: [{{shell: echo now; sleep 600}}]}}]
        """})
    with engines.Relay(engine) as relay:
        environment = {**ingot.environment, "DOCKER_HOST": relay.address}
        with subprocess.Popen(
            [Path(sys.executable).with_name("ingot"), "build", "playbook.yml", "--json"], cwd=ingot.directory,
            env=environment, text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        ) as process:
            assert process.stdout is not None
            said = next(line for line in process.stdout if '"now"' in line)
            relay.cut()
            said += process.stdout.read()
    assert process.returncode == 1
    assert "Traceback" not in said
    assert "the Docker engine" in said
    assert "`ingot gc` does it later" in said
    left = docker.containers(all=True, quiet=True, filters={"label": "ingot.build=lost.box"})
    assert len(left) == 1
    docker.remove_container(left[0]["Id"], force=True)


def test_fifty_at_once(ingot: Ingot, engine: str, busybox: str) -> None:
    words = json.dumps(["-d", "-i", "--network=none", "--entrypoint=/bin/sh", "{{.Image}}"])
    ingot.write({"playbook.yml": f"""
        sources:
          box:
            builder: docker
            image: "{busybox}"
            pull: false
            discard: true
            run_command: {words}
        plays:
          - name: play
            matrix: {{number: {list(range(50))}}}
            sources: [box]
            gather_facts: false
            tasks: [{{shell: "true"}}]
        """})
    answer = ingot("build", "playbook.yml", DOCKER_HOST=engine)
    assert answer.status == 0, answer.stdout + answer.stderr
    assert "50 ok" in answer.stdout
