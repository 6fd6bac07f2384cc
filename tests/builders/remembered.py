"""Docker builds that remember, for several files of tests."""

from __future__ import annotations

import json
import secrets
import tarfile
from collections.abc import Mapping
from contextlib import suppress
from io import BytesIO
from typing import TYPE_CHECKING, Any, NamedTuple

import yaml
from docker.errors import APIError

if TYPE_CHECKING:
    from conftest import Answer, Ingot

_APART = ("dev", "proc", "sys", ".dockerenv", "etc/hosts", "etc/hostname", "etc/resolv.conf", "etc/mtab")
"""What belongs to a container, and not to its image."""


def unkept(task: Any) -> Any:
    """Return a task after which no checkpoint is made unless it says so: on a slow computer any may take long."""
    if "block" in task:
        return {key: [unkept(each) for each in value] if key in ("block", "rescue", "always") else value
                for key, value in task.items()}
    return {"checkpoint": False, **task}


class File(NamedTuple):
    """All of a file that counts."""

    kind: bytes
    mode: int
    owner: tuple[int, int]
    link: str
    content: bytes


class Ran:
    """How a run went, by its events."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.status = answer.status
        self.events = [json.loads(line) for line in answer.stdout.splitlines() if line.startswith("{")]

    def __str__(self) -> str:
        return self.answer.stdout + self.answer.stderr

    def of(self, kind: str) -> list[dict[str, Any]]:
        """The events of a kind."""
        return [each for each in self.events if each["event"] == kind]

    @property
    def started(self) -> int:
        """How many containers were started."""
        return sum("Starting a container" in each["text"] for each in self.of("Said"))

    @property
    def cached(self) -> list[str]:
        """The names of the steps that an earlier run had done."""
        return [each["name"] for each in self.of("StepFinished") if each["cached"]]

    @property
    def done(self) -> list[str]:
        """The names of all other steps that were not skipped."""
        steps = self.of("StepFinished")
        return [each["name"] for each in steps if not each["cached"] and each["outcome"] != "skipped"]

    @property
    def image(self) -> str:
        """The image that was made."""
        (made,) = self.of("ArtifactMade")
        return str(made["id"])

    @property
    def said(self) -> str:
        """What steps have told."""
        return "\n".join(each["text"] for each in self.of("Said"))


class Box:
    """Builds playbooks of one source ``box`` and one play; what they leave goes in the end."""

    def __init__(self, ingot: Ingot, engine: str, docker: Any, image: str) -> None:
        self.ingot = ingot
        self.engine = engine
        self.docker = docker
        self.name = f"play-{secrets.token_hex(4)}"
        self.source: dict[str, Any] = {"builder": "docker", "image": image, "pull": False, "commit": True}
        self.playbook: dict[str, Any] = {}
        self.keeps_by_itself = False
        """Whether tasks that took long have checkpoints."""

    def write(self, *tasks: Any, top: Mapping[str, Any] | None = None, **play: Any) -> None:
        """Write the playbook, with more for its top and its play."""
        listed = list(tasks) if self.keeps_by_itself else [unkept(each) for each in tasks]
        whole = {"name": self.name, "sources": ["box"], "gather_facts": False, "tasks": listed, **play}
        self.playbook = {"sources": {"box": self.source}, "plays": [whole], **(top or {})}
        self.ingot.write({"playbook.yml": yaml.safe_dump(self.playbook, sort_keys=False, width=1000)})

    def build(self, *words: str, **environment: str) -> Ran:
        """Build what was written."""
        return Ran(self.ingot("build", "playbook.yml", "--json", *words, DOCKER_HOST=self.engine, **environment))

    def __call__(self, *tasks: Any, top: Mapping[str, Any] | None = None, **play: Any) -> Ran:
        self.write(*tasks, top=top, **play)
        return self.build()

    def files(self, image: str) -> dict[str, File]:
        """What an image has in it."""
        made = self.docker.create_container(image, ["/bin/true"])
        try:
            packed = b"".join(self.docker.export(made["Id"]))
        finally:
            self.docker.remove_container(made["Id"], force=True, v=True)
        found: dict[str, File] = {}
        with tarfile.open(fileobj=BytesIO(packed)) as archive:
            for each in archive:
                name = each.name.removeprefix("./").strip("/")
                if name and not any(name == apart or name.startswith(f"{apart}/") for apart in _APART):
                    content = archive.extractfile(each).read() if each.isfile() else b""  # type: ignore[union-attr]
                    found[name] = File(each.type, each.mode, (each.uid, each.gid), each.linkname, content)
        return found

    def config(self, image: str) -> dict[str, Any]:
        """The configuration of an image, without what tells of the run."""
        found: Any = self.docker.inspect_image(image)["Config"]
        kept = {name: value for name, value in found.items() if name not in ("Image", "Hostname")}
        kept["Labels"] = {name: value for name, value in kept["Labels"].items() if name != "ingot.run"}
        return kept

    @property
    def checkpoints(self) -> set[str]:
        """The names of the checkpoints that there are."""
        found = self.docker.images("ingot-checkpoint", filters={"label": f"ingot.build={self.name}.box"})
        return {name for image in found for name in image["RepoTags"] or ()}

    def close(self) -> None:
        """Remove what is left."""
        for name in self.checkpoints:
            with suppress(APIError):
                self.docker.remove_image(name, force=True)
        for image in self.docker.images(all=True, quiet=True, filters={"label": f"ingot.build={self.name}.box"}):
            with suppress(APIError):
                self.docker.remove_image(image, force=True)
