"""What comes out of a build: container images, tar files, squashfs, directories."""

from __future__ import annotations

import json
import os
import struct
import subprocess
import tarfile
from hashlib import sha256
from pathlib import Path
from typing import Any, cast

import pytest
from docker.api.client import APIClient
from rootfs_support import (  # noqa: F401 - fixtures
    Rootfs,
    base,
    blob,
    config_of,
    inspected,
    layer_of,
    manifest_of,
    needed,
    rootfs,
    tar_of,
)

from runner.builders.rootfs.streams import SUFFIXES

ATTRIBUTES = {
    "security.capability": struct.pack("<5L", 0x02000001, 1 << 13, 0, 0, 0),
    "user.note": b"\xff\x00 bytes",
}
"""The first is CAP_NET_RAW (linux/capability.h, version 2)."""
EPOCH = 1_700_000_000
CONFIG = {
    "tags": ["ingot-test/rootfs:one"], "cmd": ["/bin/cat", "/etc/greeting"], "env": {"A": "1"}, "user": "worker",
    "workdir": "/tmp", "exposed_ports": ["80", "53/udp"], "volumes": ["/data"], "stop_signal": "SIGINT",
    "labels": {"x": "y"}, "author": "Somebody", "source_date_epoch": EPOCH,
}
GREET = {"shell": "echo hello > /etc/greeting; chown worker: /etc/greeting"}


