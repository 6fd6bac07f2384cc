"""Builds that start from what another build of the same playbook made."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import Answer
from docker.api.client import APIClient
from rootfs_support import Rootfs, base, config_of, manifest_of, rootfs  # noqa: F401 - fixtures

MADE = "echo made >/etc/made"
SEEN = "grep made /etc/made && echo seen >/etc/seen"


@pytest.fixture
def images(docker: APIClient) -> Iterator[list[dict[str, Any]]]:
    """Images of this test's run, which go with it: filled in by ``chained``."""
    found: list[dict[str, Any]] = []
    yield found
    for each in found:
        docker.remove_image(each["Id"], force=True)


def chained(
    rootfs: Rootfs, base: Path, below: dict[str, Any], above: dict[str, Any], **environment: str  # noqa: F811
) -> Answer:
    """Build one image on the other."""
    play = {"gather_facts": False}
    if {"oci", "docker-archive"} & {*below["format"]}:
        below = {"labels": {"a": "1"}, **below}
    playbook = {
        "sources": {
            "below": {"builder": "rootfs", "from": str(base), "output": "out/below", **below},
            "above": above,
        },
        "plays": [
            {"name": "first", "sources": ["below"], "tasks": [{"shell": MADE}], **play},
            {"name": "second", "sources": [{"above": {"from": "first.below"}}], "tasks": [{"shell": SEEN}], **play},
        ],
    }
    rootfs.ingot.write({"playbook.yml": yaml.safe_dump(playbook)})
    return rootfs.ingot("build", "playbook.yml", INGOT_CACHE_DIR=str(rootfs.cache), **environment)


ABOVE = {"builder": "rootfs", "from": "unused", "output": "out/above", "format": ["oci", "directory"]}


@pytest.mark.parametrize(("below", "layers"), [
    ({"format": ["oci"]}, 3),
    ({"format": ["docker-archive"]}, 3),
    ({"format": ["tar"]}, 2),
    ({"format": ["tar"], "compression": "zstd"}, 2),
    ({"format": ["directory"]}, 1),
    ({"format": ["squashfs", "directory", "tar", "oci"]}, 3),
])  # fmt: skip
def test_an_image_on_another(rootfs: Rootfs, base: Path, below: dict[str, Any], layers: int) -> None:  # noqa: F811
    answer = chained(rootfs, base, below, ABOVE)
    assert answer.status == 0, answer.stdout + answer.stderr
    out = rootfs.directory / "out"
    assert [(out / "above" / "etc" / name).read_text() for name in ("made", "seen")] == ["made\n", "seen\n"]
    assert len(manifest_of(out / "above.oci")["layers"]) == layers
    labels = config_of(out / "above.oci")["config"].get("Labels")
    assert labels == ({"a": "1"} if layers == 3 else None)
    if "oci" in below["format"]:
        assert manifest_of(out / "above.oci")["layers"][:2] == manifest_of(out / "below.oci")["layers"]


def test_what_no_build_can_start_from(rootfs: Rootfs, base: Path) -> None:  # noqa: F811
    answer = chained(rootfs, base, {"format": ["squashfs"]}, ABOVE)
    assert answer.status == 4  # the other build is well
    assert "what rootfs made is nothing that rootfs can start from" in answer.stderr


@pytest.mark.parametrize(("below", "labels"), [
    ({"format": ["tar"]}, None),
    ({"format": ["tar"], "compression": "none"}, None),
    ({"format": ["docker-archive"]}, "1"),
    ({"format": ["squashfs", "tar", "docker-archive"]}, "1"),
])  # fmt: skip
def test_a_container_of_it(
    rootfs: Rootfs, base: Path, docker: APIClient, images: list[dict[str, Any]], below: dict[str, Any],  # noqa: F811
    labels: str | None,
) -> None:
    above = {"builder": "docker", "image": "unused", "commit": True}
    answer = chained(rootfs, base, below, above, DOCKER_HOST=os.environ["DOCKER_HOST"])
    assert answer.status == 0, answer.stdout + answer.stderr
    (events,) = (rootfs.directory / ".ingot" / "runs").glob("*/events.jsonl")
    run = json.loads(events.read_text().splitlines()[0])["run"]
    images += docker.images(filters={"label": f"ingot.run={run}"})
    (image,) = images
    assert image["Labels"].get("a") == labels
    container = docker.create_container(image["Id"], ["/bin/cat", "/etc/made", "/etc/seen"])["Id"]
    try:
        docker.start(container)
        assert docker.wait(container)["StatusCode"] == 0
        assert docker.logs(container) == b"made\nseen\n"
    finally:
        docker.remove_container(container, force=True)


def test_a_container_cannot_begin_with_a_layout(rootfs: Rootfs, base: Path, engine: str) -> None:  # noqa: F811
    above = {"builder": "docker", "image": "unused", "discard": True}
    answer = chained(rootfs, base, {"format": ["oci"]}, above, DOCKER_HOST=engine)
    assert answer.status == 4  # the other build is well
    assert "what rootfs made is no tar file" in answer.stderr
