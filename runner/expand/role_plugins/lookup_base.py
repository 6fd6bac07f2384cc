"""``LookupBase``: what look-up plugins of roles are made from, with the methods of it that they call."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from runner.expand.filters.error import FilterError
from runner.expand.lookups.context import LookupContext
from runner.sdk.module_utils import boolean

_TYPES: Mapping[str, Callable[[Any], Any]] = {
    "bool": boolean, "boolean": boolean, "int": int, "integer": int, "float": float, "str": str, "string": str,
    "list": lambda value: value if isinstance(value, list) else [each.strip() for each in str(value).split(",")],
}
"""Types of options that change what is given."""


class Loader:
    """What plugins ask for files."""

    def __init__(self, context: LookupContext) -> None:
        self._context = context

    def get_basedir(self) -> str:
        """Return the directory of the playbook."""
        return str(self._context.cwd)

    def path_dwim(self, name: str) -> str:
        """Return the path of a file beside the playbook."""
        return str(self._context.cwd / Path(name).expanduser())

    def find(self, name: str) -> str | None:
        """Return the path of a file that is looked for as other look-ups do; nothing when it is nowhere."""
        places = (each / Path(name).expanduser() for each in self._context.search_path)
        return next((str(each) for each in places if each.exists()), None)

    def environ(self, name: str) -> str | None:
        """Return a variable of the environment."""
        return self._context.environ.get(name)


class Templar:
    """What plugins have expressions evaluated by."""

    def __init__(self, context: LookupContext) -> None:
        self.available_variables = self._available_variables = context.variables

    def template(self, value: Any, *_: Any, **__: Any) -> Any:
        """Return a value with the expressions in it evaluated."""
        from runner.expand import jinja
        from runner.expand.scope import Scope

        if isinstance(value, Mapping):
            return {key: self.template(each) for key, each in value.items()}
        if isinstance(value, list | tuple):
            return [self.template(each) for each in value]
        is_template = isinstance(value, str) and ("{{" in value or "{%" in value)
        return jinja.evaluate(value, Scope(self.available_variables)) if is_template else value


class LookupBase:
    """A look-up plugin."""

    def __init__(self, loader: Any = None, templar: Any = None, **_: Any) -> None:
        self._loader = loader
        self._templar = templar
        self._options: dict[str, Any] = {}
        self._variables: Mapping[str, Any] = {}

    def set_options(
        self, task_keys: Any = None, var_options: Mapping[str, Any] | None = None,
        direct: Mapping[str, Any] | None = None,
    ) -> None:
        """Take what the plugin is called with."""
        del task_keys
        self._options = dict(direct or {})
        self._variables = var_options if var_options is not None else {}

    def get_option(self, option: str, hostvars: Any = None) -> Any:
        """Return an option: as it is given, or else by a variable, by the environment, or its default."""
        del hostvars
        known = self._documented().get(option)
        if known is None and option not in self._options:
            raise KeyError(f"Requested entry (option: {option}) was not defined in configuration.")
        value = self._given(option, known or {})
        make = _TYPES.get(str((known or {}).get("type")))
        return value if value is None or make is None else make(value)

    def get_options(self, hostvars: Any = None) -> dict[str, Any]:
        """Return all options."""
        del hostvars
        return {name: self.get_option(name) for name in {**self._documented(), **self._options}}

    def set_option(self, option: str, value: Any) -> None:
        """Give an option a value."""
        self._options[option] = value

    def has_option(self, option: str) -> bool:
        """Return whether there is an option of a name."""
        return option in self._documented()

    def _given(self, option: str, known: Mapping[str, Any]) -> Any:
        if option in self._options:
            return self._options[option]
        for each in known.get("vars") or ():
            if each.get("name") in self._variables:
                return self._variables[each["name"]]
        for each in known.get("env") or ():
            if (found := self._loader.environ(each.get("name"))) is not None:
                return found
        return known.get("default")

    def _documented(self) -> Mapping[str, Any]:
        """Return what the plugin's own documentation says of its options."""
        import yaml

        text = self.run.__globals__.get("DOCUMENTATION") if hasattr(self.run, "__globals__") else None
        try:
            found = yaml.load(text, Loader=yaml.CSafeLoader) if text else None
        except yaml.YAMLError as error:
            raise FilterError(f"its DOCUMENTATION is no YAML: {error}") from error
        options = found.get("options") if isinstance(found, dict) else None
        return options if isinstance(options, dict) else {}

    def run(self, terms: Sequence[Any], variables: Mapping[str, Any] | None = None, **options: Any) -> list[Any]:
        """Return what is found."""
        raise NotImplementedError

    def get_basedir(self, variables: Any) -> str:
        """Return the directory of the playbook."""
        del variables
        return str(self._loader.get_basedir())

    def find_file_in_search_path(
        self, myvars: Any, subdir: str, needle: str, ignore_missing: bool = False  # noqa: FBT001, FBT002 - as they call it
    ) -> str | None:
        """Return the path of a file. Raises ``FilterError`` when it is nowhere, unless that is no matter."""
        del myvars
        found: str | None = self._loader.find(f"{subdir}/{needle}") or self._loader.find(needle)
        if found is None and not ignore_missing:
            raise FilterError(f"there is no file {needle!r}")
        return found

    @staticmethod
    def _flatten(terms: Iterable[Any]) -> list[Any]:
        return [each for term in terms for each in (term if isinstance(term, list | tuple) else [term])]

    @staticmethod
    def _combine(first: Iterable[Any], second: Sequence[Any]) -> list[Any]:
        return [LookupBase._flatten([left, right]) for left in first for right in second]
