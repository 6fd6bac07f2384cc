"""The ``authorized_key`` module."""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping
from posixpath import dirname
from typing import Any, Literal, NamedTuple

from runner.modules.shared import Edited
from runner.modules.support.attributes import done
from runner.modules.support.editing import opened, saved
from runner.sdk import Answer, Ask, Do, Failed, ModeValue, Module, Outcome, Verb, Work, options

_KEY = re.compile(
    r"^\s*(?P<options>(?:(?:[^\s\"]|\"(?:\\\\.|[^\"\\\\])*\")+\s+)??)"
    r"(?P<kind>(?:sk-)?(?:ssh|ecdsa)-[a-z0-9@.-]+)\s+(?P<blob>[A-Za-z0-9+/]+=*)(?:\s+(?P<comment>.*))?$"
)
"""Options, which may hold blanks in quotes; kind, key, comment."""
_USER = """
if command -v getent >/dev/null; then line=$(getent passwd "$1"); else line=$(grep "^$1:" /etc/passwd); fi
[ -n "$line" ] || exit 2
echo "$line" | cut -d : -f 3,4,6
"""
_DIRECTORY = """
if [ -d "$1" ]; then exit 0; fi
mkdir -p "$1" && chmod 0700 "$1" && chown "$2" "$1"
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
            raise Failed("invalid key specified: it has no line that is a public key")
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
        found, former = yield from opened(path, options)
        lines = (former or b"").decode(errors="surrogateescape").splitlines()
        kept = self._edited(lines, keys)
        told = ("user", "key", "state", "exclusive", "key_options", "manage_dir", "path")
        values = {"keyfile": path, **{name: getattr(wanted, name) for name in told}}
        if kept == lines:
            return Outcome(values, changed=False)
        if wanted.manage_dir:
            yield from done(Do(("/bin/sh", "-c", _DIRECTORY, "sh", dirname(path), f"{uid}:{gid}")),
                            f"the directory of {path} cannot be made")
        content = "".join(f"{line}\n" for line in kept).encode(errors="surrogateescape")
        plain = options if former is None else Edited()
        yield from saved(found, former, content, plain, "")
        return Outcome(values, changed=True)

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

    def _edited(self, lines: list[str], keys: list[_Key]) -> list[str]:
        """Return the lines of the file as they are to be."""
        wanted = self.options
        mine = {key.blob: key for key in keys}
        kept: list[str] = []
        seen: set[str] = set()
        for line in lines:
            if not _is_key(line):
                kept.append(line)
                continue
            there = _Key.of(line)
            key = mine.get(there.blob)
            if key is None:
                if not (wanted.exclusive and wanted.state == "present"):
                    kept.append(line)
                continue
            if wanted.state == "absent" or there.blob in seen:
                continue
            seen.add(there.blob)
            same = (there.options, there.comment) == (key.options, key.comment or there.comment)
            kept.append(line if same else key._replace(comment=key.comment or there.comment).line)
        if wanted.state == "present":
            kept += [key.line for blob, key in mine.items() if blob not in seen]
        return kept


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
        return cls(match["options"].strip(), match["kind"], match["blob"], (match["comment"] or "").strip())

    @property
    def line(self) -> str:
        """The line."""
        return " ".join(filter(None, self))


def _is_key(line: str) -> bool:
    return bool(line.strip()) and not line.lstrip().startswith("#") and _KEY.search(line) is not None
