"""Permissions in the notation of chmod: what chmod itself makes of them is what counts."""

from __future__ import annotations

import stat
import subprocess
from pathlib import Path

import pytest

from runner.modules.support.modes import octal, permissions
from runner.sdk import Failed

TEXTS = [
    "0644", "644", "4755", "u=rw,go=r", "u=rwX,go=rX", "+x", "a+x", "-x", "u+s,g-w", "o=", "u=g,o=u", "ug=rwx,o=",
    "g+s", "+t", "o+t", "=r", "u=rwx+s", "go-rwx,u+X", "a=rX", "g=u-w",
]
FORMER = [0o644, 0o600, 0o755, 0o4711, 0o2750, 0o1777, 0o000]
UMASKS = [0o022, 0o077]


@pytest.mark.parametrize("text", TEXTS)
def test_a_mode_means_what_it_means_to_chmod(text: str, tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.touch()
    for former in FORMER:
        for umask in UMASKS:
            path.chmod(former)
            subprocess.run(["sh", "-c", f'umask {umask:o}; chmod -- "$1" "$2"', "sh", text, path], check=False)
            made = stat.S_IMODE(path.stat().st_mode)
            assert octal(permissions(text, former, umask=umask)) == octal(made), (oct(former), oct(umask))


def test_a_directory_can_be_searched_by_x_in_capitals() -> None:
    assert permissions("u=rwX,go=", 0o000, directory=True) == 0o700
    assert permissions("u=rwX,go=", 0o644) == 0o600


@pytest.mark.parametrize("text", ["zz", "u", "u=rw go=r", "8", "u=q", "", "=,"])
def test_what_is_no_mode(text: str) -> None:
    with pytest.raises(Failed, match="is not a mode"):
        permissions(text, 0o644)
