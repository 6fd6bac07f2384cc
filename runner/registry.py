"""Names -> plugins.

A plugin is loaded only when its work is wanted; what it accepts is known without loading it.
"""

import json
from collections.abc import Mapping
from functools import cache
from hashlib import sha256
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from runner.schema.published import directory, published
from runner.text import NOTHING

if TYPE_CHECKING:  # the records of the sdk take long to make, and checking a playbook needs none of them
    from runner.sdk.plugin import Kind, Plugin

Schema = dict[str, Any]

WORDS: Mapping["Kind", str] = {
    "builders": "builder",
    "modules": "module",
    "post_processors": "post-processor",
    "data_sources": "data source",
}
"""What each kind is called in messages."""


class Entry(NamedTuple):
    """A plugin as the registry knows it: enough to check what is said to it, without loading it."""

    kind: "Kind"
    name: str
    location: str
    """``package.module:Class``."""
    about: Mapping[str, Any] = NOTHING
    built_in: bool = True
    file: str | None = None
    """The file of a module that a role brings along."""

    @property
    def schema(self) -> Schema:
        """What the plugin accepts."""
        if self.file is None and self.built_in:
            return published(f"{self.kind}/{self.name}")
        from runner.schema.generate import schema_of_plugin

        return schema_of_plugin(self.load())

    @property
    def runs(self) -> bool:
        """Whether a build can use it, or only check and plan it."""
        return bool(self.about.get("runs"))

    def load(self) -> "type[Plugin[Any]]":
        """Import the plugin's class. Raises ``ImportError`` when a library it needs is not installed."""
        module, _, name = self.location.partition(":")
        loaded: Any = getattr(import_module(module), name)
        found: type[Plugin[Any]] = loaded.of(self.name, self.file) if self.file else loaded
        return found


@cache
def _index() -> dict[str, dict[str, Any]]:
    """Return the index of built-in plugins, written together with the schemas."""
    index: dict[str, dict[str, Any]] = json.loads((directory() / "index.json").read_text(encoding="utf-8"))
    return index


@cache
def _installed(kind: "Kind") -> Mapping[str, Entry]:
    """Return what other distributions bring, by the entry point group ``ingot.KIND``."""
    from importlib.metadata import entry_points

    found = {}
    for point in entry_points(group=f"ingot.{kind}"):
        plugin: type[Plugin[Any]] = point.load()
        about = {"runs": plugin.runs(), "free_form": getattr(plugin, "free_form", None)}
        found[point.name] = Entry(kind, point.name, point.value, about, built_in=False)
    return found


_RUNS_LIBRARY = "runner.modules.support.role_module:RoleModule"
_LIBRARY: dict[str, Entry] = {}
"""The modules that roles and playbooks have brought along, in Ansible's form."""


def add_library(directory: Path) -> None:
    """Know the modules in the ``library`` of a role, or of a playbook: as in Ansible, they are known everywhere.

    A module of that name that Ingot has, or a role before, is not replaced.
    """
    for path in sorted((directory / "library").glob("*")):
        if path.name.startswith((".", "_")) or path.suffix in (".md", ".rst", ".txt", ".pyc"):
            continue
        try:
            digest = sha256(path.read_bytes()).hexdigest()
        except OSError:  # a directory, or nothing that can be read: that is told if a task names it
            continue
        about = {"runs": True, "free_form": None, "version": digest}
        _LIBRARY.setdefault(path.stem, Entry("modules", path.stem, _RUNS_LIBRARY, about, file=str(path.resolve())))


def find(kind: "Kind", name: str) -> Entry | None:
    """Return the plugin called ``name``: built in, from an installed distribution, or brought along by a role."""
    return _found(kind, name) or (_LIBRARY.get(name) if kind == "modules" else None)


@cache
def _found(kind: "Kind", name: str) -> Entry | None:
    index = _index()[kind]
    canonical = index["aliases"].get(name, name)
    about = index["plugins"].get(canonical)
    if about is not None:
        return Entry(kind, canonical, about["location"], about)
    return _installed(kind).get(name)


def names(kind: "Kind") -> frozenset[str]:
    """Return every name under which a plugin of this kind is known."""
    index = _index()[kind]
    return frozenset((*index["plugins"], *index["aliases"], *_installed(kind)))


def entries(kind: "Kind") -> tuple[Entry, ...]:
    """Return every plugin of this kind, sorted by name."""
    built_in = (find(kind, name) for name in _index()[kind]["plugins"])
    found = [*(entry for entry in built_in if entry), *_installed(kind).values()]
    return tuple(sorted(found, key=lambda entry: entry.name))
