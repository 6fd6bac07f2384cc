"""The machine while it is worked on, and what is left of it when it ends in whatever way."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
import tarfile
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from rootfs_support import Rootfs, base, needed, rootfs  # noqa: F401 - fixtures

from runner.builders.rootfs.builder import Rootfs as Builder
from runner.sdk import Resource

TREE = Path(__file__).parents[3]
USER = 54321
"""A user that this computer need not know."""
USERS = """
sources:
  box: {builder: rootfs, from: base.tar, format: [oci, tar], output: out/box}
plays:
  - name: web
    sources: [box]
    gather_facts: false
    tasks:
      - shell: id; echo hello >/etc/greeting; chown 1000:8 /etc/greeting
"""
KNOWN = "builder:x:%s:%s::/tmp:/bin/sh\\n"
"""How this user is known, as a format of ``printf``."""
PROBE = "hostname; ls -d /proc/1; tail -n 1 /usr/sbin/policy-rc.d; echo $HOME; head -c 3 /dev/zero | wc -c"


def test_the_machine_has_what_programs_expect(rootfs: Rootfs, base: Path) -> None:  # noqa: F811
    answer = rootfs(
        {"from": str(base), "hostname": "web", "format": ["directory"], "env": {"GIVEN": "yes"}},
        {"shell": PROBE}, {"shell": "echo $GIVEN; echo x > /dev/null; mkdir /dev/shm/x; ls -l /proc/self/fd | wc -l"},
        {"shell": "rm -rf /sys/kernel /proc/1 2>&1 | tail -1; test -d /sys/kernel && echo there"},
    )
    assert answer.status == 0, answer.stderr
    for line in ("web", "exit 101", "/root", "yes", "there"):
        assert f"web.box: {line}\n" in answer.stdout
    out = rootfs.directory / "out" / "box"
    assert (out / "etc" / "hostname").read_text() == "web\n"
    assert list((out / "dev").iterdir()) == []
    assert not (out / "usr").exists()


def test_root_gets_a_password(rootfs: Rootfs, base: Path) -> None:  # noqa: F811
    source = {"from": str(base), "format": ["directory"], "root_password": "pass-word"}
    refused = rootfs(source)
    assert "the password of root cannot be set" in refused.stderr
    assert not (rootfs.directory / "out" / "box").exists()
    # The program of the machine is given it as it expects it.
    program = {"dest": "/bin/chpasswd", "content": "#!/bin/sh\ncat >/etc/given\n", "mode": "0755"}
    out = rootfs.made(source, {"copy": program})
    assert (out / "box" / "etc" / "given").read_text() == "root:pass-word\n"


def test_a_base_without_a_shell_is_an_image_all_the_same(rootfs: Rootfs) -> None:  # noqa: F811
    rootfs.ingot.write({"files/etc/x": "x"})
    answer = rootfs({"from": "files", "format": ["tar"]})
    assert answer.status == 0, answer.stderr
    assert "There is no /bin/sh in the base" in answer.stdout


@pytest.mark.parametrize(("source", "said"), [
    ({"from": "missing.tar"}, "there is no missing.tar"),
    ({"from": "debian:12"}, "it names no registry"),
    ({"from": "localhost:1/debian:12"}, "the registry localhost:1 does not answer"),
    ({"from": "localhost:1/debian:12", "pull": "never"}, "the base is not in the cache"),
])
def test_what_cannot_be_started_from(rootfs: Rootfs, source: dict[str, str], said: str) -> None:  # noqa: F811
    answer = rootfs(source)
    assert answer.status != 0
    assert said in answer.stderr


@pytest.mark.parametrize(("source", "said"), [
    ({"format": ["oci"], "compression": "xz"}, "compression: xz with format oci"),
    ({"format": ["docker-archive"], "compression": "zstd"}, "compression: zstd with format docker-archive"),
    ({"format": ["docker-archive", "tar"], "compression": "none"}, "both would be OUTPUT.tar"),
    ({"size": "4G"}, "size: 4G without a disk"),
    ({"format": ["tar", "squashfs"], "filesystem": "ext4"}, "filesystem: ext4 without a disk"),
    ({"format": ["directory"], "partition_table": "mbr"}, "partition_table: mbr without a disk"),
    ({"bootloader": "extlinux"}, "bootloader: extlinux without a disk"),
    ({"kernel_arguments": ["quiet"]}, "kernel_arguments: ['quiet'] without a disk"),
    ({"format": ["tar"], "cmd": ["sh"]}, "cmd without a container image"),
    ({"format": ["qcow2"], "labels": {"a": "b"}}, "labels without a container image"),
    ({"format": ["directory", "squashfs"], "tags": ["a:1"]}, "tags without a container image"),
    ({"format": ["raw"], "kernel_arguments": ["quiet"]}, "kernel_arguments without a boot loader"),
])
def test_what_is_refused_before_anything_starts(
    rootfs: Rootfs, base: Path, source: dict[str, object], said: str  # noqa: F811
) -> None:
    answer = rootfs({"from": str(base), **source})
    assert answer.status == 2
    assert said in answer.stderr
    assert not rootfs.cache.exists()


def test_a_base_is_made_ready_once(rootfs: Rootfs, base: Path, tmp_path: Path) -> None:  # noqa: F811
    copy = tmp_path / "copy.tar"
    copy.write_bytes(base.read_bytes())
    said = [rootfs({"from": str(copy)}, force=True).stdout for _ in range(2)]
    copy.write_bytes(base.read_bytes())
    said.append(rootfs({"from": str(copy)}, force=True).stdout)
    assert ["Unpacking" in each for each in said] == [True, False, True]
    assert len(list(rootfs.cache.glob("rootfs/chroot/trees/*"))) == 2


def test_a_full_disk_leaves_no_half_written_image(rootfs: Rootfs, base: Path) -> None:  # noqa: F811
    needed("mount")
    small = rootfs.directory / "out"
    small.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", small], check=True)
    try:
        answer = rootfs({"from": str(base), "format": ["oci", "squashfs"]})
        assert answer.status != 0
        assert "full" in answer.stderr or "No space" in answer.stderr or "mksquashfs fails" in answer.stderr
        assert list(small.iterdir()) == []
    finally:
        subprocess.run(["umount", small], check=True)


def test_a_killed_build_leaves_neither_mounts_nor_processes(rootfs: Rootfs, base: Path) -> None:  # noqa: F811
    rootfs.write({"from": str(base)}, {"shell": "touch /started; sleep 987654 & wait"})
    environment = {
        **os.environ, "INGOT_CACHE_DIR": str(rootfs.cache), "INGOT_STATE_DIR": str(rootfs.directory / "state"),
    }
    process = subprocess.Popen(
        [Path(sys.executable).with_name("ingot"), "build", "playbook.yml"], cwd=rootfs.directory, env=environment,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, stdin=subprocess.DEVNULL,
    )
    wait_for(lambda: bool(list(rootfs.directory.glob(".ingot/work/*/upper/started"))))
    assert sleepers()
    process.send_signal(signal.SIGKILL)
    process.wait()
    wait_for(lambda: not sleepers() and not mounts(rootfs.directory))
    (work,) = rootfs.directory.glob(".ingot/work/*")
    for _ in range(2):  # gone already is no mistake
        asyncio.run(Builder.collect(Resource("rootfs.directory", str(work))))
    assert not work.exists()


def wait_for(condition: object) -> None:
    assert callable(condition)
    end = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.02)


def sleepers() -> list[str]:
    found = []
    for each in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            found.append(each.read_bytes().decode())
        except OSError:
            continue
    return [each for each in found if each == "sleep\x00987654\x00"]


def mounts(directory: Path) -> list[str]:
    """Return all mounts below a directory, in whatever namespace."""
    found = []
    for each in Path("/proc").glob("[0-9]*/mounts"):
        try:
            found += [line for line in each.read_text().splitlines() if str(directory) in line]
        except OSError:
            continue
    return found


@pytest.fixture
def home() -> Iterator[Path]:
    """A directory that an ordinary user can reach, and owns."""
    if os.geteuid():
        pytest.skip("root only: it becomes an ordinary user")
    needed("unshare", "setpriv", "newuidmap")
    found = Path(tempfile.mkdtemp(prefix="ingot-user-", dir="/tmp"))
    found.chmod(0o755)
    os.chown(found, USER, USER)
    yield found
    # By number: what is in it belongs to users that only the namespace had.
    subprocess.run(["rm", "-rf", "--one-file-system", found], check=True)


def as_user(home: Path, *words: str, ranges: str = "", known: str = KNOWN) -> subprocess.CompletedProcess[str]:
    """Run ingot as an ordinary user with these ranges of numbers, in a copy of this project that is open to all."""
    libraries = next(each for each in sys.path if each.endswith("site-packages"))
    script = """
