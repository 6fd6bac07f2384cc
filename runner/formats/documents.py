"""Read a document, whatever it is written in."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from runner.diagnostics import Invalid, Report
from runner.formats.files import read_source
from runner.text import Node, SourceFile, Span

_ENCRYPTED = "$ANSIBLE_VAULT;"
_SECRET = 6
"""Shorter texts of an encrypted file, in characters, are not hidden: they are words like yes and true."""


class Opener(Protocol):
    """What opens files that Ansible Vault has encrypted as a whole."""

    revealed: list[str]
    """The texts that nobody may see."""

    def file(self, text: str, /) -> str:
        """Return what a file holds. Raises ``ValueError``, whose text says why it cannot be opened."""
        ...


def load(
    path: str | Path, report: Report, *, asked_at: Span | None = None, vaults: Opener | None = None
) -> tuple[SourceFile | None, Node | None]:
    """Read a YAML, JSON or HCL file (by its name; anything else is YAML); report what is wrong with it.

    One that is encrypted is opened by ``vaults``. Returns the text, if it could be read, and the tree, if it is usable.
    """
    file = read_source(path, report, asked_at=asked_at)
    if file is None or not file.text.startswith(_ENCRYPTED):
        return file, None if file is None else parse(file, report)
    opened = _opened(file, vaults, report)
    node = None if opened is None or vaults is None else parse(opened, report)
    if node is not None and vaults is not None:
        vaults.revealed += [text for text in _texts(node) if len(text) >= _SECRET]
    return file, node


def _opened(file: SourceFile, vaults: Opener | None, report: Report) -> SourceFile | None:
    reason = "no vault password is given"
    if vaults is not None:
        try:
            return SourceFile(file.path, vaults.file(file.text))
        except ValueError as error:
            reason = str(error)
    report.add("E410", f"{file.path} is encrypted with Ansible Vault, and cannot be opened: {reason}",
               file.first_line(), hint="--vault-password-file FILE gives the password")
    return None


def _texts(node: Node) -> Iterator[str]:
    """Yield the texts in a tree, however deep."""
    if isinstance(node.value, dict):
        for child in node.value.values():
            yield from _texts(child)
    elif isinstance(node.value, tuple):
        for child in node.value:
            yield from _texts(child)
    elif isinstance(node.value, str):
        yield node.value


def parse(file: SourceFile, report: Report) -> Node | None:
    """Return the tree of a document that has been read; report what is wrong with it."""
    name = file.path
    if not name.endswith((".json", ".hcl")):
        from runner.formats.yaml import reader as yaml

        return yaml.load(file, report)
    try:
        if name.endswith(".json"):
            from runner.formats.json import reader as json

            return json.load(file)
        from runner.formats.hcl import variables as hcl

        return hcl.load_values(file)
    except Invalid as error:
        report.extend(error.diagnostics)
        return None
