"""The ``mount`` module."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Annotated, Any, Literal, NamedTuple

from runner.modules.shared import Edited
from runner.modules.support.attributes import Found
from runner.modules.support.editing import opened, saved
from runner.modules.support.fstab import Entry, entered, without
from runner.sdk import Alias, Answer, Ask, Do, Failed, Module, Outcome, Put, Verb, Work, options

_TABLE = "/etc/fstab"
_LOOK = r"""
real=$(readlink -f "$1" 2>/dev/null) || real=$1
path=$(printf '%s' "$real" | sed 's/\\/\\134/g; s/ /\\040/g; s/	/\\011/g')
from=
while read -r what where _; do if [ "$where" = "$path" ]; then from=$what; fi; done 2>/dev/null </proc/mounts
if [ -n "$from" ]; then
  echo mounted
  device=$(findfs "$2" 2>/dev/null) || device=$2
  if [ "$from" = "$2" ] || [ "$(readlink -f "$device")" = "$(readlink -f "$from")" ]; then echo same
  elif [ -e "$2" ] && [ "$(stat -c %d:%i "$2")" = "$(stat -c %d:%i "$1")" ]; then echo same
  fi
fi
if [ -e "$3" ]; then echo table; fi
while [ -n "$real" ] && [ ! -e "$real" ]; do printf 'missing %s\n' "$real"; real=${real%/*}; done
"""
"""Tells whether something is mounted at $1, and whether it is $2; whether there is the table $3; and which directories
are missing, the deepest first."""
_REMOVE = 'if [ -e "$1" ]; then rmdir -- "$1"; fi'


class _Looked(NamedTuple):
    """What is at the place."""

    mounted: bool
    same: bool
    """Whether it is what is to be there."""
    table: bool
    missing: list[str]
    """Directories that are to be made, the deepest first."""


@options()
class Options:
    """What ``mount`` accepts."""

    path: Annotated[str, Alias("name")]
    """Where it is mounted."""
    src: str | None = None
    """What is mounted: a device, UUID=..., or a share; needed to mount it."""
    fstype: str | None = None
    """Kind of file system, such as ext4; needed to mount it."""
    opts: str | None = None
    """Options, as in fstab."""
    opts_no_log: bool = False
    """Keep the options out of the output."""
    state: Literal["absent", "absent_from_fstab", "mounted", "present", "unmounted", "remounted", "ephemeral"]
    """What is to be: mounted is in fstab and active, present only in fstab, ephemeral only active; with absent the
    directory goes too.
    """
    boot: bool = True
    """Mount it when the machine starts."""
    dump: str = "0"
    """Whether dump saves it: the fifth field in fstab."""
    passno: str = "0"
    """When it is checked: the sixth field in fstab."""
    fstab: str | None = None
    """File to keep it in, instead of /etc/fstab."""
    backup: bool = False
    """Keep a copy of the former fstab, with the time in its name."""


class Mount(Module[Options]):
    """Mount file systems, and keep them in fstab.

    A file system that cannot be mounted is not left in fstab, where it would keep the machine from starting.
    """

    name = "mount"

    @classmethod
    def gap(cls, options: Mapping[str, Any]) -> str | None:
        """Return which of these options this version cannot work with."""
        return "opts_no_log" if options.get("opts_no_log") is True else None

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """See what is mounted and what the table says, and change it. Raises ``Failed``."""
        del facts
        wanted = self.options
        missing = [name for name in ("src", "fstype") if getattr(wanted, name) is None]
        if missing and wanted.state in ("mounted", "present", "ephemeral"):
            raise Failed(f"state is {wanted.state} but all of the following are missing: {', '.join(missing)}")
        path = wanted.path.rstrip("/") or "/"
        values: dict[str, Any] = {
            "name": path, "opts": self._options(), "boot": "yes" if wanted.boot else "no", "dump": wanted.dump,
            "passno": wanted.passno, "fstab": wanted.fstab or _TABLE, "backup_file": "",
        }
        values |= {name: value for name in ("src", "fstype") if (value := getattr(wanted, name)) is not None}
        work = {
            "present": self._present, "absent_from_fstab": self._gone, "absent": self._absent,
            "mounted": self._mounted, "unmounted": self._unmounted, "remounted": self._remounted,
            "ephemeral": self._ephemeral,
        }[wanted.state]
        changed = yield from work(path, values)
        return Outcome(values, changed=changed)

    def _options(self) -> str:
        wanted = self.options
        opts = wanted.opts or "defaults"
        alone = wanted.boot or wanted.state == "ephemeral" or "noauto" in opts.split(",")
        return opts if alone else f"{opts},noauto"

    def _looked(self, path: str) -> Generator[Verb, Any, _Looked]:
        wanted = self.options
        answer: Answer = yield Ask(("/bin/sh", "-c", _LOOK, "sh", path, wanted.src or "", wanted.fstab or _TABLE))
        lines = answer.stdout.splitlines()
        missing = [line.removeprefix("missing ") for line in lines if line.startswith("missing ")]
        return _Looked("mounted" in lines, "same" in lines, "table" in lines, missing)

    def _present(self, path: str, values: dict[str, Any]) -> Generator[Verb, Any, bool]:
        former, after, found = yield from self._entered(path)
        return (yield from self._kept(found, former, after, values))

    def _gone(self, path: str, values: dict[str, Any]) -> Generator[Verb, Any, bool]:
        found, former = yield from opened(self.options.fstab or _TABLE, Edited(backup=self.options.backup))
        return (yield from self._kept(found, former, without(_lines(former), path, self.options.src), values))

    def _absent(self, path: str, values: dict[str, Any]) -> Generator[Verb, Any, bool]:
        """Only what is in the table is unmounted, as in Ansible."""
        at = yield from self._looked(path)
        if not (yield from self._gone(path, values)):
            return False
        if at.mounted:
            yield from _run(("umount", path), f"Error unmounting {path}")
        yield from _run(("/bin/sh", "-c", _REMOVE, "sh", path), f"Error rmdir {path}")
        return True

    def _mounted(self, path: str, values: dict[str, Any]) -> Generator[Verb, Any, bool]:
        at = yield from self._looked(path)
        former, after, found = yield from self._entered(path)
        changed = after != _lines(former)
        if at.mounted and not changed:
            return False
        if at.missing:
            yield from _run(("mkdir", "-p", "--", path), f"Error making dir {path}")
        yield from self._kept(found, former, after, values)
        if at.mounted:
            failed = yield from self._again(path, self._table())
        else:
            failed = yield from _tried(("mount", *self._table(), path))
        if failed is None:
            return True
        if changed:
            yield (Do(("rm", "-f", "--", found.path)) if former is None else Put(found.path, former))
        if at.missing:
            yield Do(("rmdir", "--", *at.missing))
        raise Failed(f"Error mounting {path}: {failed}")

    def _unmounted(self, path: str, values: dict[str, Any]) -> Generator[Verb, Any, bool]:
        del values
        at = yield from self._looked(path)
        if at.mounted:
            yield from _run(("umount", path), f"Error unmounting {path}")
        return at.mounted

    def _remounted(self, path: str, values: dict[str, Any]) -> Generator[Verb, Any, bool]:
        del values
        at = yield from self._looked(path)
        failed = yield from self._again(path, self._table() if at.table else ())
        if failed is not None:
            raise Failed(f"Error remounting {path}: {failed}")
        return True

    def _ephemeral(self, path: str, values: dict[str, Any]) -> Generator[Verb, Any, bool]:
        del values
        wanted, at = self.options, (yield from self._looked(path))
        if at.mounted and not at.same:
            raise Failed(
                f"Ephemeral mount point {path} is already mounted with a different source than the specified one",
                "unmount it first with state: unmounted, or take another path",
            )
        if at.mounted:
            failed = yield from self._again(path, ())
        else:
            if at.missing:
                yield from _run(("mkdir", "-p", "--", path), f"Error making dir {path}")
            given = ("-t", wanted.fstype or "", "-o", self._options(), wanted.src or "")
            failed = yield from _tried(("mount", *given, path))
            if failed is not None and at.missing:
                yield Do(("rmdir", "--", *at.missing))
        if failed is not None:
            raise Failed(f"Error mounting {path}: {failed}")
        return True

    def _again(self, path: str, table: tuple[str, ...]) -> Generator[Verb, Any, str | None]:
        """Mount what is mounted once more; return what went wrong, if anything did. Raises ``Failed``."""
        wanted = self.options
        given = wanted.opts if wanted.state in ("remounted", "ephemeral") and wanted.opts != "defaults" else None
        failed = yield from _tried(("mount", *table, "-o", f"remount,{given}" if given else "remount", path))
        if failed is None:
            return None
        if given:
            raise Failed(
                "Options were specified with remounted, but the remount command failed, so that the mount is left as "
                f"it is: {failed}", "unmount it first with state: unmounted, then use state: mounted",
            )
        failed = yield from _tried(("umount", path))
        return (yield from _tried(("mount", *table, path))) if failed is None else failed

    def _table(self) -> tuple[str, ...]:
        """Return how ``mount`` is told which table to read."""
        table = self.options.fstab
        return () if table in (None, _TABLE) else ("-T", table)

    def _entered(self, path: str) -> Generator[Verb, Any, tuple[bytes | None, list[str], Found]]:
        """Return what the table is, and its lines as they are to be."""
        wanted = self.options
        found, former = yield from opened(wanted.fstab or _TABLE, Edited(backup=wanted.backup))
        entry = Entry(wanted.src or "", path, wanted.fstype or "", self._options(), wanted.dump, wanted.passno)
        return former, entered(_lines(former), entry), found

    def _kept(
        self, found: Found, former: bytes | None, after: list[str], values: dict[str, Any]
    ) -> Generator[Verb, Any, bool]:
        """Write the table if it is to be another one; return whether it is."""
        if after == _lines(former):
            return False
        content = "".join(f"{line}\n" for line in after).encode(errors="surrogateescape")
        _, _, values["backup_file"] = yield from saved(found, former, content, Edited(backup=self.options.backup), "")
        return True


def _lines(content: bytes | None) -> list[str]:
    return (content or b"").decode(errors="surrogateescape").splitlines()


def _tried(argv: tuple[str, ...]) -> Generator[Verb, Any, str | None]:
    """Run a program; return what it says if it fails."""
    answer: Answer = yield Do(argv)
    said = f"{answer.stdout}{answer.stderr}".strip()
    return (said or f"{argv[0]} ended with status {answer.status}") if answer.status else None


def _run(argv: tuple[str, ...], what: str) -> Generator[Verb, Any, None]:
    """Run a program that has to end well. Raises ``Failed``."""
    failed = yield from _tried(argv)
    if failed is not None:
        raise Failed(f"{what}: {failed}")
