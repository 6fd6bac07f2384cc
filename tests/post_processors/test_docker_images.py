"""Images of a real engine named, pushed to a registry, saved and imported."""

from __future__ import annotations

import asyncio
import json
import secrets
import tarfile
from collections.abc import Iterator
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from docker.api.client import APIClient
from registry import Registry

from runner.builders.shared.docker.images import DIGEST, NAMES
from runner.post_processors import docker_import, docker_push, docker_save, docker_tag
from runner.sdk import Artifact, Failed, PostProcessor, Session

if TYPE_CHECKING:
    from conftest import Ingot


@pytest.fixture
def said() -> list[str]:
    return []


@pytest.fixture
def session(tmp_path: Path, said: list[str]) -> Session:
    async def nothing(*_: Any) -> Any:
        raise AssertionError("not asked for here")

    return Session(
        build="a", source="a", builder="docker", run="run-1", root=tmp_path, say=said.append, local=nothing,
        hold=nothing, noted=lambda _: nullcontext(lambda: None), work=tmp_path / "work",
    )


@pytest.fixture
def image(docker: APIClient, busybox: str) -> Artifact:
    return Artifact("docker", described(docker, busybox)["Id"])


@pytest.fixture
def name(docker: APIClient) -> Iterator[str]:
    """A repository of the test's own, whose names are gone afterwards."""
    name = f"ingot-tests/{secrets.token_hex(4)}"
    yield name
    for each in docker.images(name):
        for tag in each["RepoTags"]:
            docker.remove_image(tag, noprune=True)


def described(docker: Any, image: str) -> dict[str, Any]:
    found: dict[str, Any] = docker.inspect_image(image)
    return found


def process(plugin: PostProcessor[Any], session: Session, artifact: Artifact) -> Artifact:
    return asyncio.run(plugin.process(session, artifact))


class TestTag:
    @pytest.mark.parametrize(("options", "tags"), [
        ({}, ["latest"]),
        ({"tags": ["1", "2"]}, ["1", "2"]),
        ({"tag": ["1"], "force": True}, ["1"]),
    ])
    def test_an_image_gets_names(
        self, session: Session, docker: APIClient, image: Artifact, name: str, options: dict[str, Any], tags: list[str]
    ) -> None:
        made = process(docker_tag.DockerTag(docker_tag.Options(repository=name, **options)), session, image)
        names = [f"{name}:{tag}" for tag in tags]
        assert (made.id, made.labels[NAMES]) == (names[-1], " ".join(names))
        assert {described(docker, each)["Id"] for each in names} == {image.id}

    @pytest.mark.parametrize("artifact", [Artifact("file", "File"), Artifact("docker", "", made=False)])
    def test_what_is_no_image_gets_none(self, session: Session, artifact: Artifact) -> None:
        with pytest.raises(Failed, match="is no image of a Docker engine"):
            process(docker_tag.DockerTag(docker_tag.Options(repository="x")), session, artifact)

    @pytest.mark.usefixtures("engine")
    def test_an_image_that_is_gone_is_told(self, session: Session) -> None:
        gone = Artifact("docker", f"sha256:{'0' * 64}")
        with pytest.raises(Failed, match="No such image"):
            process(docker_tag.DockerTag(docker_tag.Options(repository="x")), session, gone)


