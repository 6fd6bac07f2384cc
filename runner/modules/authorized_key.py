"""The ``authorized_key`` module."""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping
from dataclasses import fields, replace
from posixpath import dirname
from typing import Any, Literal, NamedTuple

from runner.modules.shared import Edited
from runner.modules.support.attributes import described, done, look, settle
from runner.modules.support.editing import opened, saved
from runner.sdk import Answer, Ask, Do, Failed, ModeValue, Module, Outcome, Verb, Work, options

_QUOTED = r'"(?:\\.|[^"\\])*"'
_KEY = re.compile(
    rf"^\s*(?P<options>(?:(?:[^\s\"]|{_QUOTED})+\s+)??)"
    r"(?P<kind>(?:sk-)?(?:ssh|ecdsa)-[a-z0-9@.-]+)\s+(?P<blob>[A-Za-z0-9+/]+=*)(?:\s+(?P<comment>.*))?$"
)
"""Options, which may hold blanks in quotes; kind, key, comment."""
_OPTION = re.compile(rf"(?:[^,\"]|{_QUOTED})+")
_USER = """
if command -v getent >/dev/null; then line=$(getent passwd "$1"); else line=$(grep "^$1:" /etc/passwd); fi
[ -n "$line" ] || exit 2
echo "$line" | cut -d : -f 3,4,6
"""
_FETCH = """
case $1 in file://*) exec cat -- "${1#file://}" ;; esac
if command -v curl >/dev/null; then exec curl -fsSL ${2:+-k} -- "$1"; fi
exec wget -q -O - ${2:+--no-check-certificate} -- "$1"
"""


@options()
class Options:
    """What ``authorized_key`` accepts."""

    user: str
    """Which user."""
    key: str
    """Public keys, one a line, or the URL of such a file."""
    state: Literal["absent", "present"] = "present"
    """Whether the keys are to be there."""
    exclusive: bool = False
    """Remove all other keys."""
    key_options: str | None = None
    """Options to put before the keys."""
    comment: str | None = None
    """Comment to put after the keys instead of theirs."""
    path: str | None = None
    """File of the keys, instead of .ssh/authorized_keys in the user's home directory."""
    manage_dir: bool = True
    """Make the file's directory, and set its owner and permissions."""
    follow: bool = False
    """Write to what a symbolic link points to."""
    validate_certs: bool = True
    """Refuse servers whose certificate cannot be verified."""


class AuthorizedKey(Module[Options]):
    """Let SSH keys log in as a user, or do so no longer."""

    name = "authorized_key"

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Find the user's file, and have the keys in it, or not. Raises ``Failed``."""
        del facts
        wanted = self.options
        keys = [_Key.of(line) for line in (yield from self._wanted()).splitlines() if _is_key(line)]
        if not keys:
            raise Failed(f"invalid key specified: {wanted.key}", "no line of it is a public key")
        if wanted.key_options is not None:
            keys = [key._replace(options=wanted.key_options) for key in keys]
        if wanted.comment is not None:
            keys = [key._replace(comment=wanted.comment) for key in keys]
        answer = yield Ask(("/bin/sh", "-c", _USER, "sh", wanted.user))
        if answer.status:
            raise Failed(f"Failed to lookup user {wanted.user}: there is no such user")
        uid, gid, home = answer.stdout.rstrip("\n").split(":", 2)
        path = (wanted.path or "%h/.ssh/authorized_keys").replace("%h", home).replace("%u", wanted.user)
        options = Edited(owner=uid, group=gid, mode=ModeValue("0600"))
        found, former = yield from opened(path, options, follow=wanted.follow)
        lines = (former or b"").decode(errors="surrogateescape").splitlines()
        edited = self._edited(lines, keys)
        if edited is not None:
            if wanted.manage_dir:
                yield from _directory(dirname(path), replace(options, mode=ModeValue("0700")))
            content = "".join(f"{line}\n" for line in edited).encode(errors="surrogateescape")
            yield from saved(found, former, content, options, "")
        file = (yield from look(path)).file
        values = {each.name: getattr(wanted, each.name) for each in fields(wanted)}
        values |= {"keyfile": path, "path": wanted.path or path, **described(file)}
        return Outcome(values, changed=edited is not None)

    def _wanted(self) -> Generator[Verb, Any, str]:
        """Return the keys that are given, or those that are at the address that is given."""
        key = self.options.key
        if not key.startswith(("http://", "https://", "file://")):
            return key
        insecure = "" if self.options.validate_certs else "yes"
        answer: Answer = yield Ask(("/bin/sh", "-c", _FETCH, "sh", key, insecure))
        if answer.status:
            raise Failed(f"Error getting key from: {key}: {answer.stderr.strip()}")
        return answer.stdout

    def _edited(self, lines: list[str], keys: list[_Key]) -> list[str] | None:
        """Return the lines of the file as they are to be; nothing if they are that."""
        there: list[_Key | str] = [_Key.of(line) if _is_key(line) else line for line in lines]
        former = list(there)
        for key in keys:
            same = [each for each in there if isinstance(each, _Key) and each.blob == key.blob]
            if self.options.state == "present" and same and same[-1].means(key):
                continue
            there = [each for each in there if each not in same]
            if self.options.state == "present":
                there.append(key)
        if self.options.state == "present" and self.options.exclusive:
            blobs = {key.blob for key in keys}
            there = [each for each in there if isinstance(each, _Key) and each.blob in blobs]
        return None if there == former else [each.line if isinstance(each, _Key) else each for each in there]


def _directory(path: str, options: Edited) -> Generator[Verb, Any, None]:
    """Have the directory of the file, for its owner alone. Raises ``Failed``."""
    found = yield from look(path, options, follow=True)
    if not found.file.exists:
        yield from done(Do(("mkdir", found.path)), f"Failed to create directory {found.path} ")
    file = found.file if found.file.exists else found.fresh(directory=True)
    yield from settle(found.path, file, options, found)


class _Key(NamedTuple):
    """A line of ``authorized_keys``, as sshd(8) describes it."""

    options: str
    kind: str
    blob: str
    comment: str

    @classmethod
    def of(cls, line: str) -> _Key:
        """Read a line in which there is a key."""
        match = _KEY.search(line)
        assert match is not None
        return cls(match["options"].strip(), match["kind"], match["blob"], " ".join((match["comment"] or "").split()))

    def means(self, other: _Key) -> bool:
        """Return whether the other line says the same, whatever the order of its options."""
        mine, theirs = (sorted(_OPTION.findall(each.options)) for each in (self, other))
        return mine == theirs and self[1:] == other[1:]

    @property
    def line(self) -> str:
        """The line; Ansible writes a blank even where no comment follows."""
        return f"{self.options} {self.kind} {self.blob} {self.comment}".lstrip()


def _is_key(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#") and _KEY.search(line) is not None
