"""Boxes of each provider, and what Vagrant itself says of them."""

from __future__ import annotations

import asyncio
import io
import json
import os
import shutil
import subprocess
import tarfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from conftest import Ingot
from sessions import session

from runner.post_processors.vagrant import Different, Options, Vagrant
from runner.sdk import Artifact, Failed

_OVF = """<?xml version="1.0"?>
<Envelope ovf:version="1.0" xmlns:ovf="http://schemas.dmtf.org/ovf/envelope/1" xmlns:vbox="http://www.virtualbox.org/ovf/machine">
  <References><File ovf:id="file1" ovf:href="vm-disk001.vmdk"/></References>
  <VirtualSystem ovf:id="vm"><vbox:Machine><Hardware><Network>
    <Adapter slot="1" enabled="true" MACAddress="0800271111BB" type="82540EM"/>
    <Adapter slot="0" enabled="true" MACAddress="080027AAAAAA" type="82540EM"/>
  </Network></Hardware></vbox:Machine></VirtualSystem>
</Envelope>
"""


def disk(path: Path, gigabytes: float = 1.5, form: str = "qcow2", *more: str) -> Path:
    words = ["qemu-img", "create", "-q", "-f", form, *more, str(path), str(int(gigabytes * (1 << 30)))]
    subprocess.run(words, check=True)
    return path


def virtual_machine(here: Path) -> list[Path]:
    """Return the files of a machine of VirtualBox."""
    (here / "vm.ovf").write_text(_OVF)
    (here / "vm-disk001.vmdk").write_bytes(b"a disk")
    (here / "vm.mf").write_text("SHA1(vm.ovf)= 1")
    return [here / "vm.ovf", here / "vm-disk001.vmdk", here / "vm.mf"]


def appliance(here: Path) -> list[Path]:
    """Return the same as one file."""
    with tarfile.open(here / "vm.ova", "w") as archive:
        for file in virtual_machine(here):
            archive.add(file, file.name)
            file.unlink()
    return [here / "vm.ova"]


def vmware(here: Path) -> list[Path]:
    place = here / "output"
    place.mkdir()
    for name in ("vm.vmx", "vm.vmdk", "vm.nvram"):
        (place / name).write_text(name)
    return [place]


MADE: dict[str, Callable[[Path], Artifact]] = {
    "libvirt": lambda here: Artifact("qemu", "VM", (disk(here / "vm.qcow2"),), {"diskName": "vm.qcow2"}),
    "libvirt, disks": lambda here: Artifact("qemu", "VM", (
        disk(here / "a.qcow2"), disk(here / "b.qcow2"), disk(here / "a.raw", 0.1, "raw"),
    )),
    "libvirt, rootfs": lambda here: Artifact("rootfs", "Rootfs", (disk(here / "image.qcow2", 2),)),
    "virtualbox": lambda here: Artifact("virtualbox-iso", "VM", tuple(virtual_machine(here))),
    "virtualbox, ova": lambda here: Artifact("virtualbox-ovf", "VM", tuple(appliance(here))),
    "vmware": lambda here: Artifact("vmware-iso", "VM", tuple(vmware(here))),
    "docker": lambda _: Artifact("docker-import", "sha256:1234"),
    "aws": lambda _: Artifact("amazon-ebs", "eu-west-1:ami-1,us-east-1:ami-2"),
}
"""Provider, and what is special -> what makes the artifact."""