class TestPush:
    @pytest.fixture
    def registry(self, request: pytest.FixtureRequest, docker: APIClient, name: str) -> Iterator[Registry]:
        with Registry(getattr(request, "param", None)) as registry:
            yield registry
            for each in docker.images(f"{registry.address}/{name}"):
                for tag in each["RepoTags"]:
                    docker.remove_image(tag, noprune=True)

    def tagged(self, session: Session, image: Artifact, registry: Registry, name: str, *tags: str) -> Artifact:
        repository = f"{registry.address}/{name}"
        return process(
            docker_tag.DockerTag(docker_tag.Options(repository=repository, tags=list(tags))), session, image
        )

    def test_every_name_is_pushed_and_can_be_pulled(
        self, session: Session, image: Artifact, registry: Registry, name: str, docker: APIClient
    ) -> None:
        artifact = self.tagged(session, image, registry, name, "1", "2")
        made = process(docker_push.DockerPush(docker_push.Options()), session, artifact)
        assert registry.tags == [f"{name}:1", f"{name}:2"]
        assert made.labels[DIGEST] in [digest for _, digest in registry.manifests]
        assert docker.pull(f"{registry.address}/{name}", "1")

    @pytest.mark.parametrize("registry", ["s3cret"], indirect=True)
    def test_with_a_login(
        self, session: Session, image: Artifact, registry: Registry, name: str, said: list[str]
    ) -> None:
        artifact = self.tagged(session, image, registry, name, "1")
        login: dict[str, Any] = {"login": True, "login_username": "pusher", "login_server": registry.address}
        with pytest.raises(Failed, match=r"unauthorized|no basic auth"):
            process(docker_push.DockerPush(docker_push.Options()), session, artifact)
        with pytest.raises(Failed, match="401 Unauthorized"):
            process(docker_push.DockerPush(docker_push.Options(**login, login_password="wrong")), session, artifact)
        with pytest.raises(Failed, match="a user and a password"):
            process(docker_push.DockerPush(docker_push.Options(**login)), session, artifact)
        assert registry.tags == []
        process(docker_push.DockerPush(docker_push.Options(**login, login_password="s3cret")), session, artifact)
        assert registry.tags == [f"{name}:1"]
        assert not any("s3cret" in line for line in said)

    def test_the_builder_pulls_what_was_pushed(
        self, ingot: Ingot, session: Session, image: Artifact, registry: Registry, name: str, engine: str
    ) -> None:
        artifact = self.tagged(session, image, registry, name, "1")
        process(docker_push.DockerPush(docker_push.Options()), session, artifact)
        ingot.write({"playbook.yml": json.dumps({
            "sources": {"box": {"builder": "docker", "image": artifact.id, "discard": True}},
            "plays": [{"sources": ["box"], "gather_facts": False, "tasks": [
                {"shell": "echo {{ build.SourceImageDigest }}"}, {"shell": "id worker"},
            ]}],
        })})
        answer = ingot("build", "playbook.yml", DOCKER_HOST=engine)
        assert answer.status == 0, answer.stdout + answer.stderr
        assert f"Pulling {artifact.id}" in answer.stdout
        (digest,) = {digest for _, digest in registry.manifests if digest.startswith("sha256:")}
        assert f"Digest: {digest}" in answer.stdout

    def test_an_image_without_a_name_has_no_registry(self, session: Session, image: Artifact) -> None:
        with pytest.raises(Failed, match="has no name") as raised:
            process(docker_push.DockerPush(docker_push.Options()), session, image)
        assert "docker-tag" in str(raised.value.hint)


