"""compress beside Packer, and what the programs that unpack say of it."""

from __future__ import annotations

import asyncio
import json
import os
import shutil
import stat
import subprocess
import tarfile
import threading
import zipfile
from pathlib import Path
from typing import Any

import pytest
from sessions import session

from runner.post_processors.compress import Compress, Form, Options
from runner.post_processors.shared.threads import GaveUp, stoppable
from runner.sdk import Artifact, Failed


def packed(root: Path, *files: str, **options: Any) -> Artifact:
    artifact = Artifact("file", "File", tuple(root / name for name in files))
    return asyncio.run(Compress(Options(**options)).process(session(root), artifact))


def written(path: Path, content: bytes | str = b"hi") -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


NAMES = (
    "x.tar.gz", "x.tgz", "x.gz", "x.tar", "x.zip", "x.foo", "plain", "x.tar.xz", "x.xz", "x.bgzf", "x.tar.bgzf",
    "v1.2/x", "x.zip.gz",
)

pytestmark = pytest.mark.usefixtures("here")


@pytest.mark.skipif(not shutil.which("packer"), reason="needs Packer, in Debian's package packer")
def test_the_form_is_the_one_that_packer_takes(tmp_path: Path) -> None:
    links: list[dict[str, Any]] = [{"output": f"theirs/{name}"} for name in NAMES]
    links += [{}, {"output": "theirs/a.bin", "format": "zip"}, {"output": "theirs/b.bin", "format": "tar.xz"}]
    template = {
        "builders": [{"type": "file", "name": "a", "target": "in/a.txt", "content": "hello"}],
        "post-processors": [{"type": "compress", "keep_input_artifact": True, **link} for link in links],
    }
    (tmp_path / "template.json").write_text(json.dumps(template))
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "CHECKPOINT_DISABLE": "1"}
    subprocess.run(["packer", "build", "template.json"], cwd=tmp_path, env=environment, check=True, capture_output=True)
    shutil.move(tmp_path / "packer_a_file", tmp_path / "default")
    for link in links:
        theirs = tmp_path / link.get("output", "default")
        output = link.get("output", "").replace("theirs", "ours")
        [ours] = packed(tmp_path, "in/a.txt", **link | {"output": output}).files
        assert content(ours) == content(theirs), link
    assert ours.name == "b.bin"
    assert (tmp_path / "packer_a_file").exists()


def content(path: Path) -> tuple[str, list[str]]:
    """Return what ``file`` says of a file's form, and the names in it."""
    form = subprocess.run(["file", "-b", path], capture_output=True, text=True, check=True).stdout.split(",")[0]
    if zipfile.is_zipfile(path):
        return form, zipfile.ZipFile(path).namelist()
    return form.replace("POSIX tar archive (GNU)", "POSIX tar archive"), names_of(path)


def names_of(path: Path) -> list[str]:
    try:
        with tarfile.open(path) as archive:
            return archive.getnames()
    except tarfile.ReadError:
        return []


UNPACKED = {"gz": "gzip -dc", "bgzf": "gzip -dc", "bz2": "bzip2 -dc", "xz": "xz -dc"}


@pytest.mark.parametrize(("form", "command"), UNPACKED.items())
@pytest.mark.parametrize("level", [None, -1, 1, 9])
def test_a_file_comes_out_as_it_went_in(form: str, command: str, level: int | None, tmp_path: Path) -> None:
    data = os.urandom(70_000) + b"\0" * 200_000 + b"end"
    written(tmp_path / "disk.raw", data)
    artifact = packed(tmp_path, "disk.raw", output=f"disk.raw.{form}", compression_level=level)
    [path] = artifact.files
    assert subprocess.run([*command.split(), path], capture_output=True, check=True).stdout == data
    assert path.stat().st_size < len(data)
    assert (artifact.id, artifact.description) == ("", f"compressed artifacts in: disk.raw.{form}")
    assert sorted(each.name for each in tmp_path.iterdir()) == ["disk.raw", f"disk.raw.{form}"]