LIBVIRT = {"provider": "libvirt", "format": "qcow2"}
BOXES: list[tuple[str, dict[str, Any], list[str], str]] = [
    ("libvirt", {**LIBVIRT, "virtual_size": 2}, ["box.img"], 'libvirt.driver = "kvm"'),
    ("libvirt, disks", {**LIBVIRT, "disks": [{"path": "disk1.img"}, {"path": "disk2.img"}]},
     ["disk1.img", "disk2.img"], 'libvirt.driver = "kvm"'),
    ("libvirt, rootfs", {**LIBVIRT, "virtual_size": 2}, ["box.img"], 'libvirt.driver = "kvm"'),
    ("virtualbox", {"provider": "virtualbox"}, ["box.ovf", "vm-disk001.vmdk"], 'base_mac = "080027AAAAAA"'),
    ("virtualbox, ova", {"provider": "virtualbox"}, ["box.ovf", "vm-disk001.vmdk"], 'base_mac = "080027AAAAAA"'),
    ("vmware", {"provider": "vmware_desktop"}, ["vm.nvram", "vm.vmdk", "vm.vmx"], ""),
    ("docker", {"provider": "docker"}, [], 'docker.image = "sha256:1234"'),
    ("aws", {"provider": "aws"}, [], 'aws.region_config "us-east-1", ami: "ami-2"'),
]


def boxed(root: Path, artifact: Artifact, **options: Any) -> Artifact:
    return asyncio.run(Vagrant(Options(**options)).process(session(root, source="web/x"), artifact))


def content(box: Path) -> dict[str, bytes]:
    with tarfile.open(box) as archive:
        return {each.name: archive.extractfile(each).read() for each in archive if each.isfile()}  # type: ignore[union-attr]  # a file has some


@pytest.mark.parametrize(("made", "metadata", "files", "vagrantfile"), BOXES, ids=[row[0] for row in BOXES])
def test_what_is_in_a_box(
    tmp_path: Path, made: str, metadata: dict[str, Any], files: list[str], vagrantfile: str
) -> None:
    artifact = MADE[made](tmp_path)
    result = boxed(tmp_path, artifact)
    provider = made.partition(",")[0]
    assert result.files == (tmp_path / f"packer_web_x_{provider}.box",)
    assert result.labels == {**artifact.labels, "Provider": provider}
    assert result.id == (artifact.id if provider in ("docker", "aws") else provider)
    found = content(result.files[0])
    assert list(found) == ["metadata.json", "Vagrantfile", *files]
    assert json.loads(found["metadata.json"]) == metadata
    assert vagrantfile in found["Vagrantfile"].decode()
    if provider == "libvirt":
        assert found[files[0]] == next(each for each in artifact.files if each.suffix == ".qcow2").read_bytes()
    assert [each.name for each in tmp_path.iterdir() if "ingot-box" in each.name] == []


@pytest.mark.skipif(not shutil.which("vagrant"), reason="needs Vagrant, in Debian's package vagrant")
def test_vagrant_takes_every_box(tmp_path: Path) -> None:
    for number, (name, make) in enumerate(MADE.items()):
        here = tmp_path / str(number)
        here.mkdir()
        [box] = boxed(here, make(here)).files
        vagrant(tmp_path, "box", "add", "--name", f"test/box{number}", str(box))
        provider = "vmware_desktop" if name == "vmware" else name.partition(",")[0]
        place = next((tmp_path / "home" / "boxes").glob(f"*box{number}/*/{provider}"))
        assert (place / "Vagrantfile").exists(), name
    listed = vagrant(tmp_path, "box", "list")
    assert [line.split()[1].strip("(,") for line in listed.splitlines()] == [
        "vmware_desktop" if name == "vmware" else name.partition(",")[0] for name in MADE
    ]