class TestSaveAndImport:
    def test_a_saved_image_can_be_loaded(
        self, session: Session, docker: APIClient, image: Artifact, name: str, tmp_path: Path
    ) -> None:
        tagged = process(docker_tag.DockerTag(docker_tag.Options(repository=name)), session, image)
        made = process(docker_save.DockerSave(docker_save.Options(path="out/box.tar")), session, tagged)
        assert made.files == (tmp_path / "out" / "box.tar",)
        assert made.id == f"{name}:latest"
        with tarfile.open(made.files[0]) as packed:
            manifest = packed.extractfile("manifest.json")
            assert manifest is not None
            assert json.load(manifest)[0]["RepoTags"] == [f"{name}:latest"]
        docker.remove_image(f"{name}:latest", noprune=True)
        with made.files[0].open("rb") as stream:
            list(docker.load_image(stream))  # type: ignore[no-untyped-call]  # the library has no types for it
        assert described(docker, f"{name}:latest")["Id"] == image.id

    @pytest.mark.usefixtures("engine")
    def test_nothing_is_left_of_a_file_that_cannot_be_written_whole(
        self, session: Session, tmp_path: Path
    ) -> None:
        with pytest.raises(Failed, match="ingot-none"):
            process(
                docker_save.DockerSave(docker_save.Options(path="box.tar")), session, Artifact("docker", "ingot-none")
            )
        (tmp_path / "directory").mkdir()
        with pytest.raises(Failed, match="is a directory"):
            process(
                docker_save.DockerSave(docker_save.Options(path="directory")), session, Artifact("docker", "ingot-none")
            )
        assert [each.name for each in tmp_path.iterdir()] == ["directory"]

    def test_a_tar_file_becomes_an_image(self, session: Session, docker: APIClient, name: str, tmp_path: Path) -> None:
        with tarfile.open(tmp_path / "box.tar", "w") as packed:
            packed.addfile(tarfile.TarInfo("file"))
        changes = ["USER worker", 'CMD ["a"]']
        options = docker_import.Options(repository=name, tag="1", changes=changes, platform="linux")
        made = process(docker_import.DockerImport(options), session, Artifact("file", "File", (tmp_path / "box.tar",)))
        found = described(docker, f"{name}:1")
        assert (made.id, made.labels["ImageSha256"]) == (f"{name}:1", found["Id"])
        assert (found["Config"]["User"], found["Config"]["Cmd"]) == ("worker", ["a"])

    @pytest.mark.parametrize("artifact", [Artifact("null", ""), Artifact("rootfs", "", (Path("/usr"),))])
    def test_what_is_no_tar_file_is_told(self, session: Session, artifact: Artifact) -> None:
        with pytest.raises(Failed, match="is no tar file"):
            process(docker_import.DockerImport(docker_import.Options(repository="x")), session, artifact)

    @pytest.mark.usefixtures("engine")
    def test_a_file_that_is_no_tar_is_told(self, session: Session, tmp_path: Path) -> None:
        (tmp_path / "text").write_text("text" * 1000)
        with pytest.raises(Failed):
            process(
                docker_import.DockerImport(docker_import.Options(repository="ingot-tests/none")), session,
                Artifact("file", "File", (tmp_path / "text",)),
            )


@pytest.mark.parametrize("plugin", [
    docker_tag.DockerTag, docker_push.DockerPush, docker_save.DockerSave, docker_import.DockerImport,
])
def test_another_program_than_dockers_is_refused(plugin: type[PostProcessor[Any]]) -> None:
    assert plugin.gap({}) is None
    assert "DOCKER_HOST" in str(plugin.gap({"docker_path": "podman"}))


def test_a_whole_chain(ingot: Ingot, engine: str, docker: APIClient, busybox: str, name: str) -> None:
    ingot.write({"playbook.yml": f"""
        sources: {{box: {{builder: docker, image: "{busybox}", pull: false, export_path: box.tar}}}}
        plays:
          - name: chain
            sources: [box]
            gather_facts: false
            tasks: [{{shell: echo hi > /made}}]
            post_processors:
              - - docker-import: {{repository: {name}, tag: in}}
                - docker-tag: {{repository: {name}, tags: [a, b]}}
                - docker-save: {{path: saved.tar}}
                - checksum: {{checksum_types: [sha256], output: sums}}
        """})
    answer = ingot("build", "playbook.yml", DOCKER_HOST=engine)
    assert answer.status == 0, answer.stdout + answer.stderr
    tags = {tag for each in docker.images(name) for tag in each["RepoTags"]}
    assert tags == {f"{name}:in", f"{name}:a", f"{name}:b"}
    assert not (ingot.directory / "box.tar").exists()
    assert (ingot.directory / "sums").read_text().endswith("\tsaved.tar\n")
