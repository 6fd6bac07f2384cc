"""Floppies and CDs, read back by other programs."""

from __future__ import annotations

import asyncio
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from boot_support import needed, session
from hypothesis import given, settings
from hypothesis import strategies as st

from runner.builders.shared.disc import cd, floppy
from runner.builders.shared.fat12 import image
from runner.builders.shared.media import Cd, Floppy
from runner.sdk import Failed

BIG = os.urandom(300_001)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "answers" / "deep" / "deeper").mkdir(parents=True)
    (tmp_path / "answers" / "empty").mkdir()
    (tmp_path / "answers" / "preseed.cfg").write_text("d-i\n")
    (tmp_path / "answers" / "deep" / "deeper" / "Ein langer Name, größer als 8.3.txt").write_text("deep\n")
    (tmp_path / "answers" / "link").symlink_to("preseed.cfg")
    (tmp_path / "round").mkdir()
    (tmp_path / "round" / "again").symlink_to("../round")
    (tmp_path / "big.bin").write_bytes(BIG)
    (tmp_path / "a=b\\c").write_text("odd\n")
    return tmp_path


def made(root: Path, maker: Any, options: Any) -> Path:
    path = asyncio.run(maker(session(root), options))
    assert isinstance(path, Path)
    return path


def on_floppy(path: Path, name: str) -> bytes:
    return subprocess.run(["mtype", "-i", path, f"::{name}"], capture_output=True, check=True).stdout


def label_of(path: Path) -> str:
    """Return the label of a file system as Linux sees it."""
    words = ["blkid", "-p", "-o", "value", "-s", "LABEL", str(path)]
    environment = {**os.environ, "PATH": f"{os.environ['PATH']}:/usr/sbin:/sbin"}
    return subprocess.run(words, capture_output=True, text=True, check=True, env=environment).stdout.strip()


def names(path: Path) -> set[str]:
    """Return the paths of all that is on a floppy."""
    said = subprocess.run(["mdir", "-b", "-/", "-i", path, "::"], capture_output=True, check=True).stdout.decode()
    return set(said.replace("::/", "").split("\n")) - {""}


def test_a_floppy(root: Path) -> None:
    needed("mtype", "mdir", "blkid", "fsck.fat")
    path = made(root, floppy, Floppy(
        floppy_files=["answers/*.cfg", "big.bin"], floppy_dirs=["answers"], floppy_label="unattend",
        floppy_content={"/a/b/user-data": "#cloud-config ü\n", "Autounattend.xml": "<x/>", "autounattend.xmlx": "2"},
    ))
    assert path == root / "work" / "floppy.img"
    assert path.stat().st_size == 1440 * 1024
    assert names(path) == {
        "preseed.cfg", "big.bin", "answers/", "answers/deep/", "answers/deep/deeper/", "answers/empty/",
        "answers/deep/deeper/Ein langer Name, größer als 8.3.txt", "answers/preseed.cfg", "answers/link", "a/", "a/b/",
        "a/b/user-data", "Autounattend.xml", "autounattend.xmlx",
    }
    assert on_floppy(path, "big.bin") == BIG
    assert on_floppy(path, "a/b/user-data") == "#cloud-config ü\n".encode()
    assert on_floppy(path, "answers/link") == b"d-i\n"
    assert (on_floppy(path, "Autounattend.xml"), on_floppy(path, "autounattend.xmlx")) == (b"<x/>", b"2")
    assert label_of(path) == "UNATTEND"
    subprocess.run(["fsck.fat", "-n", path], capture_output=True, check=True)


def test_a_slash_leaves_the_directory_out(root: Path) -> None:
    needed("mdir")
    assert names(made(root, floppy, Floppy(floppy_dirs=["answers/deep/"]))) == {
        "deeper/", "deeper/Ein langer Name, größer als 8.3.txt"
    }


NAME = st.text(st.characters(codec="utf-8", exclude_characters='/\\:*?"<>|\0', exclude_categories=["Cc", "Cs"]),
               min_size=1, max_size=40).filter(lambda name: name.strip(". ") == name)
FILES = st.dictionaries(NAME, st.binary(max_size=2000), max_size=20)