def vagrant(here: Path, *words: str) -> str:
    environment = {
        **os.environ, "VAGRANT_HOME": str(here / "home"), "VAGRANT_CHECKPOINT_DISABLE": "1", "HOME": str(here),
    }
    done = subprocess.run(["vagrant", *words], cwd=here, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.skipif(not shutil.which("vagrant"), reason="needs Vagrant, in Debian's package vagrant")
def test_vagrant_runs_an_image_of_docker(tmp_path: Path, docker: Any, busybox: str) -> None:
    (tmp_path / "more.rb").write_text(
        'Vagrant.configure("2") do |config|\n'
        '  config.vm.hostname = "{{ .BuildName }}".tr("_", "-")\n'
        "  config.vm.provider(:docker) { |docker| docker.cmd = %w[sleep 600] }\n"
        "end\n"
    )
    image = docker.inspect_image(busybox)["Id"]
    [box] = boxed(tmp_path, Artifact("docker", image), vagrantfile_template="more.rb").files
    vagrant(tmp_path, "box", "add", "--name", "test/docker", str(box))
    (tmp_path / "Vagrantfile").write_text(
        'Vagrant.configure("2") do |config|\n  config.vm.box = "test/docker"\n'
        '  config.vm.synced_folder ".", "/vagrant", disabled: true\nend\n'
    )
    vagrant(tmp_path, "validate", "--ignore-provider")
    try:
        vagrant(tmp_path, "up", "--provider", "docker")
        name = next((tmp_path / ".vagrant/machines/default/docker").glob("id")).read_text()
        found = docker.inspect_container(name)
        assert (found["Image"], found["State"]["Running"], found["Config"]["Hostname"]) == (image, True, "web-x")
    finally:
        vagrant(tmp_path, "destroy", "-f")


def test_what_the_options_change(tmp_path: Path) -> None:
    (tmp_path / "extra").mkdir()
    (tmp_path / "extra" / "info.json").write_text("{}")
    (tmp_path / "scripts" / "sub").mkdir(parents=True)
    (tmp_path / "scripts" / "sub" / "run.sh").write_text("#!/bin/sh\n")
    (tmp_path / "more.rb").write_text("# for {{.Provider}} of {{ build_name }}: {{- .ArtifactId -}}\n")
    [box] = boxed(
        tmp_path, MADE["libvirt"](tmp_path), output="boxes/{{.BuildName}}-{{ .Provider }}.box", compression_level=0,
        include=["extra/info.json", "scripts"], architecture="amd64", vagrantfile_template="more.rb",
    ).files
    assert box == tmp_path / "boxes" / "web_x-libvirt.box"
    assert not box.read_bytes().startswith(b"\x1f\x8b")  # it is not compressed
    found = content(box)
    assert json.loads(found["metadata.json"])["architecture"] == "amd64"
    assert found["info.json"] == b"{}"
    assert found["scripts/sub/run.sh"] == b"#!/bin/sh\n"
    assert found["Vagrantfile"].decode().endswith("# for libvirt of web_x: VM\n")


@pytest.mark.skipif(not shutil.which("packer"), reason="needs Packer, in Debian's package packer")
def test_the_boxes_are_as_packer_makes_them(tmp_path: Path) -> None:
    names = [file.name for file in virtual_machine(tmp_path)][:2]
    (tmp_path / "vm.vmx").write_text("vm")
    (tmp_path / "info.json").write_text("{}")
    (tmp_path / "more.rb").write_text("# {{.Provider}} {{ .BuildName }} {{build_name}} {{build_type}}\n")
    chains = {"virtualbox": names, "vmware": ["vm.vmx", names[1]]}
    options: dict[str, Any] = {
        "include": ["info.json"], "vagrantfile_template": "more.rb", "output": "{{.Provider}}-{{.BuildName}}.box"
    }
    links = [
        [{"type": "artifice", "files": files}, {
            "type": "vagrant", "keep_input_artifact": True, "provider_override": provider, **options,
            "output": "theirs-" + options["output"],
        }]
        for provider, files in chains.items()
    ]
    template = {"builders": [{"type": "null", "name": "a", "communicator": "none"}], "post-processors": links}
    (tmp_path / "template.json").write_text(json.dumps(template))
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "CHECKPOINT_DISABLE": "1"}
    subprocess.run(["packer", "build", "template.json"], cwd=tmp_path, env=environment, check=True, capture_output=True)
    for provider, files in chains.items():
        artifact = Artifact("artifice", "", tuple(tmp_path / name for name in files))
        ours = session(tmp_path, source="a", builder="null")
        [box] = asyncio.run(Vagrant(Options(provider_override=provider, **options)).process(ours, artifact)).files
        theirs = tmp_path / f"theirs-{provider}-a.box"
        assert box.name == f"{provider}-a.box"
        assert plain(content(box)) == plain(content(theirs))


