"""Writing container images: an OCI layout, and an archive that Docker loads."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runner.builders.rootfs.images import MANIFESTS

_INDEX = "application/vnd.oci.image.index.v1+json"
_CONFIG = "application/vnd.oci.image.config.v1+json"
_NAME = "org.opencontainers.image.ref.name"
_FULL_NAME = "io.containerd.image.name"
"""How containerd, and with it Docker, knows an image of a layout by its whole name."""


@dataclass(frozen=True, slots=True)
class Written:
    """An OCI layout that was written."""

    digest: str
    """The digest of its manifest."""
    image_id: str
    """The digest of its configuration, by which Docker knows it."""


def write_layout(
    directory: Path, config: Mapping[str, Any], layers: Sequence[tuple[Mapping[str, Any], Path]], tags: Sequence[str]
) -> Written:
    """Write an OCI layout into a new directory; each layer comes with the file that has its content."""
    blobs = directory / "blobs" / "sha256"
    blobs.mkdir(parents=True)
    for about, file in layers:
        target = blobs / about["digest"].partition(":")[2]
        if not target.exists():  # two layers may be the same
            shutil.copyfile(file, target)
    described = _blob(blobs, _CONFIG, config)
    manifest = {
        "schemaVersion": 2, "mediaType": MANIFESTS[0], "config": described,
        "layers": [{key: about[key] for key in ("mediaType", "digest", "size")} for about, _ in layers],
    }
    entry = _blob(blobs, MANIFESTS[0], manifest)
    platform = {key: config[key] for key in ("architecture", "os", "variant") if key in config}
    entries = [{**entry, "platform": platform, **_named(tag)} for tag in tags or ("",)]
    _write(directory / "index.json", {"schemaVersion": 2, "mediaType": _INDEX, "manifests": entries})
    _write(directory / "oci-layout", {"imageLayoutVersion": "1.0.0"})
    return Written(entry["digest"], described["digest"])


def _named(tag: str) -> dict[str, Any]:
    if not tag:
        return {}
    name = whole_tag(tag)
    return {"annotations": {_NAME: name.rpartition(":")[2], _FULL_NAME: name}}


def whole_tag(tag: str) -> str:
    """Return a reference with its tag, ``latest`` if it has none."""
    return tag if ":" in tag.rpartition("/")[2] else f"{tag}:latest"


def _blob(blobs: Path, kind: str, content: Mapping[str, Any]) -> dict[str, Any]:
    data = json.dumps(content, separators=(",", ":")).encode()
    digest = hashlib.sha256(data).hexdigest()
    (blobs / digest).write_bytes(data)
    return {"mediaType": kind, "digest": f"sha256:{digest}", "size": len(data)}


def _write(path: Path, content: Any) -> None:
    path.write_text(json.dumps(content, separators=(",", ":")), encoding="utf-8")


def write_archive(
    file: Path, layout: Path, written: Written, layers: Sequence[Mapping[str, Any]], tags: Sequence[str], epoch: int
) -> None:
    """Write an archive that ``docker load`` reads, and who reads archives of OCI layouts."""
    image = {
        "Config": _name(written.image_id), "RepoTags": [whole_tag(tag) for tag in tags],
        "Layers": [_name(each["digest"]) for each in layers],
    }
    manifest = layout.with_name(f"{layout.name}.manifest")
    _write(manifest, [image])
    names = sorted(each.relative_to(layout).as_posix() for each in layout.rglob("*"))
    with tarfile.open(file, "w", format=tarfile.PAX_FORMAT) as archive:
        for name in names:
            _add(archive, layout / name, name, epoch)
        _add(archive, manifest, "manifest.json", epoch)
    manifest.unlink()


def _name(digest: str) -> str:
    return f"blobs/{digest.replace(':', '/')}"


def _add(archive: tarfile.TarFile, path: Path, name: str, epoch: int) -> None:
    info = tarfile.TarInfo(name)
    info.mtime = epoch
    if path.is_dir():
        info.type, info.mode = tarfile.DIRTYPE, 0o755
        archive.addfile(info)
        return
    info.size, info.mode = os.stat(path).st_size, 0o644  # noqa: PTH116 - as the other calls of os in this folder
    with path.open("rb") as source:
        archive.addfile(info, source)
