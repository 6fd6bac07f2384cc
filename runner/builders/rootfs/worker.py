"""What is done to a machine's files, as a program of its own: it runs inside the namespaces, as root there.

It reads one order as JSON, and answers with JSON on its last line of output.
"""

from __future__ import annotations

import contextlib
import errno
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO, Any, NamedTuple, cast

from runner.builders.rootfs.images import LAYER, Image, Layer, Platform, is_image, opened
from runner.builders.rootfs.pack import Packing, pack
from runner.builders.rootfs.streams import written
from runner.builders.rootfs.unpack import Digesting, plain, unpack
from runner.sdk import Failed

_PIECE = 1 << 20
_KEPT = {b"\x1f\x8b": "+gzip", b"\x28\xb5\x2f\xfd": "+zstd"}
"""How compressed layers begin, and how OCI names them."""


def main() -> None:
    """Carry out the order on standard input."""
    try:
        answer = _ORDERS[sys.argv[1]](**json.load(sys.stdin))
    except Failed as failed:
        answer = {"failed": str(failed), "hint": failed.hint}
    except OSError as error:
        answer = {"failed": reason(error), "hint": None}
    sys.stdout.write(f"\n{json.dumps(answer)}\n")


def reason(error: OSError) -> str:
    """Return what went wrong with a file, in words."""
    said = "the disk is full" if error.errno == errno.ENOSPC else error.strerror or str(error)
    return f"{error.filename}: {said}" if error.filename else said


def _tree(source: str, target: str, platform: Sequence[str]) -> dict[str, Any]:
    """Unpack a tar file, or the image in a directory or archive, for use as a base."""
    path = Path(source)
    with ExitStack() as stack:
        image = None
        if path.is_dir() or is_image(path):
            image = stack.enter_context(opened(path, Platform(*platform)))
        if image is not None:
            return _image_tree(image, Path(target))
    return _tar_tree(path, Path(target))


def _registry(reference: str, target: str, platform: Sequence[str], login: tuple[str, str]) -> dict[str, Any]:
    """Fetch an image from its registry, for use as a base."""
    from runner.builders.rootfs.registry import pulled

    with pulled(reference, Platform(*platform), login) as (image, digest):
        return {**_image_tree(image, Path(target)), "digest": digest}


def _tar_tree(path: Path, target: Path) -> dict[str, Any]:
    (target / "fs").mkdir(parents=True)
    with path.open("rb") as source, plain(source) as stream:
        _confine(target / "fs")
        unpack(Digesting(stream), layer=False)
    return {"config": None, "layers": []}


class _Fetched(NamedTuple):
    """A layer on this computer."""

    digest: str
    size: int
    media_type: str
    wanted: str
    """The digest by which it was asked for."""
    file: Path


def _image_tree(image: Image, target: Path) -> dict[str, Any]:
    """Keep the layers of an image, and unpack them one over the other."""
    (target / "fs").mkdir(parents=True)
    (target / "layers").mkdir()
    fetched = [_fetch(layer, target / "layers") for layer in image.layers]
    diffs: list[str] = []
    with ExitStack() as stack:
        streams = [stack.enter_context(plain(stack.enter_context(each.file.open("rb")))) for each in fetched]
        _confine(target / "fs")
        for each, stream in zip(fetched, streams, strict=True):
            digesting = Digesting(stream)
            unpack(digesting, layer=True)
            diffs.append(digesting.finish())
            if each.wanted not in (each.digest, diffs[-1]):
                raise Failed(f"a layer is not what its digest {each.wanted} says: it was damaged or changed")
    if diffs != image.config.get("rootfs", {}).get("diff_ids"):
        raise Failed("the layers of the image are not those that its configuration names")
    layers = [
        {"digest": each.digest, "size": each.size, "mediaType": each.media_type, "diff_id": diff}
        for each, diff in zip(fetched, diffs, strict=True)
    ]
    return {"config": dict(image.config), "layers": layers}


def _fetch(layer: Layer, directory: Path) -> _Fetched:
    """Keep a layer as it is if it is compressed as OCI wants it; else compress it anew."""
    part = directory / "part"
    with layer.open() as raw:
        source = raw if hasattr(raw, "peek") else io.BufferedReader(cast(io.RawIOBase, raw), _PIECE)
        kind = next((name for magic, name in _KEPT.items() if source.peek(4).startswith(magic)), None)
        if kind is not None:
            digest, size = _copied(source, part)
        else:
            with plain(source) as stream:
                digest, size, _ = written(part, "gzip", lambda write: _pour(stream, write))
    file = directory / digest.partition(":")[2]
    part.rename(file)
    return _Fetched(digest, size, LAYER + (kind or "+gzip"), layer.digest, file)


def _pour(source: IO[bytes], write: Any) -> None:
    while data := source.read(_PIECE):
        write(data)


def _copied(source: IO[bytes], to: Path) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    with to.open("wb") as target:
        while data := source.read(_PIECE):
            digest.update(data)
            size += len(data)
            target.write(data)
    return f"sha256:{digest.hexdigest()}", size


def _confine(directory: Path) -> None:
    """Make a directory the root of all that this process can reach by name."""
    os.umask(0)
    os.chroot(directory)
    os.chdir("/")


def _archive(root: str, target: str, compression: Any, epoch: int | None, upper: bool) -> dict[str, Any]:  # noqa: FBT001
    """Pack files into a tar archive."""
    packing = Packing(epoch, upper)
    digest, size, diff = written(Path(target), compression, lambda write: pack(root, write, packing))
    return {"digest": digest, "size": size, "diff_id": diff}


def _directory(root: str, target: str, epoch: int | None) -> dict[str, Any]:
    """Copy files to a directory."""
    argv = ["cp", "-a", "--", f"{root}/.", target]
    done = subprocess.run(argv, stderr=subprocess.PIPE, text=True, check=False)  # noqa: S603 - a fixed program
    if done.returncode:
        raise Failed((done.stderr.strip().splitlines() or ["cp fails"])[-1])
    if epoch is not None:
        for path in _from_below(target):
            if os.lstat(path).st_mtime > epoch:
                os.utime(path, (epoch, epoch), follow_symlinks=False)
    return {}


def _from_below(directory: str) -> Iterator[str]:
    for where, directories, files in os.walk(directory, topdown=False):
        for name in (*directories, *files):
            yield f"{where}/{name}"
    yield directory


def _remove(paths: Sequence[str]) -> dict[str, Any]:
    """Remove directories and what is in them."""
    for path in paths:
        with contextlib.suppress(FileNotFoundError):
            shutil.rmtree(path)
    return {}


_ORDERS: dict[str, Any] = {
    "tree": _tree, "registry": _registry, "archive": _archive, "directory": _directory, "remove": _remove,
}

if __name__ == "__main__":
    main()
