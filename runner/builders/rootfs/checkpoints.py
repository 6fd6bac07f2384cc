"""Machines kept as they are in the middle of a build: a copy of what has changed of the base.

The copy has all that the overlay notes in its upper directory, and a build that goes on from it begins with a copy of
the copy. So an image has one layer of changes, whether there were checkpoints on the way or not.
"""

from __future__ import annotations

import os
from pathlib import Path

from runner.builders.rootfs.cache import place
from runner.builders.rootfs.machine import Overlay, removed
from runner.sdk import Resource, Session
from runner.sdk.threads import uninterrupted

_KILO = 1024
_QUIET = """
set -e
cd "$1"
count=0
for each in root/proc/[0-9]*; do
  [ "$(readlink "$each/root" 2>/dev/null)" != "$PWD/root" ] || count=$((count + 1))
done
[ "$count" -le 1 ]
[ -z "$(ls -A root/dev/shm)" ]
! grep " $PWD/root/" /proc/self/mounts | grep -v -e " $PWD/root/dev[ /]" -e " $PWD/root/proc " -e " $PWD/root/sys[ /]" \
  -e "resolv.conf "
"""
"""Ends well when nothing would be lost: no program runs but our shell, no file is in memory, nothing is mounted."""
_COPY = 'set -e; mkdir -p "$2"; cp -a -- "$1/." "$2/"; du -s -k "$2" | cut -f1'


def path_of(name: str, *, user: bool) -> Path:
    """Return where the checkpoint of a name lies."""
    return place(os.environ, user=user) / "checkpoints" / name


async def is_quiet(overlay: Overlay) -> bool:
    """Return whether a copy of a machine's files has all that the machine is."""
    answer = await overlay.inside.run(("/bin/sh", "-c", _QUIET, "sh", str(overlay.work)))
    return answer.status == 0


async def kept(session: Session, overlay: Overlay, name: str, *, user: bool) -> tuple[Path, int] | None:
    """Copy the changes, whole or not at all; return where they are and how many bytes they take."""
    path = path_of(name, user=user)
    part = path.with_name(f".{path.name}.{session.run[:8]}")
    path.parent.mkdir(parents=True, exist_ok=True)
    with session.noted(Resource("rootfs.directory", str(part), {"user": "yes"} if user else {})) as gone:
        try:
            answer = await overlay.inside.run(("/bin/sh", "-c", _COPY, "sh", str(overlay.upper), str(part / "files")))
            if answer.status:
                session.say(f"The machine could not be kept as it is: {answer.stderr.strip()}")
                return None
            if not path.exists():  # another build may have been quicker
                part.rename(path)
        finally:
            await uninterrupted(removed(part, user=user))
            gone()
    return path, int(answer.stdout) * _KILO


def is_there(path: Path) -> bool:
    """Return whether a checkpoint is there and whole."""
    return (path / "files").is_dir()
