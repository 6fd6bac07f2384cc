from __future__ import annotations

import io
import os
import tarfile
from pathlib import Path

import pytest

from runner.sdk.unpacking import Misplaced, unpack

FILE, FOLDER, LINK, HARD, PIPE = (
    tarfile.REGTYPE, tarfile.DIRTYPE, tarfile.SYMTYPE, tarfile.LNKTYPE, tarfile.FIFOTYPE,
)


def archive(*members: tuple[str, bytes, str]) -> tarfile.TarFile:
    """Return an archive of members: name, kind, and where a link leads or what a file holds."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w") as written:
        for name, kind, text in members:
            info = tarfile.TarInfo(name)
            info.type, info.mode, info.uid, info.gid, info.uname = kind, 0o6777, 12345, 12345, "daemon"
            data = text.encode() if kind == FILE else b""
            info.size, info.linkname = len(data), "" if kind == FILE else text
            written.addfile(info, io.BytesIO(data))
    content.seek(0)
    return tarfile.open(fileobj=content)


def test_files_directories_and_links_are_ours(tmp_path: Path) -> None:
    unpack(archive(
        ("a", FOLDER, ""), ("/a/file", FILE, "x"), ("a/link", LINK, "/etc"), ("b", HARD, "/a/file"), ("pipe", PIPE, ""),
    ), tmp_path)
    assert sorted(str(each.relative_to(tmp_path)) for each in tmp_path.rglob("*")) == ["a", "a/file", "a/link", "b"]
    assert (tmp_path / "b").read_text() == "x"
    assert (tmp_path / "a" / "link").readlink() == Path("/etc")
    status = (tmp_path / "a" / "file").stat()
    assert (status.st_uid, status.st_gid, status.st_mode & 0o7777) == (os.getuid(), os.getgid(), 0o755)


@pytest.mark.parametrize("members", [
    [("../out", FILE, "x")],
    [("a/../../out", FILE, "x")],
    [("up", LINK, ".."), ("up/out", FILE, "x")],
    [("hard", HARD, "../out")],
    [("up", LINK, ".."), ("hard", HARD, "up/out")],
])
def test_what_leads_outside_is_refused(tmp_path: Path, members: list[tuple[str, bytes, str]]) -> None:
    (tmp_path / "to").mkdir()
    with pytest.raises(Misplaced):
        unpack(archive(*members), tmp_path / "to")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(("target", "good"), [("file", True), ("../file", True), ("/etc", False), ("../../x", False)])
def test_links_may_be_bound(tmp_path: Path, target: str, *, good: bool) -> None:
    made = archive(("a", FOLDER, ""), ("a/link", LINK, target))
    if good:
        unpack(made, tmp_path, bound=True)
        assert (tmp_path / "a" / "link").is_symlink()
        return
    with pytest.raises(Misplaced):
        unpack(made, tmp_path, bound=True)
