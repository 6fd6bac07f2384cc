"""Names -> plugins.

A plugin is loaded only when its work is wanted; what it accepts is known without loading it.
"""

import json
from collections.abc import Collection, Iterator, Mapping
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, NamedTuple

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


Origin = Literal["ingot", "distribution", "library", "action", "packer"]
"""Where a plugin comes from: Ingot itself, another distribution, or a role: from its modules or its action plugins.

Those of Packer are known by name only, from the plugins of Packer that a playbook requires.
"""
_PACKER = "packer/"
"""What the names of Packer's plugins begin with, so that they are told apart from others everywhere."""
_OPEN: Schema = {"type": "object", "properties": {}, "additionalProperties": True}
_OF_ROLES: Mapping[Origin, str] = {
    "library": "runner.modules.support.role_module:RoleModule",
    "action": "runner.modules.support.role_module:RoleAction",
}
"""What runs the files that roles bring along."""


class Entry(NamedTuple):
    """A plugin as the registry knows it: enough to check what is said to it, without loading it."""

    kind: "Kind"
    name: str
    location: str
    """``package.module:Class``, or the file that a role brings along."""
    about: Mapping[str, Any] = NOTHING
    origin: Origin = "ingot"

    @property
    def schema(self) -> Schema:
        """What the plugin accepts."""
        if self.origin == "packer":
            return _OPEN
        if self.origin == "ingot":
            return published(f"{self.kind}/{self.name}")
        from runner.schema.generate import schema_of_plugin

        return schema_of_plugin(self.load())

    @property
    def runs(self) -> bool:
        """Whether a build can use it, or only check and plan it."""
        return bool(self.about.get("runs"))

    def __str__(self) -> str:
        """Return what it is called in messages."""
        return f"{'action plugin' if self.origin == 'action' else WORDS[self.kind]} {self.name!r}"

    def load(self) -> "type[Plugin[Any]]":
        """Import the plugin's class. Raises ``ImportError`` when a library it needs is not installed."""
        module, _, name = _OF_ROLES.get(self.origin, self.location).partition(":")
        loaded: Any = getattr(import_module(module), name)
        found: type[Plugin[Any]] = loaded.of(self.name, self.location) if self.origin in _OF_ROLES else loaded
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
        found[point.name] = Entry(kind, point.name, point.value, about, "distribution")
    return found


def brought(directory: Path) -> Iterator[Entry]:
    """Yield the modules that a role or a playbook brings along, in Ansible's form.

    A module's action plugin, which Ansible would run in its own process, counts before what is in ``library``.
    """
    origins: Mapping[str, Origin] = {"action_plugins": "action", "library": "library"}
    for place, origin in origins.items():
        for path in sorted((directory / place).glob("*")):
            if path.name.startswith((".", "_")) or path.suffix in (".md", ".rst", ".txt", ".pyc") or path.is_dir():
                continue
            about = {"runs": origin == "library", "free_form": None}
            yield Entry("modules", path.stem, str(path.resolve()), about, origin)


def files_of(entry: Entry) -> Iterator[Path]:
    """Yield the files of a module that is brought along: its own, and those that it may import."""
    path = Path(entry.location)
    yield path
    yield from sorted((path.parent.parent / "module_utils").glob("*.py"))


@cache
def find(kind: "Kind", name: str) -> Entry | None:
    """Return the plugin called ``name``: built in, from an installed distribution, or one of Packer's."""
    if name.startswith(_PACKER):
        return Entry(kind, name, "", {"runs": False, "free_form": None}, "packer")
    index = _index()[kind]
    canonical = index["aliases"].get(name, name)
    about = index["plugins"].get(canonical)
    if about is not None:
        return Entry(kind, canonical, about["location"], about)
    return _installed(kind).get(name)


def find_required(kind: "Kind", name: str, packer: Collection[str]) -> Entry | None:
    """Return the plugin called ``name``, which may be a component of the plugins of Packer in ``packer``.

    As in Packer, a component is called like its plugin, or begins with that name and a dash: ``parallels-iso``.
    """
    known = find(kind, name)
    if known is not None or not any(name == each or name.startswith(f"{each}-") for each in packer):
        return known
    return find(kind, _PACKER + name)


def names(kind: "Kind") -> frozenset[str]:
    """Return every name under which a plugin of this kind is known."""
    index = _index()[kind]
    return frozenset((*index["plugins"], *index["aliases"], *_installed(kind)))


def entries(kind: "Kind") -> tuple[Entry, ...]:
    """Return every plugin of this kind, sorted by name."""
    built_in = (find(kind, name) for name in _index()[kind]["plugins"])
    found = [*(entry for entry in built_in if entry), *_installed(kind).values()]
    return tuple(sorted(found, key=lambda entry: entry.name))
