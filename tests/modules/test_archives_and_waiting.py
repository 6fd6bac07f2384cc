"""Archives, waiting, and files made of pieces: on Debian, and with busybox alone."""

# ruff: noqa: E501 - scripts and what they write stand in one line

from __future__ import annotations

import base64
import io
import tarfile
import zipfile
from pathlib import Path
from typing import Literal

import pytest
from harness import Machine

FILES = {"top/a.txt": b"one\n", "top/inner/b.txt": b"two\n"}


def tar(path: Path, mode: Literal["w", "w:gz"]) -> Path:
    with tarfile.open(path, mode) as archive:
        for name, content in FILES.items():
            info = tarfile.TarInfo(name)
            info.size, info.mtime, info.mode = len(content), 1_600_000_000, 0o640
            archive.addfile(info, io.BytesIO(content))
        link = tarfile.TarInfo("top/link")
        link.type, link.linkname = tarfile.SYMTYPE, "a.txt"
        archive.addfile(link)
    return path


def zipped(path: Path) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in FILES.items():
            archive.writestr(name, content)
    return path


MADE = {"x.tar": lambda path: tar(path, "w"), "x.tar.gz": lambda path: tar(path, "w:gz"), "x.zip": zipped}


@pytest.mark.parametrize("name", MADE)
@pytest.mark.parametrize("remote", [False, True], ids=["from here", "on the machine"])
def test_an_archive_is_unpacked_once(machine: Machine, place: str, tmp_path: Path, name: str, *, remote: bool) -> None:
    if name == "x.zip" and machine.run_ok("command -v unzip") is False:
        pytest.skip("this machine has no unzip")
    source = MADE[name](tmp_path / name)
    machine.sh('mkdir "$1/to"', place)
    src = name
    if remote:
        src = f"{place}/{name}"
        machine.put(src, source.read_bytes())
    options = {"src": src, "dest": f"{place}/to", "remote_src": remote, "list_files": True}
    assert machine.apply("unarchive", options, check=True).changed
    done = machine.apply("unarchive", options)
    assert done.changed, done.values
    assert not done.failed, done.values
    assert set(FILES) <= set(done.values["files"])
    assert machine.sh('cat "$1/to/top/a.txt" "$1/to/top/inner/b.txt"', place) == "one\ntwo\n"
    again = machine.apply("unarchive", options)
    assert not again.changed, again.values
    machine.sh('echo other >"$1/to/top/a.txt"; rm "$1/to/top/inner/b.txt"', place)
    assert machine.apply("unarchive", options).changed
    assert machine.sh('cat "$1/to/top/a.txt"', place) == "one\n"


def test_what_is_taken_of_an_archive(machine: Machine, place: str, tmp_path: Path) -> None:
    tar(tmp_path / "x.tar", "w")
    options = {"src": "x.tar", "dest": place, "exclude": ["top/inner"], "mode": "0600", "extra_opts": []}
    assert machine.apply("unarchive", options).changed
    assert machine.sh('cd "$1"; ls top; stat -c %a top/a.txt', place).split() == ["a.txt", "link", "600"]
    assert not machine.apply("unarchive", options).changed
    left = machine.apply("unarchive", {"src": "x.tar", "dest": place, "creates": f"{place}/top"})
    assert left.values["skipped"]


@pytest.mark.parametrize(("same", "again"), [("1\n", False), ("2\n", True)])
def test_what_a_zip_has_otherwise_is_unpacked(
    debian_machine: Machine, tmp_path: Path, same: str, *, again: bool
) -> None:
    machine = debian_machine
    machine.sh("command -v unzip >/dev/null || { apt-get update; apt-get install -y unzip; }")
    with zipfile.ZipFile(tmp_path / "x.zip", "w") as archive:
        info = zipfile.ZipInfo("one", (2020, 2, 2, 2, 2, 2))
        info.external_attr = 0o644 << 16
        archive.writestr(info, "1\n")
    machine.sh("rm -rf /srv/zip; mkdir -p /srv/zip/to")
    machine.put("/srv/zip/x.zip", (tmp_path / "x.zip").read_bytes())
    options = {"src": "/srv/zip/x.zip", "dest": "/srv/zip/to", "remote_src": True}
    assert machine.apply("unarchive", options).changed
    machine.sh('cd /srv/zip/to; cp -p one time; printf "$1" >one; touch -r time one', same)
    done = machine.apply("unarchive", options)
    assert (done.changed, done.failed) == (again, False)
    assert machine.sh("cat /srv/zip/to/one") == "1\n"


def test_an_archive_that_only_the_machine_can_read(debian_machine: Machine, tmp_path: Path) -> None:
    machine = debian_machine
    machine.sh("command -v zstd >/dev/null || { apt-get update; apt-get install -y zstd; }")
    machine.sh("rm -rf /srv/z; mkdir -p /srv/z/to; cd /srv/z; echo one >a; tar -cf - a | zstd -q >x.tar.zst")
    (tmp_path / "x.tar.zst").write_bytes(base64.b64decode(machine.sh("base64 /srv/z/x.tar.zst")))
    options = {"src": str(tmp_path / "x.tar.zst"), "dest": "/srv/z/to", "list_files": True}
    done = machine.apply("unarchive", options)
    assert done.changed, done.values
    assert (done.values["handler"], done.values["files"]) == ("TarZstdArchive", ["a"])
    assert machine.sh("cat /srv/z/to/a") == "one\n"
    assert not machine.apply("unarchive", options).changed


