"""The ``acl`` module."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from runner.sdk import Alias, Ask, Do, Failed, Module, Outcome, Work, options


@options()
class Options:
    """What ``acl`` accepts."""

    path: Annotated[str, Alias("name")]
    """Which file or directory."""
    state: Literal["absent", "present", "query"] = "query"
    """Whether the entry is to be there; query only reads."""
    entry: str | None = None
    """The entry in one text, such as user:joe:rw."""
    etype: Literal["group", "mask", "other", "user"] | None = None
    """Whom the entry is for."""
    entity: str = ""
    """Name of the user or group that the entry is for."""
    permissions: str | None = None
    """What they may do: r, w, x."""
    default: bool = False
    """Make it the default for what is made in the directory later."""
    recursive: Annotated[bool, Alias("recurse")] = False
    """Do the same to everything in the directory."""
    follow: bool = True
    """Work on what a symbolic link points to."""
    recalculate_mask: Literal["default", "mask", "no_mask"] = "default"
    """Whether the mask is computed again."""
    use_nfsv4_acls: bool = False
    """Use lists of NFS version 4."""


class Acl(Module[Options]):
    """Set, remove and read access control lists of files."""

    name = "acl"

    @classmethod
    def gap(cls, options: Mapping[str, Any]) -> str | None:
        """Return which of these options this version cannot work with."""
        return "use_nfsv4_acls" if options.get("use_nfsv4_acls") is True else None

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Look at the list, and add or remove an entry. Raises ``Failed``."""
        del facts
        wanted = self.options
        words = self._entry()
        physical = () if wanted.follow else ("-P",)
        read = ("getfacl", *physical, *(("-d",) if "-d" in words else ()), "--omit-header", "--absolute-names")
        answer = yield Ask((*read, wanted.path))
        if answer.status in (126, 127):
            raise Failed("the machine has no getfacl", "install the package acl")
        if answer.status:
            raise Failed(f"Path not found or not accessible: {answer.stderr.strip()}")
        before = _lines(answer.stdout)
        if wanted.state == "query" or not words:
            return Outcome({"msg": "current acl", "acl": before}, changed=False)
        options = [*physical, *(("--recursive",) if wanted.recursive else ())]
        options += {"mask": ["--mask"], "no_mask": ["--no-mask"]}.get(wanted.recalculate_mask, [])
        call = ("setfacl", *options, *words, wanted.path)
        planned = yield Ask(("setfacl", "--test", *options, *words, wanted.path))
        if all(line.endswith("*,*") for line in planned.stdout.splitlines()) and planned.status == 0:
            return Outcome({"msg": f"{self._text()} is {wanted.state}", "acl": before}, changed=False)
        told = yield Do(call)
        if told.status:
            raise Failed(f"setfacl failed: {told.stderr.strip()}")
        after = yield Ask((*read, wanted.path))
        return Outcome({"msg": f"{self._text()} is {wanted.state}", "acl": _lines(after.stdout)}, changed=True)

    def _entry(self) -> list[str]:
        """Return what ``setfacl`` is told. Raises ``Failed``."""
        wanted = self.options
        if wanted.state == "query":
            return []
        if wanted.entry is None and wanted.etype is None:
            raise Failed("'entry' or 'etype' is required when 'state' is 'present' or 'absent'")
        words = ["-d"] if wanted.default or (wanted.entry or "").startswith(("default:", "d:")) else []
        return [*words, "-m" if wanted.state == "present" else "-x", self._text()]

    def _text(self) -> str:
        """Return the entry as setfacl(1) writes it."""
        wanted = self.options
        if wanted.entry is not None:
            text = wanted.entry.removeprefix("default:").removeprefix("d:")
            return text if wanted.state == "present" else ":".join(text.split(":")[:2])
        text = f"{wanted.etype}:{wanted.entity}"
        return f"{text}:{wanted.permissions or ''}" if wanted.state == "present" else text


def _lines(text: str) -> list[str]:
    return [line for line in text.splitlines() if line.strip()]