def plain(found: dict[str, bytes]) -> dict[str, Any]:
    """Return what is in a box, without comments of Packer's or ours, nor the directory that Packer sometimes adds."""
    found = {Path(name).name: data for name, data in found.items()}
    lines = [line.strip() for line in found["Vagrantfile"].decode().splitlines()]
    own = [line for line in lines if line and not line.startswith(("# The", "# Packer", "# What"))]
    return {**found, "Vagrantfile": own, "metadata.json": json.loads(found["metadata.json"])}


def test_one_provider_may_differ(tmp_path: Path) -> None:
    override = {
        "libvirt": Different(output="other.box", compression_level=9, architecture="arm64"),
        "virtualbox": Different(output="wrong.box"),
    }
    result = boxed(tmp_path, MADE["libvirt"](tmp_path), output="a.box", architecture="amd64", override=override)
    assert result.files == (tmp_path / "other.box",)
    assert json.loads(content(tmp_path / "other.box")["metadata.json"])["architecture"] == "arm64"


def test_a_machine_of_artifice_is_for_the_provider_that_is_named(tmp_path: Path) -> None:
    artifact = Artifact("artifice", "", tuple(virtual_machine(tmp_path)))
    with pytest.raises(Failed, match="Vagrant cannot run what artifice made") as failed:
        boxed(tmp_path, artifact)
    assert "provider_override" in str(failed.value.hint)
    assert boxed(tmp_path, artifact, provider_override="virtualbox").id == "virtualbox"


def without_mac(here: Path) -> Artifact:
    files = virtual_machine(here)
    files[0].write_text(_OVF.replace("MACAddress", "Other"))
    return Artifact("virtualbox-iso", "VM", tuple(files))


def test_a_machine_without_an_address_needs_none(tmp_path: Path) -> None:
    assert "base_mac" not in content(boxed(tmp_path, without_mac(tmp_path)).files[0])["Vagrantfile"].decode()


def backed(here: Path) -> Artifact:
    disk(here / "base.qcow2")
    return Artifact("qemu", "VM", (disk(here / "vm.qcow2", 2, "qcow2", "-b", "base.qcow2", "-F", "qcow2"),))


def short(here: Path) -> Artifact:
    (here / "vm.qcow2").write_bytes(b"QFI\xfbshort")
    return Artifact("qemu", "VM", (here / "vm.qcow2",))


def without_disk(here: Path) -> Artifact:
    files = virtual_machine(here)
    files[1].unlink()
    return Artifact("virtualbox-iso", "VM", (files[0],))


def hostile(here: Path) -> Artifact:
    with tarfile.open(here / "vm.ova", "w") as archive:
        entry = tarfile.TarInfo("../evil")
        archive.addfile(entry, io.BytesIO(b""))
    return Artifact("virtualbox-iso", "VM", (here / "vm.ova",))


REFUSED: list[tuple[Callable[[Path], Artifact], dict[str, Any], str]] = [
    (lambda here: Artifact("qemu", "VM", (disk(here / "a.raw", 0.1, "raw"),)), {}, "disks in the format qcow2"),
    (lambda here: Artifact("qemu", "VM", (here / "gone.qcow2",)), {}, r"gone\.qcow2 is gone"),
    (backed, {}, "differs from another disk"),
    (short, {}, "is cut short"),
    (without_disk, {}, r"names a file vm-disk001\.vmdk, which is not beside it"),
    (lambda here: Artifact("virtualbox-iso", "VM", (disk(here / "a.qcow2"),)), {}, r"no \.ovf files were built"),
    (hostile, {}, r"vm\.ova is no OVA file"),
    (lambda _: Artifact("vmware-iso", "VM"), {}, r"no \.vmx files were built"),
    (lambda here: Artifact("docker", "", (disk(here / "a.tar", 0.1, "raw"),)), {}, "no image of a Docker engine"),
    (lambda _: Artifact("amazon-ebs", "", made=False), {}, "is no AMI"),
    (MADE["libvirt"], {"provider_override": "hyperv"}, "no boxes for hyperv"),
    (MADE["libvirt"], {"include": ["none"]}, "no file 'none' to put into the box"),
    (MADE["libvirt"], {"include": ["sub/box.img"]}, r"has a file box\.img already"),
    (MADE["libvirt"], {"vagrantfile_template": "sub/bad.rb"}, r"\{\{ \.Name \}\} is not known here"),
    (MADE["libvirt"], {"vagrantfile_template": "sub/box.img"}, "is no text in UTF-8"),
    (MADE["libvirt"], {"output": "{{.Version}}.box"}, "is not known here"),
]


