"""Bases of a distribution's packages."""

from __future__ import annotations

import re
import shutil
import tarfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from rootfs_support import Rootfs, needed, rootfs  # noqa: F401 - fixtures

from runner.builders.rootfs.suite import Suite, sources

SUITE = Suite("bookworm", "minbase", ["main", "contrib"], [], [], None, None, None)
DEB822 = """
# a comment
Types: deb deb-src
URIs: http://one.example/debian
  http://two.example/debian
Suites: bookworm bookworm-updates trixie
Components: main
Signed-By: /usr/share/keyrings/some.gpg

Types: deb
Enabled: no
URIs: http://three.example/debian
Suites: bookworm

Types: deb-src
URIs: http://four.example/debian
Suites: bookworm
"""
LISTS = """
deb [arch=amd64 trusted=yes] http://one.example/debian bookworm main # and a remark
deb http://one.example/security bookworm-security main contrib
deb-src http://two.example/debian bookworm main
deb http://three.example/debian trixie main
"""
CASES = [
    ({}, []),
    ({"sources.list": "deb http://one.example/debian bookworm-updates main\n"}, []),
    ({"sources.list": LISTS}, [
        "deb [arch=amd64 trusted=yes] http://one.example/debian bookworm main contrib",
        "deb http://one.example/security bookworm-security main contrib",
    ]),
    ({"sources.list.d/some.sources": DEB822}, [
        f"deb [signed-by=/usr/share/keyrings/some.gpg] http://{host}.example/debian {suite} main contrib"
        for host in ("one", "two") for suite in ("bookworm", "bookworm-updates")
    ]),
    ({"sources.list": "deb\ndeb [broken\n", "sources.list.d/a.sources": "no colon here\n  and more\n"}, []),
]


@pytest.mark.parametrize(("files", "lines"), CASES)
def test_this_computers_own_sources_are_taken(tmp_path: Path, files: dict[str, str], lines: list[str]) -> None:
    for name, text in files.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(text)
    assert sources(SUITE, tmp_path) == lines


def test_a_mirror_that_is_named_wins(tmp_path: Path) -> None:
    (tmp_path / "sources.list").write_text(LISTS)
    named = replace(SUITE, mirror="http://mine.example")
    assert sources(named, tmp_path) == ["deb http://mine.example bookworm main contrib"]


def this_release() -> str:
    release = re.findall(r"^VERSION_CODENAME=(\w+)$", Path("/etc/os-release").read_text(), re.MULTILINE)
    if not release:
        pytest.skip("this machine is no Debian")
    return str(release[0])


def test_a_release_with_packages(rootfs: Rootfs) -> None:  # noqa: F811
    needed("mmdebstrap")
    packages = {"packages": ["netbase"], "exclude": ["tzdata"]}
    source = {"suite": this_release(), **packages, "format": ["tar"], "compression": "none"}
    # A package with a service: nothing of it may start while it is installed.
    install = "apt-get update -q && apt-get install -q -y --no-install-recommends cron"
    out = rootfs.made(source, {"shell": f"{install} && ! grep -qx cron /proc/[0-9]*/comm"})
    with tarfile.open(out / "box.tar") as archive:
        names = set(archive.getnames())
    assert {"etc/protocols", "usr/sbin/cron"} <= names
    assert "usr/sbin/policy-rc.d" not in names
    assert not {name for name in names if name.startswith("usr/share/zoneinfo")}
    said = rootfs({**source, "output": "out/again"}, {"shell": "true"}).stdout
    assert "Installing" not in said


@pytest.mark.slow
def test_a_release_by_debootstrap(rootfs: Rootfs, monkeypatch: pytest.MonkeyPatch) -> None:  # noqa: F811
    needed("debootstrap")
    monkeypatch.setattr("shutil.which", _without(shutil.which, "mmdebstrap"))
    source = {"suite": this_release(), "packages": ["netbase"], "exclude": ["tzdata"], "format": ["tar"]}
    answer = rootfs(source, {"shell": "test ! -e /debootstrap && dpkg --audit && echo whole >/etc/whole"})
    assert answer.status == 0, answer.stdout + answer.stderr
    with tarfile.open(rootfs.directory / "out" / "box.tar.gz") as archive:
        names = set(archive.getnames())
    assert {"etc/protocols", "etc/whole", "usr/bin/apt-get"} <= names
    assert not {name for name in names if name.startswith("usr/share/zoneinfo")}
    refused = rootfs({**source, "variant": "essential", "output": "out/again"})
    assert refused.status == 1
    assert "debootstrap has no variant 'essential'" in refused.stderr


def _without(find: Callable[..., str | None], name: str) -> Callable[..., str | None]:
    """Return ``shutil.which`` of a computer that has no such program."""
    return lambda wanted, *more, **how: None if wanted == name else find(wanted, *more, **how)