@settings(max_examples=20)
@given(files=FILES, inner=FILES)
def test_any_floppy_is_sound(files: dict[str, bytes], inner: dict[str, bytes], tmp_path_factory: Any) -> None:
    needed("fsck.fat")
    path = tmp_path_factory.mktemp("floppy") / "floppy.img"
    path.write_bytes(image({**files, "inner": inner}))
    done = subprocess.run(["fsck.fat", "-n", "-v", path], capture_output=True, text=True, check=False, errors="replace")
    assert done.returncode == 0, done.stdout


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"floppy_files": ["nothing"]}, "floppy_files: there is no nothing"),
    ({"floppy_dirs": ["answers/*.no"]}, "there is no answers/"),
    ({"floppy_content": {"big": "x" * 1_500_000}}, "do not fit on a floppy"),
    ({"floppy_content": {f"file{number}": "" for number in range(300)}}, "no room for that many files"),
    ({"floppy_dirs": ["round"]}, "a link that leads back"),
    ({"floppy_content": {"../up": "x"}}, "is the name of no file"),
    ({"floppy_content": {"/": "x"}}, "is the name of no file"),
    ({"floppy_content": {"a": "x"}, "floppy_label": "twelve-chars"}, "more than 11 characters"),
    ({"floppy_content": {"n" * 256: "x"}}, "is too long"),
]


@pytest.mark.parametrize(("options", "message"), WRONG)
def test_what_cannot_be_a_floppy(root: Path, options: dict[str, Any], message: str) -> None:
    with pytest.raises(Failed, match=message):
        made(root, floppy, Floppy(**options))


def test_the_last_byte_of_a_floppy(root: Path) -> None:
    room = (2880 - 33) * 512
    assert len(image({"all": b"x" * room})) == 1440 * 1024
    with pytest.raises(Failed, match="do not fit"):
        image({"all": b"x" * (room + 1)})


def xorriso(*words: Any) -> str:
    return subprocess.run(["xorriso", *words], capture_output=True, text=True, check=True).stdout


@pytest.mark.parametrize("program", ["xorriso", "genisoimage"])
def test_a_cd(root: Path, program: str, monkeypatch: pytest.MonkeyPatch) -> None:
    needed("xorriso", program)
    if program != "xorriso":  # only this one is there
        (root / "bin").mkdir()
        (root / "bin" / program).symlink_to(Path("/usr/bin") / program)
    path = root / "bin" if program != "xorriso" else os.environ["PATH"]
    with monkeypatch.context() as patched:
        patched.setenv("PATH", str(path))
        disc = made(root, cd, Cd(
            cd_files=["answers", "answers/preseed.cfg", "a=b\\c"], cd_label="cidata",
            cd_content={"user-data": "#cloud-config ü\n", "meta-data": "", f"deep/er/{'long ' * 20}": "x"},
        ))
    assert disc == root / "work" / "cd.iso"
    assert label_of(disc) == "cidata"  # by which cloud-init finds its seed
    out = root / "out"
    xorriso("-osirrox", "on", "-indev", disc, "-extract", "/", out)
    found = {str(each.relative_to(out)): each.read_text() for each in out.rglob("*") if each.is_file()}
    assert found == {
        "user-data": "#cloud-config ü\n", "meta-data": "", f"deep/er/{'long ' * 20}": "x",
        "preseed.cfg": "d-i\n", "a=b\\c": "odd\n", "answers/preseed.cfg": "d-i\n", "answers/link": "d-i\n",
        "answers/deep/deeper/Ein langer Name, größer als 8.3.txt": "deep\n",
    }
    assert (out / "answers" / "empty").is_dir()
    assert not (out / "answers" / "link").is_symlink()


def test_no_program_for_cds(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(root))
    with pytest.raises(Failed, match="no program that makes a CD") as caught:
        made(root, cd, Cd(cd_content={"a": "b"}))
    assert caught.value.hint == "install the package xorriso"


def test_a_program_that_fails_is_quoted(root: Path) -> None:
    needed("xorriso")
    with pytest.raises(Failed, match="xorriso cannot make the CD: "):
        made(root, cd, Cd(cd_content={"a": "b"}, cd_label="x" * 200))


def test_a_file_that_cannot_be_read(root: Path) -> None:
    needed("xorriso")
    (root / "answers" / "broken").symlink_to("nowhere")
    with pytest.raises(Failed, match="the floppy cannot be made: "):
        made(root, floppy, Floppy(floppy_dirs=["answers"]))
    with pytest.raises(Failed, match="cannot make the CD: "):
        made(root, cd, Cd(cd_files=["answers"]))
    other = session(root, work=root / "nowhere" / "cd")
    (root / "nowhere").write_text("")
    with pytest.raises(Failed, match="the CD cannot be made: "):
        asyncio.run(cd(other, Cd(cd_content={"a": "b"})))


def test_nothing_to_make(root: Path) -> None:
    assert asyncio.run(floppy(session(root), Floppy(floppy_label="x"))) is None
    assert asyncio.run(cd(session(root), Cd(cd_label="x"))) is None