@pytest.mark.parametrize(("make", "options", "message"), REFUSED)
def test_what_cannot_be_boxed(
    tmp_path: Path, make: Callable[[Path], Artifact], options: dict[str, Any], message: str
) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "box.img").write_bytes(b"\xff\xfe")
    (tmp_path / "sub" / "bad.rb").write_text("# {{ .Name }}")
    artifact = make(tmp_path)
    before = sorted(tmp_path.iterdir())
    with pytest.raises(Failed, match=message):
        boxed(tmp_path, artifact, **options)
    assert sorted(tmp_path.iterdir()) == before


@pytest.mark.parametrize(("options", "named"), [
    ({}, None), ({"provider_override": "libvirt", "override": {"aws": {}}}, None),
    ({"provider_override": "{{ x }}"}, None),
    ({"provider_override": "hyperv"}, "boxes for hyperv"), ({"override": {"lxc": {}}}, "boxes for lxc"),
])
def test_providers_that_there_are_no_boxes_for_are_known_beforehand(options: dict[str, Any], named: str | None) -> None:
    gap = Vagrant.gap(options)
    assert (gap is None) if named is None else (gap is not None and named in gap)


@pytest.mark.parametrize("keep", [None, True])
def test_a_playbook_makes_a_box_and_checksums_of_it(ingot: Ingot, keep: bool | None) -> None:  # noqa: FBT001 - a column
    disk(ingot.directory / "given.qcow2")
    box: dict[str, Any] = {"output": "{{ title }}.box", "provider_override": "libvirt",
                           "override": {"libvirt": {"compression_level": "1"}}}
    link = {"vagrant": box} if keep is None else {"vagrant": box, "keep_input_artifact": keep}
    ingot.write({"playbook.yml": yaml.safe_dump({
        "variables": {"title": "mine"},
        "sources": {"disk": {"builder": "file", "target": "out.qcow2", "source": "given.qcow2"}},
        "plays": [{"name": "work", "sources": ["disk"], "post_processors": [[
            link, {"checksum": {"checksum_types": ["sha256"], "output": "sums"}},
        ]]}],
    })})
    answer = ingot("build", "playbook.yml")
    assert answer.status == 0, answer.stdout + answer.stderr
    assert json.loads(content(ingot.directory / "mine.box")["metadata.json"])["virtual_size"] == 2
    assert (ingot.directory / "sums").read_text().endswith("\tmine.box\n")
    assert (ingot.directory / "out.qcow2").exists() is bool(keep)


def test_an_image_that_a_box_names_stays(ingot: Ingot, docker: Any, busybox: str) -> None:
    ingot.write({"playbook.yml": yaml.safe_dump({
        "sources": {"box": {"builder": "docker", "image": busybox, "pull": False, "commit": True}},
        "plays": [{"name": "work", "sources": ["box"], "gather_facts": False, "tasks": [{"shell": "echo x >/made"}],
                   "post_processors": [{"vagrant": {"output": "image.box"}}]}],
    })})
    answer = ingot("build", "playbook.yml", DOCKER_HOST=os.environ["DOCKER_HOST"])
    assert answer.status == 0, answer.stdout + answer.stderr
    text = content(ingot.directory / "image.box")["Vagrantfile"].decode()
    image = text.partition('docker.image = "')[2].partition('"')[0]
    assert docker.inspect_image(image)["Id"] == image
    docker.remove_image(image, force=True)
