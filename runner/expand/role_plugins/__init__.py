"""What roles and playbooks bring along: filters, tests and look-ups, which run here, and modules for the machine.

As in Ansible, what one role brings is known everywhere in the run, and to no other run. It replaces nothing that Ingot
has. Its code runs when an expression with it has to have a value; what its names are is read from the text, so that a
check runs nothing, unless only running it can tell. It finds what plugins usually import from Ansible (see
``imports``), and never Ansible itself.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal

from runner import registry
from runner.expand.filters.error import FilterError
from runner.expand.role_plugins.plugin_file import Form, PluginFile

Kind = Literal["filter", "test", "lookup"]
_FORMS: Mapping[Kind, Form] = {
    "filter": Form("filter_plugins", "FilterModule", "filters"),
    "test": Form("test_plugins", "TestModule", "tests"),
    "lookup": Form("lookup_plugins", "LookupModule", "run", many=False),
}


class RolePlugins:
    """What the roles of one run bring along, as far as they have been read."""

    def __init__(self) -> None:
        self._files: dict[Kind, list[PluginFile]] = {kind: [] for kind in _FORMS}
        self._modules: dict[str, registry.Entry] = {}
        self._seen: set[Path] = set()

    def add(self, directory: Path) -> None:
        """Know what a role brings, or what lies beside a playbook, too. What came first is not replaced."""
        directory = directory.resolve()
        if directory in self._seen:
            return
        self._seen.add(directory)
        for kind, form in _FORMS.items():
            paths = sorted((directory / form.directory).glob("*.py"))
            self._files[kind] += (PluginFile(path, form) for path in paths if path.name != "__init__.py")
        for entry in registry.brought(directory):
            self._modules.setdefault(entry.name, entry)

    def module(self, name: str) -> registry.Entry | None:
        """Return the module of a name: one of Ingot's, or one that is brought along."""
        return registry.find("modules", name) or self._modules.get(name)

    def names(self, kind: Kind) -> frozenset[str]:
        """Return the names that can be told without running anything."""
        return frozenset().union(*(each.declared or () for each in self._files[kind]))

    def find(self, kind: Kind, name: str) -> Callable[..., Any] | None:
        """Return the plugin of a name, as it is called from expressions; nothing when none brings it.

        That a file is broken is told by what it might have brought: by calling it.
        """
        from runner.expand.filters.guard import guarded

        broken: FilterError | None = None
        for file in self._files[kind]:
            try:
                if name in file.names:
                    return guarded(name, file.find(name))
            except FilterError as error:
                broken = error
        if broken is None:
            return None

        def failing(*args: Any, **options: Any) -> Any:
            del args, options
            raise FilterError(str(broken))

        return guarded(name, failing)

    def files(self) -> Iterator[Path]:
        """Yield every file that is brought along."""
        yield from (each.path for files in self._files.values() for each in files)
        for entry in self._modules.values():
            yield from registry.files_of(entry)

    def files_for(self, module: str, text: str) -> Iterator[Path]:
        """Yield the files that decide what a task with a module does, of which ``text`` has the expressions.

        A plugin counts where its name stands, which may be in quotes; one whose names only running it can tell, always.
        """
        words = set(re.findall(r"\w+", text))
        for file in (each for files in self._files.values() for each in files):
            if words and (file.declared is None or not words.isdisjoint(file.declared)):
                yield file.path
        if module in self._modules:
            yield from registry.files_of(self._modules[module])


NO_PLUGINS = RolePlugins()
"""Where nothing is brought along."""
