"""Which roles are wanted, and where they come from."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from runner.diagnostics import Report
from runner.formats import documents
from runner.model.playbook import Requirement
from runner.text import Node, Span

NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*")
"""What a role may be called: it becomes the name of a directory."""
_KEYS = ("name", "role", "src", "version", "scm")


class Wanted(NamedTuple):
    """A role that something needs."""

    name: str
    src: str
    """A git URL, the URL or path of an archive or of a directory, or ``OWNER.NAME`` on a Galaxy server."""
    version: str
    """Tag, branch, commit, or version on the server; empty for whatever is the newest."""
    place: Span
    scm: str = ""

    @property
    def origin(self) -> tuple[str, str]:
        """What two requirements for one role have to have in common."""
        return self.src, self.version


def of_playbook(requirements: Iterable[Requirement], report: Report) -> Iterator[Wanted]:
    """Yield the roles that a playbook requires."""
    for each in requirements:
        if each.kind == "role" and not NAME.fullmatch(each.name):
            report.add("E139", f"{each.name!r} is no name for a role", each.place)
            continue
        if each.kind == "role":
            yield Wanted(each.name, each.src, each.version, each.place)


def of_file(path: Path, report: Report) -> Iterator[Wanted]:
    """Yield the roles of a requirements file, as ansible-galaxy reads it: a list, or a mapping with ``roles``."""
    _, node = documents.load(path, report)
    if node is None or node.value is None:
        return
    roles = node.get("roles") if isinstance(node.value, dict) else node
    if isinstance(node.value, dict) and (collections := node.get("collections")) is not None:
        report.add("W138", "collections are not fetched: Ingot has modules of its own", collections.place,
                   hint="the module 'ansible' runs what only Ansible can do")
    yield from _of_list(roles, report)


def of_role(path: Path, report: Report) -> Iterator[Wanted]:
    """Yield the roles that an installed role needs from elsewhere: those for which it says where they are."""
    for name in ("meta/requirements.yml", "meta/requirements.yaml"):
        if (path / name).is_file():
            yield from of_file(path / name, report)
    for name in ("meta/main.yml", "meta/main.yaml"):
        if not (path / name).is_file():
            continue
        _, node = documents.load(path / name, report)
        dependencies = node.get("dependencies") if node is not None and isinstance(node.value, dict) else None
        for each in dependencies.elements() if dependencies is not None else ():
            named = isinstance(each.value, dict) and each.get("src") is not None
            plain = text_of(each if isinstance(each.value, str) else each.get("role") or each.get("name"))
            if named or (plain and not (path.parent / plain).is_dir() and plain.count(".") == 1):
                yield from _of_list(Node((each,), each.span), report)


def _of_list(node: Node | None, report: Report) -> Iterator[Wanted]:
    for each in node.elements() if node is not None else ():
        found = _of_entry(each, report)
        if found is not None:
            yield found


def _of_entry(node: Node, report: Report) -> Wanted | None:
    """Return what an entry means: a name, ``src,version,name``, or a mapping."""
    if isinstance(node.value, dict):
        parts: Mapping[str, str] = {key: text_of(node.get(key)) for key in _KEYS}
    else:
        words = [word.strip() for word in text_of(node).split(",")]
        parts = dict(zip(("src", "version", "name"), words, strict=False))
    src = parts.get("src") or parts.get("role") or parts.get("name") or ""
    name = parts.get("name") or (parts.get("role") if parts.get("src") else "") or usual_name(src)
    if not src or not NAME.fullmatch(name):
        report.add("E139", f"this names no role: {text_of(node) or name or 'nothing'}", node.span,
                   hint="write OWNER.NAME, or a mapping with src, version and name")
        return None
    return Wanted(name, src, parts.get("version") or "", node.span, parts.get("scm") or "")


def usual_name(src: str) -> str:
    """Return what a role from a place is called: the last part of a URL or path, without its endings."""
    if "/" not in src and "@" not in src:
        return src
    name = src.rstrip("/").rpartition("/")[2].rpartition(":")[2]
    return re.sub(r"(?:\.git|\.tar(?:\.(?:gz|bz2|xz))?|\.tgz|\.zip)$", "", name)


def text_of(node: Node | None) -> str:
    """Return a scalar as a text; nothing for what is none."""
    return "" if node is None or node.value is None or isinstance(node.value, dict | tuple) else str(node.value)