cd "$1" && mkdir -p tree libraries && mount --bind "$2" tree && mount --bind "$3" libraries &&
printf "$4" >ranges && mount --bind ranges /etc/subuid && mount --bind ranges /etc/subgid &&
{ cat /etc/passwd; printf "$5" "$6" "$6"; } >passwd && mount --bind passwd /etc/passwd &&
export HOME="$1" PYTHONPATH="$1/tree:$1/libraries" INGOT_CACHE_DIR="$1/cache" NUMBER="$6" && shift 6 &&
exec setpriv --reuid "$NUMBER" --regid "$NUMBER" --clear-groups /usr/bin/python3 -c '
import sys
from runner.cli.main import main
sys.exit(main())' "$@"
"""
    return subprocess.run(
        ["unshare", "--mount", "sh", "-c", script, "sh", home, TREE, libraries, ranges, known, str(USER), *words],
        text=True, check=False, capture_output=True, stdin=subprocess.DEVNULL, timeout=300,
    )


def test_an_ordinary_user_makes_images_too(home: Path, base: Path) -> None:  # noqa: F811
    (home / "base.tar").write_bytes(base.read_bytes())
    (home / "playbook.yml").write_text(USERS)
    done = as_user(home, "build", "playbook.yml", ranges="builder:200000:65536\\n")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "web.box: uid=0(root)" in done.stdout
    with tarfile.open(home / "out" / "box.tar.gz") as archive:
        greeting = archive.getmember("etc/greeting")
    assert (greeting.uid, greeting.gid) == (1000, 8)
    assert (home / "out" / "box.tar.gz").stat().st_uid == USER
    assert list((home / ".ingot" / "work").glob("*")) == []


@pytest.mark.parametrize(("how", "said"), [
    ({}, "builder has no range of numbers in /etc/subuid"),
    ({"known": ""}, f"this computer knows no user of the number {USER}"),
])
def test_what_an_ordinary_user_lacks_is_told(home: Path, base: Path, how: dict[str, str], said: str) -> None:  # noqa: F811
    (home / "base.tar").write_bytes(base.read_bytes())
    (home / "playbook.yml").write_text(USERS)
    done = as_user(home, "build", "playbook.yml", **how)
    assert done.returncode != 0
    assert said in done.stderr
    assert list((home / ".ingot").glob("work/*")) == []


def test_changes_cannot_be_on_an_overlay(rootfs: Rootfs, base: Path, tmp_path: Path) -> None:  # noqa: F811
    """The files of a container are one, so this is what a build in a container meets."""
    for name in ("upper", "inner"):
        (tmp_path / name).mkdir()
    lower = rootfs.directory
    options = f"lowerdir={lower},upperdir={tmp_path}/upper,workdir={tmp_path}/inner"
    subprocess.run(["mount", "-t", "overlay", "overlay", "-o", options, lower], check=True)
    try:
        answer = rootfs({"from": str(base)})
    finally:
        subprocess.run(["umount", lower], check=True)
    assert answer.status == 1
    assert "is on an overlay file system" in answer.stderr
    assert "a volume of its own" in answer.stderr