@pytest.mark.parametrize("ending", ["tar.gz", "tar.bz2", "tar.xz", "tar.bgzf", "tar", "zip"])
def test_a_directory_comes_out_as_it_went_in(ending: str, tmp_path: Path) -> None:
    tree = tmp_path / "image"
    written(tree / "sub" / "run", "#!/bin/sh\n").chmod(0o755)
    written(tree / "naïve name.txt", "text")
    (tree / "empty").mkdir()
    (tree / "link").symlink_to("sub/run")
    (tree / "dangling").symlink_to("nowhere")
    written(tmp_path / "beside.txt", "beside")
    [path] = packed(tmp_path, "image", "beside.txt", output=f"out.{ending}").files
    out = tmp_path / "out"
    out.mkdir()
    command: list[str | Path] = ["unzip", "-q", path] if ending == "zip" else ["tar", "-xf", path]
    if ending == "tar.bgzf":
        command = ["tar", "-xzf", path]
    subprocess.run(command, cwd=out, check=True)
    assert (out / "beside.txt").read_text() == "beside"
    assert sorted(str(each.relative_to(out)) for each in out.rglob("*")) == sorted(
        ["beside.txt", "image", *(str(each.relative_to(tmp_path)) for each in tree.rglob("*"))]
    )
    assert stat.S_IMODE((out / "image/sub/run").stat().st_mode) == 0o755
    assert str((out / "image/link").readlink()) == "sub/run"


def test_files_of_one_name_keep_their_directories(tmp_path: Path) -> None:
    written(tmp_path / "a" / "disk", "1")
    written(tmp_path / "b" / "disk", "2")
    [path] = packed(tmp_path, "a/disk", "b/disk", output="both.tar").files
    assert names_of(path) == ["a/disk", "b/disk"]


FAILURES: list[tuple[list[str], dict[str, Any], str]] = [
    ([], {"output": "x.tar"}, "has no files to pack"),
    (["a", "b"], {"output": "x.gz"}, "gzip packs one file"),
    (["dir"], {"output": "x.xz"}, "xz packs one file"),
    (["a"], {"output": "x.lz4"}, "cannot write lz4"),
    (["pipe"], {"output": "x.zip"}, "neither a file nor a directory"),
]


@pytest.mark.parametrize(("files", "options", "message"), FAILURES)
def test_what_cannot_be_packed(files: list[str], options: dict[str, Any], message: str, tmp_path: Path) -> None:
    written(tmp_path / "a")
    written(tmp_path / "b")
    (tmp_path / "dir").mkdir()
    os.mkfifo(tmp_path / "pipe")
    before = sorted(tmp_path.iterdir())
    with pytest.raises(Failed, match=message):
        packed(tmp_path, *files, **options)
    assert sorted(tmp_path.iterdir()) == before


def test_a_file_that_goes_missing_leaves_what_was_there(tmp_path: Path) -> None:
    written(tmp_path / "x.tar.gz", "earlier")
    written(tmp_path / "a", os.urandom(100_000))
    with pytest.raises(FileNotFoundError):
        packed(tmp_path, "a", "gone", output="x.tar.gz")
    assert (tmp_path / "x.tar.gz").read_text() == "earlier"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["a", "x.tar.gz"]


def test_a_build_that_is_stopped_stops_the_thread() -> None:
    began, ended = threading.Event(), threading.Event()

    def work(check: Any) -> None:
        began.set()
        try:
            while True:
                check()
        except GaveUp:
            ended.set()
            raise

    async def main() -> None:
        task = asyncio.ensure_future(stoppable(work))
        await asyncio.to_thread(began.wait)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(main())
    assert ended.is_set()


GAPS: list[tuple[dict[str, Any], str | None]] = [
    ({}, None), ({"output": "a.tar.gz"}, None), ({"output": "a.lz4"}, "lz4"), ({"format": "tar.lz4"}, "lz4"),
    ({"archive": "tar"}, "'archive'"), ({"algorithm": "gzip"}, "'algorithm'"),
]


@pytest.mark.parametrize(("options", "named"), GAPS)
def test_what_this_version_cannot_do_is_known_beforehand(options: dict[str, Any], named: str | None) -> None:
    gap = Compress.gap(options)
    assert (gap is None) if named is None else (gap is not None and named in gap)


def test_endings_of_directories_do_not_count() -> None:
    assert Form.of("x.tar.bz2", None) == ("tar", "bzip2")
    assert Form.of("x", "zip") == ("zip", None)
