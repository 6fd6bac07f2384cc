"""Look at a file on the machine; put its owner, permissions and other attributes right.

A module looks once, works out what has to be changed, and what the file is like afterwards, so that it need not look
again::

    found = yield from look(path, options)
    changed, file = yield from settle(found.path, found.file, options, found)
    return Outcome({"path": found.path, **described(file)}, changed=changed)
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Generator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from runner.modules.shared import Permissions
from runner.modules.support.commands import expanded
from runner.modules.support.modes import octal, permissions
from runner.sdk import Answer, Ask, Do, Failed, Verb

STAT = "\x1dstat %f %u %g %s %Y %X %h %i %U\x1f%G"
"""What ``stat -c`` is to tell of a file. A character that no name holds begins each thing that is told."""
LOOK = (Path(__file__).parent / "look.sh").read_text(encoding="utf-8")
"""The script that looks at a file."""
_SETTLE = r"""
path=$1 owner=$2 mode=$3 flags=$4
shift 4
if [ -n "$owner" ]; then chown -h "$owner" "$path" || exit; fi
if [ -n "$mode" ]; then chmod "$mode" "$path" || exit; fi
if [ $# -gt 0 ]; then chcon -h "$@" "$path" || exit; fi
if [ -n "$flags" ]; then chattr "$flags" "$path" || exit; fi
"""
_KINDS = {0o100000: "file", 0o040000: "directory", 0o120000: "link"}
_PARTS = ("user", "role", "type", "range")
"""The parts of an SELinux context, as ``chcon`` calls them."""


@dataclass(frozen=True, slots=True)
class File:
    """A file, directory or link on the machine. With ``kind`` ``absent`` it is not there."""

    kind: str = "absent"
    mode: int = 0
    uid: int = 0
    gid: int = 0
    owner: str = ""
    group: str = ""
    size: int = 0
    mtime: int = 0
    atime: int = 0
    links: int = 1
    inode: int = 0
    target: str | None = None
    """What a link points to, as it is written in the link."""
    digest: str = ""
    context: str = ""
    flags: str = ""
    """What ``lsattr`` says of it."""

    @property
    def exists(self) -> bool:
        """Whether it is there."""
        return self.kind != "absent"


@dataclass(frozen=True, slots=True)
class Found:
    """What a look at a file told."""

    path: str
    """Its path: with the name that was added to a directory, and behind links if they were to be followed."""
    file: File
    parent: File
    umask: int = 0o022
    uid: int = 0
    gid: int = 0
    user: str = "root"
    team: str = "root"
    """The group of whoever works on the machine, by name."""
    leads_to: str = ""
    """Where a link leads: ``file``, ``directory``, or nowhere."""
    owner: tuple[int, str] | None = None
    """The owner that is wanted, by number and name; nothing if there is no such user."""
    group: tuple[int, str] | None = None
    stamp: str = ""
    """What a backup's name ends with."""
    temporary: str = ""
    """Name of a file that is not there."""
    mounted: bool = False
    """Whether something is mounted on the file itself, so that it cannot be replaced."""
    policy: str = ""
    """The SELinux context that the policy has for it; empty without SELinux."""
    content: bytes | None = None
    """What is in it, if that was to be told and could be."""

    def fresh(self, *, directory: bool = False) -> File:
        """Return what a file that is made here is like."""
        inherits = self.parent.mode & 0o2000
        gid, group = (self.parent.gid, self.parent.group) if inherits else (self.gid, self.team)
        mode = (0o777 if directory else 0o666) & ~self.umask
        return File(
            "directory" if directory else "file", mode | (inherits if directory else 0), self.uid, gid, self.user,
            group, context=self.policy,
        )


def look(
    path: str, options: Permissions | None = None, *, name: str = "", follow: bool = False, digest: str = "",
    extras: tuple[str, ...] = (),
) -> Generator[Verb, Any, Found]:
    """Look at a file; at ``name`` within it if it is a directory, or is written as one with ``/`` at its end.

    ``digest`` is a digest of the content to be told, such as ``sha1``; ``extras`` are ``content``, ``stamp``,
    ``temporary`` and ``mounted``.
    """
    (path,) = yield from expanded([path])
    owner = options.owner or "" if options else ""
    group = options.group or "" if options else ""
    if options is not None and _context_wanted(options):
        extras = (*extras, "context")
    if options is not None and options.attributes is not None:
        extras = (*extras, "flags")
    program = f"{digest}sum" if digest else ""
    followed = "yes" if follow else ""
    arguments = (STAT, path, name, followed, program, owner, group, " ".join(extras))
    answer: Answer = yield Ask(("/bin/sh", "-c", LOOK, *arguments))
    if "\x1d" not in answer.stdout:
        raise Failed(f"{path} cannot be looked at: {_said(answer)}")
    return found_of(answer.stdout)


def found_of(text: str) -> Found:
    """Return what the output of ``LOOK`` says."""
    told: dict[str, str] = {}
    files: list[File] = []
    for piece in text.split("\x1d")[1:]:
        name, _, value = piece.removesuffix("\n").partition(" ")
        if name == "stat":
            files.append(file_of(value))
        else:
            told[name] = value
    own = files.pop(0) if "self" in told and files else None
    file = File() if "absent" in told else files.pop(0) if files else File()
    file = replace(
        file, target=told.get("link"), digest=_word(told.get("sum", "")).lstrip("\\"), context=told.get("context", ""),
        flags=_word(told.get("flags", "")),
    )
    ids = (own.uid, own.gid, own.owner, own.group) if own else _ids(told.get("me", ""))
    return Found(
        told.get("path", ""), file, files[0] if files else File(), int(told.get("umask") or "22", 8),
        *ids, leads_to=told.get("leads-to", ""), owner=_known(told.get("owner", "")),
        group=_known(told.get("group", "")), stamp=told.get("stamp", ""), temporary=told.get("temporary", ""),
        mounted="mounted" in told, policy=told.get("policy", ""),
        content=b64decode(told["content"]) if told.get("content") else None,
    )


def file_of(text: str) -> File:
    """Return the file that ``STAT`` tells of."""
    words, _, group = text.partition("\x1f")
    mode, uid, gid, size, mtime, atime, links, inode, *owner = words.split(" ")
    bits, user = int(mode, 16), " ".join(owner)
    return File(
        _KINDS.get(bits & 0o170000, "other"), bits & 0o7777, int(uid), int(gid),
        uid if user == "UNKNOWN" else user, gid if group == "UNKNOWN" else group, int(size),
        int(mtime), int(atime), int(links), int(inode),
    )


def settle(
    path: str, file: File, options: Permissions, found: Found, *, mode: str | None = None
) -> Generator[Verb, Any, tuple[bool, File]]:
    """Give a file the attributes that the options want; return whether any were changed, and the file as it is then.

    ``mode`` stands in for the option ``mode``. Raises ``Failed``.
    """
    wanted = options.mode if mode is None else mode
    owner, after = owned(file, options, found)
    bits = file.mode
    if wanted is not None and wanted != "preserve" and file.kind != "link":
        bits = permissions(wanted, file.mode, directory=file.kind == "directory", umask=found.umask)
    # A change of owner takes away the bits for running as the owner.
    change = bits != file.mode or bool(owner and wanted is not None and bits & 0o6000)
    context, flags = context_of(file, options, found), flags_of(file, options)
    if not (owner or change or context or flags):
        return False, file
    argv = (path, owner, octal(bits) if change else "", flags, *context)
    yield from done(Do(("/bin/sh", "-c", _SETTLE, "sh", *argv)), f"the attributes of {path} cannot be set")
    return True, replace(after, mode=bits)


def done(verb: Ask | Do, what: str) -> Generator[Verb, Any, Answer]:
    """Run a command that has to end well. Raises ``Failed`` with ``what`` and what the command says."""
    answer: Answer = yield verb
    if answer.status:
        raise Failed(f"{what}: {_said(answer)}")
    return answer


def described(file: File) -> dict[str, Any]:
    """Return what results say of a file."""
    if not file.exists:
        return {"state": "absent"}
    linked = file.kind == "file" and file.links > 1
    return {
        "uid": file.uid, "gid": file.gid, "owner": file.owner, "group": file.group, "mode": octal(file.mode),
        "state": "hard" if linked else "file" if file.kind == "other" else file.kind, "size": file.size,
    }


def owned(file: File, options: Permissions, found: Found) -> tuple[str, File]:
    """Return what ``chown`` has to be told, if anything, and the file as it is then."""
    words, after = ["", ""], file
    if options.owner and options.owner != file.owner and options.owner != str(file.uid):
        words[0] = options.owner
        uid, name = found.owner or _unknown(options.owner, file.uid)
        after = replace(after, uid=uid, owner=name)
    if options.group and options.group != file.group and options.group != str(file.gid):
        words[1] = options.group
        gid, name = found.group or _unknown(options.group, file.gid)
        after = replace(after, gid=gid, group=name)
    return (":".join(words) if words[1] else words[0]), after


def _context_wanted(options: Permissions) -> bool:
    return any((options.seuser, options.serole, options.setype, options.selevel))


def context_of(file: File, options: Permissions, found: Found) -> list[str]:
    """Return what ``chcon`` has to be told, if anything. Without SELinux nothing has, as in Ansible."""
    if not found.policy and not file.context:
        return []
    policy, current = found.policy.split(":", 3), file.context.split(":", 3)
    words: list[str] = []
    for index, want in enumerate((options.seuser, options.serole, options.setype, options.selevel)):
        value = policy[index] if want == "_default" and len(policy) > index else want
        if value and value != "_default" and current[index : index + 1] != [value]:
            words += [f"--{_PARTS[index]}", value]
    return words


def flags_of(file: File, options: Permissions) -> str:
    """Return what ``chattr`` has to be told, if anything."""
    if options.attributes is None:
        return ""
    sign = options.attributes[:1] if options.attributes[:1] in ("+", "-", "=") else "="
    wanted = set(options.attributes.removeprefix(sign))
    current = set(file.flags.replace("-", ""))
    kept = current & set("eEINVh")  # the file system's own, which cannot be changed
    settled = {"+": wanted <= current, "-": not wanted & current, "=": wanted | kept == current | kept}[sign]
    return "" if settled else f"{sign}{''.join(sorted(wanted | kept if sign == '=' else wanted))}"


def _ids(text: str) -> tuple[int, int, str, str]:
    """Return user and group, by number and by name, from the output of ``id``."""
    words = dict(each.split("=", 1) for each in text.split() if "=" in each)
    numbers, names = [], []
    for key in ("uid", "gid"):
        number, _, rest = words.get(key, "0").partition("(")
        numbers.append(int(number))
        names.append(rest.rstrip(")") or number)
    return numbers[0], numbers[1], names[0], names[1]


def _known(text: str) -> tuple[int, str] | None:
    number, _, name = text.partition(" ")
    return (int(number), name) if number.isdecimal() else None


def _unknown(text: str, former: int) -> tuple[int, str]:
    """Return a user or group that has no name, or that is not there (which ``chown`` will say)."""
    return (int(text) if text.isdecimal() else former), text


def _word(text: str) -> str:
    return next(iter(text.split(maxsplit=1)), "")


def _said(answer: Answer) -> str:
    lines = answer.stderr.strip().splitlines()
    return lines[-1] if lines else f"exit status {answer.status}"
