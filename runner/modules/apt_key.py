"""The ``apt_key`` module."""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping
from typing import Any, Literal

from runner.modules.shared import Url
from runner.modules.support.attributes import done
from runner.modules.support.fetching import downloaded
from runner.sdk import Answer, Ask, AtMostOne, Do, Failed, Get, Module, Outcome, Verb, Work, options

_LOOK = """
command -v gpg >/dev/null || exit 44
list() { gpg --no-default-keyring --keyring "$1" --batch --with-colons --list-keys 2>/dev/null; }
if [ -n "$1" ]; then
  if [ -e "$1" ]; then gpg --batch --with-colons --show-keys "$1" 2>/dev/null; fi
else
  for each in /etc/apt/trusted.gpg /etc/apt/trusted.gpg.d/*.gpg /etc/apt/trusted.gpg.d/*.asc; do
    if [ -e "$each" ]; then gpg --batch --with-colons --show-keys "$each" 2>/dev/null; fi
  done
fi | awk -F : '$1 == "fpr" { print $10 }'
"""
"""Writes the fingerprints of the keys in a keyring, or of all that apt trusts."""
_SHOW = """
command -v gpg >/dev/null || exit 44
gpg --batch --with-colons --show-keys | awk -F : '$1 == "fpr" { print $10 }'
"""
_ADD = """
if [ -e "$1" ]; then keep=$1; else keep=; fi
part=$(mktemp) && { gpg --batch --dearmor || exit; } >"$part"
if [ ! -s "$part" ]; then exit 1; fi
{ if [ -n "$keep" ]; then cat "$keep"; fi; cat "$part"; } >"$part.all" && mv "$part.all" "$1" && chmod 0644 "$1"
status=$?
rm -f "$part" "$part.all"
exit $status
"""
"""Adds a key, which may be armoured, to a keyring: such files are keys one after the other."""
_RECEIVE = """
home=$(mktemp -d) || exit
gpg --homedir "$home" --batch --keyserver "$1" --recv-keys "$2" &&
  gpg --homedir "$home" --batch --export "$2" >>"$3" && chmod 0644 "$3"
status=$?
rm -rf "$home"
exit $status
"""
_REMOVE = """
for each in ${2:-/etc/apt/trusted.gpg /etc/apt/trusted.gpg.d/*.gpg /etc/apt/trusted.gpg.d/*.asc}; do
  if [ -e "$each" ] && gpg --batch --with-colons --show-keys "$each" 2>/dev/null | grep -q "^fpr:.*$1:"; then
    home=$(mktemp -d) || exit
    gpg --homedir "$home" --batch -q --import "$each" || exit
    gpg --homedir "$home" --batch -q --yes --delete-keys "$1" || exit
    if gpg --homedir "$home" --batch --with-colons --list-keys 2>/dev/null | grep -q ^fpr:; then
      gpg --homedir "$home" --batch --export >"$each"
    else
      rm -f "$each"
    fi
    rm -rf "$home"
  fi
done
"""
_NO_PROGRAM = 44
_DEFAULT = "/etc/apt/trusted.gpg"
"""Where keys go unless a keyring is named, as with apt-key, which newer releases do not have."""


@options(AtMostOne("data", "file", "keyserver", "url"))
class Options:
    """What ``apt_key`` accepts."""

    url: str | None = None
    """Where to download the key."""
    data: str | None = None
    """The key itself."""
    file: str | None = None
    """File on the machine that holds the key."""
    keyserver: str | None = None
    """Key server to ask for the key with this id."""
    id: str | None = None
    """The key's number."""
    keyring: str | None = None
    """File of keys to change, instead of apt's own."""
    state: Literal["absent", "present"] = "present"
    """Whether the key is to be there."""
    validate_certs: bool = True
    """Refuse servers whose certificate cannot be verified."""


class AptKey(Module[Options]):
    """Tell apt which keys it is to trust; new playbooks use deb822_repository with signed_by."""

    name = "apt_key"

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """See which keys apt trusts, and add or remove one. Raises ``Failed``."""
        del facts
        wanted = self.options
        answer = yield Ask(("/bin/sh", "-c", _LOOK, "sh", wanted.keyring or ""))
        if answer.status == _NO_PROGRAM:
            raise Failed("the machine has no gpg to read keys with", "install the package gnupg first")
        known = answer.stdout.split()
        given = yield from self._given()
        ids = [self._id()] if wanted.id is not None else given[1]
        if not ids:
            raise Failed("no key is given", "write id, url, data, file or keyserver with id")
        there = all(any(each.endswith(wanted_id) for each in known) for wanted_id in ids)
        values = {"id": wanted.id, "before": known, "key_id": ids[0], "short_id": ids[0][-8:], "fp": ids[0]}
        if there == (wanted.state == "present"):
            return Outcome({**values, "after": known}, changed=False)
        if wanted.state == "absent":
            verb = Do(("/bin/sh", "-c", _REMOVE, "sh", ids[0], wanted.keyring or ""))
        elif wanted.keyserver is not None:
            verb = Do(("/bin/sh", "-c", _RECEIVE, "sh", wanted.keyserver, ids[0], wanted.keyring or _DEFAULT))
        else:
            verb = Do(("/bin/sh", "-c", _ADD, "sh", wanted.keyring or _DEFAULT), stdin=given[0])
        yield from done(verb, "the key cannot be " + ("removed" if wanted.state == "absent" else "added"))
        return Outcome(values, changed=True)

    def _id(self) -> str:
        """Return the id that is wanted, as gpg writes it. Raises ``Failed``."""
        text = (self.options.id or "").upper().replace(" ", "").removeprefix("0X")
        if not re.fullmatch("[0-9A-F]{8,40}", text):
            raise Failed(f"Invalid key_id: {self.options.id}", "it has 8, 16 or 40 hexadecimal digits")
        return text

    def _given(self) -> Generator[Verb, Any, tuple[bytes, list[str]]]:
        """Return the key that is given, and the fingerprints of its keys; nothing if it is to be received by its id."""
        wanted = self.options
        if wanted.keyserver is not None or not (wanted.data or wanted.file or wanted.url):
            return b"", []
        if wanted.state == "absent" and wanted.id is not None:
            return b"", []
        data = wanted.data.encode() if wanted.data else b""
        if wanted.file is not None:
            data = (yield Get(wanted.file)) or b""
        elif wanted.url is not None:
            data = yield from downloaded(wanted.url, Url(validate_certs=wanted.validate_certs), "the key")
        shown: Answer = yield Ask(("/bin/sh", "-c", _SHOW), stdin=data)
        if shown.status == _NO_PROGRAM:
            raise Failed("the machine has no gpg to read keys with", "install the package gnupg first")
        ids = shown.stdout.split()
        if not ids:
            raise Failed("what is given is no key: " + (shown.stderr.strip() or "gpg finds none in it"))
        return data, ids
