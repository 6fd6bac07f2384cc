"""The machine: an overlay over a base, with what programs expect to find mounted."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from shlex import quote

from runner.builders.rootfs.order import program
from runner.communicators.chroot import Namespaces, as_root
from runner.sdk import Failed, Resource, Session
from runner.sdk.threads import uninterrupted

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
"""Where programs are looked for unless the image says otherwise."""
_OWN = "redirect_dir=off,metacopy=off,index=off"
"""Without these an upper directory says by itself what has changed."""
_POLICY = "#!/bin/sh\n# No service starts while an image is made.\nexit 101\n"
"""What invoke-rc.d asks before it starts a service (Debian Policy, 9.3.3.1)."""
_SKELETON = f"""
mkdir -p skeleton/dev skeleton/proc skeleton/sys skeleton/tmp skeleton/etc skeleton/usr/sbin root upper inner
chmod 755 skeleton skeleton/* upper
chmod 1777 skeleton/tmp
: >skeleton/etc/resolv.conf
printf %s {quote(_POLICY)} >skeleton/usr/sbin/policy-rc.d
chmod 755 skeleton/usr/sbin/policy-rc.d
"""
"""Makes what lies below everything else: seen where the base has nothing, and never part of the image."""
_DEVICES = """
mount -t tmpfs -o mode=755,nosuid dev root/dev
for each in null zero full random urandom tty; do : >root/dev/$each; mount --bind /dev/$each root/dev/$each; done
mkdir root/dev/pts root/dev/shm
mount -t devpts -o newinstance,ptmxmode=0666,mode=620,gid=5 devpts root/dev/pts
mount -t tmpfs -o mode=1777,nosuid,nodev shm root/dev/shm
ln -s pts/ptmx root/dev/ptmx; ln -s /proc/self/fd root/dev/fd
ln -s fd/0 root/dev/stdin; ln -s fd/1 root/dev/stdout; ln -s fd/2 root/dev/stderr
mount -t proc -o nosuid,nodev,noexec proc root/proc
mount -t sysfs -o ro,nosuid,nodev,noexec sysfs root/sys 2>/dev/null || mount --rbind /sys root/sys
"""
"""A user's own namespaces may show /sys only as it is outside, where a user can change nothing of it."""
_RESOLV = """
if [ -e /etc/resolv.conf ]; then
  at=$(chroot root readlink -m /etc/resolv.conf 2>/dev/null) || at=/etc/resolv.conf
  [ -e "root$at" ] || at=
  [ -z "$at" ] || mount --bind /etc/resolv.conf "root$at"
fi
"""


@dataclass(frozen=True, slots=True)
class Overlay:
    """A machine's files: a base that stays as it is, and what changes."""

    inside: Namespaces
    work: Path
    base: Path

    @property
    def root(self) -> Path:
        """Where they are to be seen, and changed."""
        return self.work / "root"

    @property
    def upper(self) -> Path:
        """Where only the changes are."""
        return self.work / "upper"


@asynccontextmanager
async def directory(session: Session, *, user: bool) -> AsyncIterator[Path]:
    """Yield the build's directory, which is made, and removed in the end with all that is in it."""
    about = {"user": "yes"} if user else {}
    with session.noted(Resource("rootfs.directory", str(session.work), about)) as gone:
        session.work.mkdir(parents=True)
        try:
            yield session.work
        finally:
            try:
                await uninterrupted(removed(session.work, user=user))
            except (Failed, OSError) as error:
                session.say(f"{session.work} could not be removed: {error}; `ingot gc` does it later")
            else:
                gone()


async def removed(path: Path, *, user: bool) -> None:
    """Remove a directory of a build, whose files may belong to root, or to users that only a namespace has."""
    # Nothing is mounted there outside the build's own namespaces; should it be, that must not be touched.
    answer = await as_root(("rm", "-rf", "--one-file-system", "--", str(path)), user=user)
    if answer.status:
        raise Failed((answer.stderr.strip().splitlines() or ["rm fails"])[-1])


async def assembled(
    inside: Namespaces, work: Path, base: Path, *, user: bool, changes: Path | None = None
) -> Overlay:
    """Mount a machine over a base, which begins with ``changes``, if there are any. Raises ``Failed``."""
    begun = "" if changes is None else f"cp -a -- {quote(str(changes))}/. upper/\n"
    lower = f"{_escaped(base)}:skeleton"
    mount = _mount((lower,), "root", user, "upperdir=upper,workdir=inner")
    script = f"set -e; cd {quote(str(work))}; {_SKELETON}{begun}{mount}\n{_DEVICES}{_RESOLV}"
    try:
        await program(inside, "the machine's files cannot be mounted", "/bin/sh", "-c", script)
    except Failed as failed:
        place = await inside.run(("stat", "--file-system", "--format=%T", str(work)))
        if place.stdout.strip() != "overlayfs":
            raise
        raise Failed(
            f"{work} is on an overlay file system, as a container's files are, and the changes to a machine cannot be",
            "in a container, give the playbook's directory, or .ingot in it, a volume of its own",
        ) from failed
    return Overlay(inside, work, base)


async def shown(overlay: Overlay, *, user: bool, over: Sequence[Path] = (), name: str = "clean") -> Path:
    """Mount the files for reading as they will be in the image, with those of ``over`` over them; return where."""
    where = overlay.work / name
    lower = [_escaped(each) for each in (*over, overlay.upper, overlay.base)]
    script = f"set -e; cd {quote(str(overlay.work))}; mkdir -p {name}; {_mount(lower, name, user, 'ro')}"
    await program(overlay.inside, "the image's files cannot be mounted", "/bin/sh", "-c", script)
    return where


def _mount(lower: Sequence[str], where: str, user: bool, more: str) -> str:  # noqa: FBT001 - a detail of the two above
    options = f"lowerdir={':'.join(lower)},{more},{'userxattr' if user else _OWN}"
    return f"mount -t overlay overlay -o {quote(options)} {where}"


def _escaped(path: Path) -> str:
    """Return a path as the option ``lowerdir`` wants it."""
    text = str(path)
    if "," in text:
        raise Failed(f"{text} has a comma in it, which an overlay cannot have")
    return text.replace("\\", "\\\\").replace(":", "\\:")


def environment_of(config: Mapping[str, object], epoch: int | None) -> dict[str, str]:
    """Return the environment of programs on the machine: that of the image, on a clean ground."""
    found = {"PATH": PATH, "HOME": "/root", "LANG": "C.UTF-8", "container": "ingot"}
    if "TERM" in os.environ:
        found["TERM"] = os.environ["TERM"]
    if epoch is not None:
        found["SOURCE_DATE_EPOCH"] = str(epoch)
    given = config.get("Env")
    for each in given if isinstance(given, list) else ():
        name, _, value = str(each).partition("=")
        found[name] = value
    return found
