"""The ``mount`` module."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Annotated, Any, Literal

from runner.modules.shared import Edited
from runner.modules.support.attributes import done
from runner.modules.support.editing import opened, saved
from runner.sdk import Alias, Ask, Do, Failed, Module, Outcome, Verb, Work, options

_TABLE = "/etc/fstab"
_FEWEST = 4
"""How many fields a line of the table has at least."""
_LOOK = r"""
path=$(printf '%s' "$1" | sed 's/\\/\\134/g; s/ /\\040/g')
while read -r _ where _; do if [ "$where" = "$path" ]; then echo mounted; exit; fi; done </proc/mounts
"""
_REMOVE = 'if [ -e "$1" ]; then rmdir -- "$1" 2>/dev/null || true; fi'


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
    """What is to be: mounted is in fstab and active, present only in fstab, ephemeral only active."""
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
    """Mount file systems, and keep them in fstab."""

    name = "mount"

    @classmethod
    def gap(cls, options: Mapping[str, Any]) -> str | None:
        """Return which of these options this version cannot work with."""
        return "opts_no_log" if options.get("opts_no_log") is True else None

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """See what is mounted and what the table says, and change it. Raises ``Failed``."""
        del facts
        wanted = self.options
        needs = {"mounted": ("src", "fstype"), "present": ("src", "fstype"), "ephemeral": ("src", "fstype")}
        missing = [name for name in needs.get(wanted.state, ()) if getattr(wanted, name) is None]
        if missing:
            raise Failed(f"state is {wanted.state} but all of the following are missing: {', '.join(missing)}")
        path = wanted.path.rstrip("/") or "/"
        answer = yield Ask(("/bin/sh", "-c", _LOOK, "sh", path))
        mounted = "mounted" in answer.stdout.split()
        values: dict[str, Any] = {
            "name": path, "src": wanted.src, "fstype": wanted.fstype, "opts": self._options(), "boot": wanted.boot,
            "dump": wanted.dump, "passno": wanted.passno, "fstab": wanted.fstab or _TABLE,
        }
        changed = False
        if wanted.state in ("mounted", "present", "absent", "absent_from_fstab"):
            changed = yield from self._table(path, values, there=wanted.state in ("mounted", "present"))
        for argv in self._steps(path, mounted=mounted, changed=changed):
            yield from done(Do(argv), f"Error mounting {path}" if "umount" not in argv else f"Error unmounting {path}")
            changed = True
        return Outcome(values, changed=changed)

    def _options(self) -> str:
        wanted = self.options
        opts = wanted.opts or "defaults"
        return opts if wanted.boot or "noauto" in opts.split(",") else f"{opts},noauto"

    def _steps(  # noqa: PLR0911 - one return a state
        self, path: str, *, mounted: bool, changed: bool
    ) -> list[tuple[str, ...]]:
        """Return what is to be run, one after the other."""
        wanted = self.options
        table = ("-T", wanted.fstab) if wanted.fstab else ()
        directory = ("/bin/sh", "-c", 'mkdir -p -- "$1"', "sh", path)
        mount = ("mount", *table, path)
        match wanted.state:
            case "mounted" if not mounted:
                return [directory, mount]
            case "mounted" if changed:
                return [("mount", *table, "-o", "remount", path)]
            case "ephemeral" if not mounted:
                return [directory, ("mount", "-t", wanted.fstype or "", "-o", self._options(), wanted.src or "", path)]
            case "remounted":
                if not mounted:
                    raise Failed(f"{path} is not mounted, so that it cannot be mounted again")
                opts = f"remount,{wanted.opts}" if wanted.opts else "remount"
                return [("mount", *table, "-o", opts, path)]
            case "unmounted" if mounted:
                return [("umount", path)]
            case "absent":
                gone = [("/bin/sh", "-c", _REMOVE, "sh", path)] if changed or mounted else []
                return [*([("umount", path)] if mounted else []), *gone]
        return []

    def _table(self, path: str, values: dict[str, Any], *, there: bool) -> Generator[Verb, Any, bool]:
        """Have a line for the path in the table, or none; return whether it was changed."""
        wanted = self.options
        options = Edited(backup=wanted.backup)
        found, former = yield from opened(wanted.fstab or _TABLE, options)
        lines = (former or b"").decode(errors="surrogateescape").splitlines()
        new = " ".join((_escaped(wanted.src or ""), _escaped(path), wanted.fstype or "", _escaped(self._options()),
                        wanted.dump, wanted.passno))
        kept: list[str] = []
        placed = False
        for line in lines:
            fields = line.split()
            swaps = wanted.fstype == "swap" and len(fields) > 1 and fields[0] == _escaped(wanted.src or "")
            if line.lstrip().startswith("#") or len(fields) < _FEWEST or (fields[1] != _escaped(path) and not (
                    swaps and fields[1] in ("none", "swap"))):
                kept.append(line)
            elif there and not placed:
                kept.append(line if fields == new.split() else new)
                placed = True
        if there and not placed:
            kept.append(new)
        if kept == lines:
            return False
        content = "".join(f"{line}\n" for line in kept).encode(errors="surrogateescape")
        _, _, backup = yield from saved(found, former, content, options, "")
        values["backup_file"] = backup
        return True


def _escaped(text: str) -> str:
    """Return a text as a field of the table, which has no blanks (see fstab(5))."""
    return text.replace("\\", "\\134").replace(" ", "\\040").replace("\t", "\\011").replace("#", "\\043")