@pytest.mark.parametrize("remote", [False, True], ids=["from here", "on the machine"])
def test_directories_are_left_away(machine: Machine, place: str, tmp_path: Path, *, remote: bool) -> None:
    source = tar(tmp_path / "x.tar.gz", "w:gz")
    machine.put(f"{place}/x.tar.gz", source.read_bytes())
    machine.sh('mkdir "$1/to"', place)
    options = {"src": f"{place}/x.tar.gz" if remote else "x.tar.gz", "dest": f"{place}/to", "remote_src": remote,
               "extra_opts": ["--strip-components=1"]}
    if machine.run_ok("tar --version | grep -q GNU") or machine.run_ok("tar --help 2>&1 | grep -q strip-components"):
        assert machine.apply("unarchive", options).changed
        assert machine.sh('cat "$1/to/a.txt"', place) == "one\n"
        again = machine.apply("unarchive", options)
        assert not again.changed, again.values


@pytest.mark.parametrize(("options", "message"), [
    ({"src": "none.tar", "dest": "/tmp"}, "Could not find"), ({"src": "no.tar", "dest": "/tmp"}, "is no archive"),
    ({"src": "no.tar", "dest": "/nowhere"}, "must be an existing dir"),
    ({"src": "/nowhere.tar", "dest": "/tmp", "remote_src": True}, "does not exist"),
])
def test_what_cannot_be_unpacked(machine: Machine, tmp_path: Path, options: dict[str, object], message: str) -> None:
    (tmp_path / "no.tar").write_text("text")
    done = machine.apply("unarchive", options)
    assert done.failed
    assert message in done.values["msg"]


def test_waiting_for_a_file(machine: Machine, place: str) -> None:
    machine.sh('(sleep 0.3; echo ready >"$1/flag") >/dev/null 2>&1 &', place)
    done = machine.apply("wait_for", {"path": f"{place}/flag", "sleep": "0.1", "timeout": "20", "search_regex": "r(?P<letter>.)ady"})
    assert not done.failed, done.values
    assert (done.values["match_groups"], done.values["state"], done.values["size"]) == (["e"], "file", 6)
    assert done.values["match_groupdict"] == {"letter": "e"}
    assert machine.apply("wait_for", {"path": f"{place}/flag", "state": "absent", "timeout": "1"}).failed
    late = machine.apply("wait_for", {"path": f"{place}/never", "timeout": "0", "msg": "too late"})
    assert late.values["msg"] == "too late"


def test_waiting_for_a_port(machine: Machine) -> None:
    port = 18000 + hash(id(machine)) % 1000
    closed = machine.apply("wait_for", {"port": port, "timeout": "0"})
    assert closed.failed
    assert machine.apply("wait_for", {"port": port, "state": "stopped", "timeout": "0"}).values["failed"] is False
    if machine.run_ok("command -v perl"):
        listen = (f"use Socket; socket(S, PF_INET, SOCK_STREAM, 0); bind(S, sockaddr_in({port}, INADDR_ANY)) or die; "
                  "listen(S, 1); sleep 20")
        machine.sh(f"(perl -e '{listen}' </dev/null >/dev/null 2>&1 &)")
        assert not machine.apply("wait_for", {"port": port, "timeout": "5", "sleep": "0.1"}).failed


def test_nothing_is_restarted_where_no_init_runs(machine: Machine) -> None:
    done = machine.apply("reboot", {})
    assert (done.changed, done.values["rebooted"]) == (False, False)
    assert not machine.apply("wait_for_connection", {"timeout": "1"}).failed


def test_a_file_of_pieces(machine: Machine, place: str, tmp_path: Path) -> None:
    machine.sh("cd \"$1\"; mkdir d; printf one >d/1; printf 'two\\n' >d/2; echo no >d/.hidden; echo x >d/3.bak", place)
    options = {"src": f"{place}/d", "dest": f"{place}/all", "delimiter": "# --", "regexp": r"^\.?[\dh]\w*$",
               "ignore_hidden": True}
    assert machine.apply("assemble", options).changed
    assert machine.sh('cat "$1/all"', place) == "one\n# --\ntwo\n"
    assert not machine.apply("assemble", options).changed
    (tmp_path / "piece").write_text("x")
    assert "is not a directory" in machine.apply("assemble", {**options, "src": "piece", "remote_src": False}).values["msg"]
    (tmp_path / "parts").mkdir()
    (tmp_path / "parts" / "a").write_text("here\n")
    done = machine.apply("assemble", {"src": "parts", "dest": f"{place}/all", "remote_src": False, "mode": "0600"})
    assert done.changed, done.values
    assert machine.sh('cat "$1/all"; stat -c %a "$1/all"', place) == "here\n600\n"