def test_a_container_image_of_bare_files(rootfs: Rootfs, base: Path) -> None:  # noqa: F811
    out = rootfs.made({"from": str(base), "format": ["oci", "docker-archive"], **CONFIG}, GREET)
    config = config_of(out / "box.oci")
    assert config["config"] == {
        "Env": ["PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "A=1"],
        "Cmd": ["/bin/cat", "/etc/greeting"], "User": "worker", "WorkingDir": "/tmp", "StopSignal": "SIGINT",
        "Labels": {"x": "y"}, "ExposedPorts": {"80/tcp": {}, "53/udp": {}}, "Volumes": {"/data": {}},
    }
    assert (config["author"], config["created"], config["os"]) == ("Somebody", "2023-11-14T22:13:20Z", "linux")
    assert len(manifest_of(out / "box.oci")["layers"]) == 2
    below, above = layer_of(out / "box.oci", 0), layer_of(out / "box.oci", 1)
    assert "bin/busybox" in below
    assert above.keys() == {"etc", "etc/greeting"}
    greeting = above["etc/greeting"]
    assert (greeting.uid, greeting.gid, greeting.mode, greeting.mtime) == (1000, 1000, 0o644, EPOCH)
    files = {**below, **above}
    assert max(each.mtime for each in files.values()) == EPOCH
    # Nothing of what the build needed is in it.
    assert not {"usr/sbin/policy-rc.d", "etc/resolv.conf", "dev/null"} & files.keys()


@pytest.mark.parametrize("form", ["oci:{}/box.oci:one", "docker-archive:{}/box.tar", "oci-archive:{}/box.tar"])
def test_skopeo_reads_it(rootfs: Rootfs, base: Path, form: str) -> None:  # noqa: F811
    out = rootfs.made({"from": str(base), "format": ["oci", "docker-archive"], **CONFIG}, GREET)
    found = inspected(form.format(out))
    assert (found["Labels"], found["Env"][-1], len(found["Layers"])) == ({"x": "y"}, "A=1", 2)


def test_docker_runs_it(rootfs: Rootfs, base: Path, docker: APIClient) -> None:  # noqa: F811
    out = rootfs.made({"from": str(base), "format": ["docker-archive"], **CONFIG}, GREET)
    with (out / "box.tar").open("rb") as file:
        told = "".join(str(each) for each in cast(Any, docker).load_image(file))
    try:
        assert "Loaded image: ingot-test/rootfs:one" in told
        container = docker.create_container("ingot-test/rootfs:one")["Id"]
        try:
            docker.start(container)
            assert docker.wait(container)["StatusCode"] == 0
            assert docker.logs(container) == b"hello\n"
        finally:
            docker.remove_container(container, force=True)
    finally:
        docker.remove_image("ingot-test/rootfs:one", force=True)


def test_a_layer_on_the_layers_of_an_image(rootfs: Rootfs, tmp_path: Path) -> None:  # noqa: F811
    below = tmp_path / "below.tar"
    below.write_bytes(tar_of({"etc": None, "etc/old": "old", "etc/kept": "kept", "opt": None, "opt/a": "a"}))
    made = rootfs.made({"from": str(below), "output": "out/below", "labels": {"a": "1"}, "entrypoint": ["/x"]})
    first = manifest_of(made / "below.oci")["layers"]
    answer = rootfs({"from": "out/below.oci", "labels": {"b": "2"}, "env": {"B": "2"}, "format": ["oci", "tar"]})
    assert answer.status == 0, answer.stderr
    config = config_of(made / "box.oci")
    assert config["config"]["Labels"] == {"a": "1", "b": "2"}
    assert config["config"]["Entrypoint"] == ["/x"]
    assert manifest_of(made / "box.oci")["layers"][:2] == first
    assert layer_of(made / "box.oci", 2) == {}
    with tarfile.open(made / "box.tar.gz") as archive:
        assert {"etc/old", "opt/a"} <= set(archive.getnames())


def test_what_is_removed_and_replaced_in_a_layer(rootfs: Rootfs, base: Path) -> None:  # noqa: F811
    first = {"shell": "mkdir -p /opt/a /opt/b; touch /opt/a/1 /opt/b/2"}
    rootfs.made({"from": str(base), "output": "out/below"}, first)
    script = "rm /opt/a/1; rm -r /opt/b; mkdir /opt/b; touch /opt/b/3; ln /etc/passwd /etc/again; mkfifo /opt/pipe"
    out = rootfs.made({"from": "out/below.oci", "format": ["oci", "docker-archive", "directory"]}, {"shell": script})
    files = layer_of(out / "box.oci", 2)
    assert {"opt/a/.wh.1", "opt/b/.wh..wh..opq", "opt/b/3", "opt/pipe"} <= files.keys()
    assert files["opt/pipe"].isfifo()
    assert {each.name for each in files.values() if each.islnk()} <= {"etc/again", "etc/passwd"}
    assert "bin/busybox" not in files
    assert sorted(each.name for each in (out / "box" / "opt").rglob("*")) == ["3", "a", "b", "pipe"]
    # And read again, with the whiteouts carried out, from either form.
    for number, form in enumerate(("box.oci", "box.tar")):
        again = rootfs.made({"from": f"out/{form}", "output": f"out/{number}", "format": ["directory"]}) / str(number)
        assert sorted(each.name for each in (again / "opt").rglob("*")) == ["3", "a", "b", "pipe"]
        assert (again / "etc" / "again").read_bytes() == (again / "etc" / "passwd").read_bytes()


def test_equal_builds_give_equal_images(rootfs: Rootfs, base: Path) -> None:  # noqa: F811
    source = {"from": str(base), "format": ["oci", "tar", "squashfs", "docker-archive"], "source_date_epoch": EPOCH}
    first = _contents(rootfs.made(source, GREET))
    second = _contents(rootfs.made(source, {"shell": "sleep 1.1"}, GREET, force=True))
    assert first == second


def _contents(directory: Path) -> dict[str, bytes]:
    return {str(each): each.read_bytes() for each in directory.rglob("*") if each.is_file()}


def test_an_image_that_docker_saved(rootfs: Rootfs, tmp_path: Path) -> None:  # noqa: F811
    layers = [
        tar_of({"etc": None, "etc/old": "1", "etc/kept": "1", "opt": None, "opt/below": "1", "to": None, "to/it": "1"}),
        # A layer's own files stay, whether they come before a whiteout or after it.
        tar_of({"etc/.wh.old": "", "opt": None, "opt/mine": "2", "opt/.wh..wh..opq": "", "to": "2", "etc/kept": "2"}),
    ]
    config = {
        "architecture": "amd64", "os": "linux", "config": {"Cmd": ["/x"]},
        "rootfs": {"type": "layers", "diff_ids": [f"sha256:{sha256(each).hexdigest()}" for each in layers]},
    }
    manifest = [{"Config": "c.json", "RepoTags": None, "Layers": ["0/layer.tar", "1/layer.tar"]}]
    (tmp_path / "saved.tar").write_bytes(tar_of({
        "0/layer.tar": layers[0], "1/layer.tar": layers[1], "c.json": json.dumps(config),
        "manifest.json": json.dumps(manifest),
    }))
    out = rootfs.made({"from": str(tmp_path / "saved.tar"), "format": ["directory", "oci"]})
    found = {each.removeprefix(f"{out}/box/"): content for each, content in _contents(out / "box").items()}
    assert found == {"etc/kept": b"2", "opt/mine": b"2", "to": b"2"}
    assert config_of(out / "box.oci")["config"] == {"Cmd": ["/x"]}
    assert [each["mediaType"].rpartition(".")[2] for each in manifest_of(out / "box.oci")["layers"]] == ["tar+gzip"] * 3


@pytest.mark.parametrize("compression", ["gzip", "none", "xz", "zstd"])
def test_a_tar_file_in_every_compression(rootfs: Rootfs, base: Path, compression: str) -> None:  # noqa: F811
    needed(*{"xz": ["xz"], "zstd": ["zstd"]}.get(compression, []))
    out = rootfs.made({"from": str(base), "format": ["tar"], "compression": compression}, GREET)
    (file,) = out.iterdir()
    assert file.name == f"box.tar{SUFFIXES[compression]}"
    listed = subprocess.run(["tar", "-tvf", file, "--numeric-owner"], capture_output=True, text=True, check=True).stdout
    assert any("1000/1000" in line and line.endswith(" etc/greeting") for line in listed.splitlines())
    # It serves as a base as well.
    again = rootfs.made({"from": str(file), "format": ["directory"], "output": "out/again"}) / "again"
    assert (again / "etc" / "greeting").read_text() == "hello\n"


def test_permissions_are_kept(rootfs: Rootfs, base: Path) -> None:  # noqa: F811
    needed("unsquashfs")
    out = rootfs.made(
        {"from": str(base), "format": ["oci", "squashfs", "directory"]},
        {"shell": "echo x > /bin/tool; chmod 4755 /bin/tool; chmod 1777 /var; ln -s nowhere /etc/link"},
    )
    files = layer_of(out / "box.oci", 1)
    assert (files["bin/tool"].mode, files["var"].mode, files["etc/link"].linkname) == (0o4755, 0o1777, "nowhere")
    argv: list[str | Path] = ["unsquashfs", "-ll", out / "box.squashfs", "bin/tool"]
    assert "-rwsr-xr-x root/root" in subprocess.run(argv, capture_output=True, text=True, check=True).stdout
    assert (out / "box" / "bin" / "tool").stat().st_mode & 0o7777 == 0o4755


def test_attributes_of_files_are_kept(rootfs: Rootfs) -> None:  # noqa: F811
    needed("unsquashfs")
    rootfs.ingot.write({"files/tool": "x"})
    for name, value in ATTRIBUTES.items():
        os.setxattr(rootfs.directory / "files" / "tool", name, value)
    out = rootfs.made({"from": "files", "format": ["oci", "squashfs", "directory"]})
    again = rootfs.made({"from": "out/box.oci", "output": "out/again", "format": ["directory"]})
    subprocess.run(["unsquashfs", "-q", "-n", "-d", out / "squashed", out / "box.squashfs"], check=True)
    for place in (out / "box", again / "again", out / "squashed"):
        assert {name: os.getxattr(place / "tool", name) for name in os.listxattr(place / "tool")} == ATTRIBUTES


def test_a_result_that_is_there_stays_without_force(rootfs: Rootfs, base: Path) -> None:  # noqa: F811
    out = rootfs.made({"from": str(base), "format": ["oci", "tar"]})
    before = (out / "box.tar.gz").read_bytes()
    answer = rootfs({"from": str(base), "format": ["oci", "tar"]}, GREET)
    assert answer.status != 0
    assert "out/box.oci is there already" in answer.stderr
    assert (out / "box.tar.gz").read_bytes() == before
    rootfs.made({"from": str(base), "format": ["oci", "tar"]}, GREET, force=True)
    assert (out / "box.tar.gz").read_bytes() != before
    assert "etc/greeting" in layer_of(out / "box.oci", 1)


def test_a_failing_build_leaves_nothing(rootfs: Rootfs, base: Path) -> None:  # noqa: F811
    answer = rootfs({"from": str(base)}, {"shell": "exit 3"})
    assert answer.status != 0
    assert not (rootfs.directory / "out").exists()


def test_what_a_task_left_running_writes_no_more(rootfs: Rootfs, base: Path) -> None:  # noqa: F811
    script = "(while echo more; do :; done) >/var/growing 2>/dev/null </dev/null &"
    out = rootfs.made({"from": str(base), "format": ["tar", "directory"]}, {"shell": script})
    with tarfile.open(out / "box.tar.gz") as archive:
        assert archive.getmember("var/growing").size == (out / "box" / "var" / "growing").stat().st_size


def test_a_blob_is_what_its_name_says(rootfs: Rootfs, base: Path) -> None:  # noqa: F811
    out = rootfs.made({"from": str(base), "output": "out/below"})
    layer, _ = manifest_of(out / "below.oci")["layers"]
    file = out / "below.oci" / "blobs" / layer["digest"].replace(":", "/")
    other = file.with_name("other.tar")
    other.write_bytes(tar_of({"etc": None}))
    other.replace(file)
    answer = rootfs({"from": "out/below.oci"})
    assert answer.status != 0
    assert "is not what its digest" in answer.stderr
    assert blob(out / "below.oci", manifest_of(out / "below.oci")["config"]["digest"])["os"] == "linux"


def test_a_base_that_cannot_be_unpacked(rootfs: Rootfs) -> None:  # noqa: F811
    rootfs.ingot.write({"broken.tar": "this is no archive, and not empty either" * 100})
    answer = rootfs({"from": "broken.tar"})
    assert answer.status != 0
    assert "broken.tar cannot be unpacked: it is no tar archive" in answer.stderr
