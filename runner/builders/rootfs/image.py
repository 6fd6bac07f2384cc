"""A container image to be written: its configuration, its layers, an OCI layout and Docker's archive of it.

Formats: https://github.com/opencontainers/image-spec (v1.1), and Docker's ``manifest.json``, which names the parts of
the same layout, so that one archive serves both.
"""

from __future__ import annotations

import hashlib
import io
import json
import shutil
import tarfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from runner.builders.rootfs.images import LAYER

_CONFIG = "application/vnd.oci.image.config.v1+json"
_MANIFEST = "application/vnd.oci.image.manifest.v1+json"
_INDEX = "application/vnd.oci.image.index.v1+json"
_REF = "org.opencontainers.image.ref.name"
_SUFFIXES = {"gzip": "+gzip", "none": "", "zstd": "+zstd"}
COMPRESSIONS = tuple(_SUFFIXES)
"""The compressions that layers of OCI images may have."""


@dataclass(frozen=True, slots=True)
class Blob:
    """A layer that is ready."""

    file: Path
    digest: str
    size: int
    media_type: str
    diff_id: str
    """The digest of what it holds, before it was compressed."""


def layer_type(compression: str) -> str:
    """Return the media type of a layer."""
    return LAYER + _SUFFIXES[compression]


def config_of(
    base: Mapping[str, Any] | None, changes: Mapping[str, Any], layers: Sequence[Blob], arch: str, *,
    epoch: int | None, author: str | None,
) -> dict[str, Any]:
    """Return the configuration of an image: that of its base with changes, and what layers it has.

    ``changes`` are keys of ``config`` as OCI names them; mappings and ``Env`` are added to, others are replaced.
    """
    moment = datetime.fromtimestamp(epoch, UTC) if epoch is not None else datetime.now(UTC)
    created = moment.isoformat(timespec="seconds").replace("+00:00", "Z")
    found = dict(base or {})
    run = dict(found.get("config") or {})
    for name, value in changes.items():
        run[name] = _with(run.get(name), value)
    if "Entrypoint" in changes and "Cmd" not in changes:
        run.pop("Cmd", None)  # the arguments of another program: as Docker does
    history = list(found.get("history") or ())
    history.append({"created": created, "created_by": "ingot", **({"author": author} if author else {})})
    return {
        **found, "architecture": found.get("architecture", arch), "os": "linux", "created": created,
        **({"author": author} if author else {}), "config": run,
        "rootfs": {"type": "layers", "diff_ids": [layer.diff_id for layer in layers]}, "history": history,
    }


def _with(former: Any, value: Any) -> Any:
    if isinstance(value, Mapping):
        return {**(former or {}), **value}
    if isinstance(value, EnvList):
        names = {each.partition("=")[0] for each in value}
        return [each for each in former or () if each.partition("=")[0] not in names] + list(value)
    return value


class EnvList(list[str]):
    """Variables as ``NAME=value``, which are added to those that are there."""


def write_layout(directory: Path, config: Mapping[str, Any], layers: Sequence[Blob], tags: Sequence[str]) -> str:
    """Write an OCI layout into a new directory; return the digest of its manifest. Raises ``OSError``."""
    blobs = directory / "blobs" / "sha256"
    blobs.mkdir(parents=True)
    for layer in layers:
        shutil.copyfile(layer.file, blobs / _hex(layer.digest))
    config_blob = _blob(blobs, config)
    manifest = {
        "schemaVersion": 2, "mediaType": _MANIFEST, "config": {"mediaType": _CONFIG, **config_blob},
        "layers": [{"mediaType": each.media_type, "digest": each.digest, "size": each.size} for each in layers],
    }
    described = {"mediaType": _MANIFEST, **_blob(blobs, manifest)}
    platform = {"platform": {"architecture": config["architecture"], "os": "linux"}}
    named = [{**described, **platform, "annotations": {_REF: tag}} for tag in tags] or [{**described, **platform}]
    _write(directory / "index.json", {"schemaVersion": 2, "mediaType": _INDEX, "manifests": named})
    _write(directory / "oci-layout", {"imageLayoutVersion": "1.0.0"})
    return str(described["digest"])


def write_archive(path: Path, layout: Path, config: Mapping[str, Any], layers: Sequence[Blob], tags: Sequence[str],
                  epoch: int | None) -> None:
    """Write an archive of an OCI layout that Docker can load as well. Raises ``OSError``."""
    names = {
        "Config": f"blobs/sha256/{_hex(_digest(_json(config)))}", "RepoTags": list(tags) or None,
        "Layers": [f"blobs/sha256/{_hex(layer.digest)}" for layer in layers],
    }
    with tarfile.open(path, "w", format=tarfile.PAX_FORMAT) as archive:
        data = _json([names])
        archive.addfile(_plain(tarfile.TarInfo("manifest.json"), epoch, len(data)), io.BytesIO(data))
        for each in sorted(layout.rglob("*")):
            info = archive.gettarinfo(each, str(each.relative_to(layout)))
            if each.is_dir():
                archive.addfile(_plain(info, epoch))
            else:
                with each.open("rb") as stream:
                    archive.addfile(_plain(info, epoch), stream)


def _plain(info: tarfile.TarInfo, epoch: int | None, size: int | None = None) -> tarfile.TarInfo:
    info.uid = info.gid = 0
    info.uname = info.gname = ""
    info.mode = 0o755 if info.isdir() else 0o644
    if size is not None:
        info.size = size
    info.mtime = int(datetime.now(UTC).timestamp()) if epoch is None else epoch
    return info


def _blob(blobs: Path, value: Any) -> dict[str, Any]:
    data = _json(value)
    digest = _digest(data)
    (blobs / _hex(digest)).write_bytes(data)
    return {"digest": digest, "size": len(data)}


def _json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def _digest(data: bytes) -> str:
    return f"sha256:{hashlib.sha256(data).hexdigest()}"


def _hex(digest: str) -> str:
    return digest.partition(":")[2]


def _write(path: Path, value: Any) -> None:
    path.write_bytes(_json(value))
