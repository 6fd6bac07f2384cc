"""The ``assemble`` module."""

from __future__ import annotations

import re
from base64 import b64decode
from collections.abc import Generator, Mapping
from posixpath import join
from typing import Annotated, Any

from runner.modules.shared import Edited
from runner.modules.support.attributes import look
from runner.modules.support.patterns import matching
from runner.modules.support.writing import deliver, extras_of
from runner.sdk import Answer, Ask, Failed, Files, Find, Look, Module, Outcome, Read, ReadsFile, Verb, Work, options

_PIECES = r"""
cd "$1" || exit
for each in * .[!.]*; do
  if [ -f "$each" ]; then
    printf '\035%s\n' "$each"
    base64 <"$each"
  fi
done
"""


@options()
class Options(Edited):
    """What ``assemble`` accepts."""

    src: Annotated[str, ReadsFile("files")]
    """Directory of the parts, on the machine unless remote_src is off."""
    dest: str
    """The file on the machine."""
    remote_src: bool = True
    """The parts are on the machine, not on this computer."""
    delimiter: str | None = None
    """What is put between two parts."""
    regexp: str | None = None
    """Pattern of the names of the parts to use."""
    ignore_hidden: bool = False
    """Leave out parts whose name begins with a dot."""
    decrypt: bool = True
    """Decrypt parts that were encrypted with Ansible Vault."""


class Assemble(Module[Options]):
    """Put a file together from all the files of a directory."""

    name = "assemble"

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Put the pieces together, in the order of their names, and write the file. Raises ``Failed``."""
        del facts
        wanted = self.options
        with matching("regexp"):
            chosen = re.compile(wanted.regexp or "")
        pieces = yield from (self._there() if wanted.remote_src else self._here())
        with matching("regexp"):
            names = sorted(name for name in pieces if chosen.search(name))
        if wanted.ignore_hidden:
            names = [name for name in names if not name.startswith(".")]
        content = self._joined([pieces[name] for name in names])
        found = yield from look(wanted.dest, wanted, digest="sha1", extras=extras_of(wanted))
        changed, values = yield from deliver(found, content, wanted, dest=wanted.dest, force=True)
        return Outcome({"src": wanted.src, "msg": "OK", **values}, changed=changed)

    def _joined(self, pieces: list[bytes]) -> bytes:
        """Return the pieces as one, each on lines of its own where there is a delimiter."""
        delimiter = self.options.delimiter
        mark = delimiter.encode().decode("unicode_escape").encode() if delimiter else b""
        content = b""
        for number, piece in enumerate(pieces):
            if content and not content.endswith(b"\n"):
                content += b"\n"
            if number and mark:
                content += mark if mark.endswith(b"\n") else mark + b"\n"
            content += piece
        return content

    def _there(self) -> Generator[Verb, Any, dict[str, bytes]]:
        answer: Answer = yield Ask(("/bin/sh", "-c", _PIECES, "sh", self.options.src))
        if answer.status:
            raise Failed(f"Source ({self.options.src}) does not exist or is not a directory")
        words = answer.stdout.split("\x1d")[1:]
        pairs = (each.partition("\n") for each in words)
        return {name: b64decode(text) for name, _, text in pairs}

    def _here(self) -> Generator[Verb, Any, dict[str, bytes]]:
        path = yield Find(self.options.src, "files")
        if path is None:
            raise Failed(f"Could not find or access '{self.options.src}'")
        if (yield Look(path)).kind != "directory":
            raise Failed(f"Source ({path}) is not a directory")
        found: dict[str, bytes] = {}
        for name in (yield Files(path)):
            if "/" not in name:
                found[name] = yield Read(join(path, name), decrypt=self.options.decrypt)
        return found
