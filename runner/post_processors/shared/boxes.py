"""What is in a Vagrant box, for each provider."""

from __future__ import annotations

import re
import struct
import tarfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from runner.sdk import Artifact, Failed
from runner.sdk.unpacking import Misplaced, unpack

_BUILDERS = (
    ("amazon-", "aws"), ("docker", "docker"), ("qemu", "libvirt"), ("rootfs", "libvirt"), ("virtualbox-", "virtualbox"),
    ("vmware-", "vmware"),
)
"""How the name of a builder begins, or of a post-processor, and the provider that runs what it makes."""
_QCOW2 = struct.Struct(">4sIQIIQ")
"""How a qcow2 file begins: magic, version, where the backing file's name is, its length, cluster bits, virtual size."""
_GIB = 1 << 30
_HREF = re.compile(r'<File\b[^>]*\bovf:href="([^"]+)"')
_ADAPTER = re.compile(r'<Adapter\b(?=[^>]*\bslot="0")(?=[^>]*\benabled="true")[^>]*\bMACAddress="([0-9A-Fa-f]{12})"')


class Contents(NamedTuple):
    """What is in a box."""

    metadata: Mapping[str, Any]
    vagrantfile: str = ""
    """What the provider needs to be told."""
    files: Mapping[str, Path] = {}
    refers: bool = False
    """Whether the box only names what was built, which has to stay."""


def provider_of(artifact: Artifact) -> str:
    """Return the provider that runs what was built. Raises ``Failed`` when that is not known."""
    for begins, provider in _BUILDERS:
        if artifact.builder.startswith(begins):
            return provider
    raise Failed(
        f"Vagrant cannot run what {artifact.builder} made, as far as is known",
        "say for which provider it is: provider_override",
    )


def _libvirt(artifact: Artifact, work: Path) -> Contents:
    """Take the disks: one in the first version of the format, several in the second."""
    del work
    disks = [file for file in _all(artifact.files) if _is_qcow2(file)]
    if not disks:
        raise Failed("libvirt's boxes have disks in the format qcow2, and none was built", "write format: qcow2")
    sizes = [_size(disk) for disk in disks]
    about: dict[str, Any] = {"provider": "libvirt", "format": "qcow2"}
    driver = "qemu" if artifact.labels.get("domainType") in ("none", "tcg") else "kvm"
    vagrantfile = _configured("libvirt", [f'libvirt.driver = "{driver}"'])
    if len(disks) == 1:
        return Contents({**about, "virtual_size": -(-sizes[0] // _GIB)}, vagrantfile, {"box.img": disks[0]})
    files = {f"disk{number}.img": disk for number, disk in enumerate(disks, 1)}
    return Contents({**about, "disks": [{"path": name} for name in files]}, vagrantfile, files)


def _is_qcow2(file: Path) -> bool:
    with file.open("rb") as stream:
        return stream.read(4) == b"QFI\xfb"


def _size(disk: Path) -> int:
    """Return how large a disk is to the machine. Raises ``Failed`` for one that stands on another."""
    with disk.open("rb") as stream:
        head = stream.read(_QCOW2.size)
    if len(head) < _QCOW2.size:
        raise Failed(f"{disk.name} is cut short")
    _, _, backing, _, _, size = _QCOW2.unpack(head)
    if backing:
        raise Failed(
            f"{disk.name} is only what differs from another disk, which a box has no place for",
            "leave out use_backing_file, or write skip_compaction: false",
        )
    return int(size)


def _virtualbox(artifact: Artifact, work: Path) -> Contents:
    """Take the machine's description and its disks; an OVA file is an archive of them."""
    files = list(_all(artifact.files))
    for ova in (each for each in files if each.suffix == ".ova"):
        files += _unpacked(ova, work / "ova")
    description = _single(files, ".ovf", "VirtualBox exports a machine as .ovf or .ova")
    text = description.read_text(encoding="utf-8", errors="replace")
    disks = {name: description.parent / name for name in _HREF.findall(text)}
    for name, disk in disks.items():
        if "/" in name or not disk.is_file():
            raise Failed(f"{description.name} names a file {name}, which is not beside it")
    address = _ADAPTER.search(text)
    lines = [] if address is None else [f'config.vm.base_mac = "{address[1]}"']
    return Contents({"provider": "virtualbox"}, _configured(None, lines), {"box.ovf": description, **disks})


def _unpacked(ova: Path, to: Path) -> Sequence[Path]:
    to.mkdir()
    try:
        with tarfile.open(ova, "r:") as archive:
            unpack(archive, to, bound=True)
    except (Misplaced, tarfile.TarError) as error:
        raise Failed(f"{ova.name} is no OVA file: {error}") from error
    return sorted(each for each in to.iterdir() if each.is_file())


def _vmware(artifact: Artifact, work: Path) -> Contents:
    """Take all of the machine's files."""
    del work
    files = list(_all(artifact.files))
    _single(files, ".vmx", "VMware describes a machine in a .vmx file")
    return Contents({"provider": "vmware_desktop"}, "", {each.name: each for each in files})


def _docker(artifact: Artifact, work: Path) -> Contents:
    """Name the image, which the engine has."""
    del work
    if not artifact.id or artifact.files:
        raise Failed(f"what {artifact.builder} made is no image of a Docker engine", "let docker-import make one of it")
    return Contents({"provider": "docker"}, _configured("docker", [f'docker.image = "{artifact.id}"']), refers=True)


def _aws(artifact: Artifact, work: Path) -> Contents:
    """Name the AMI of each region."""
    del work
    images = [each.partition(":") for each in artifact.id.split(",") if ":ami-" in each]
    if not images:
        raise Failed(f"what {artifact.builder} made is no AMI")
    lines = [f'aws.region_config "{region}", ami: "{image}"' for region, _, image in images]
    return Contents({"provider": "aws"}, _configured("aws", lines), refers=True)


PROVIDERS: Mapping[str, Callable[[Artifact, Path], Contents]] = {
    "aws": _aws, "docker": _docker, "libvirt": _libvirt, "virtualbox": _virtualbox, "vmware": _vmware,
}
"""Provider -> what makes the contents of its boxes, with a directory to unpack files in. All raise ``Failed``."""


def _configured(provider: str | None, lines: Sequence[str]) -> str:
    """Return a Vagrantfile, whose lines may be about a provider."""
    if not lines:
        return ""
    inner = [f"  {line}" for line in lines]
    if provider is not None:
        inner = [f"  config.vm.provider :{provider} do |{provider}|", *(f"  {line}" for line in inner), "  end"]
    return "\n".join(('Vagrant.configure("2") do |config|', *inner, "end", ""))


def _all(files: Sequence[Path]) -> Iterator[Path]:
    """Yield files, and those in directories. Raises ``Failed`` when one is gone."""
    for file in files:
        if not file.exists():
            raise Failed(f"{file.name} is gone, which was built")
        yield from sorted(each for each in file.rglob("*") if each.is_file()) if file.is_dir() else (file,)


def _single(files: Sequence[Path], suffix: str, hint: str) -> Path:
    found = [each for each in files if each.suffix == suffix]
    if len(found) != 1:
        raise Failed(f"{len(found) or 'no'} {suffix} files were built, and a box has one machine", hint)
    return found[0]
