"""A file of plugins: which names it gives, told from its text, and what they stand for, which runs it."""

from __future__ import annotations

import builtins
import re
from collections.abc import Callable, Iterator, Mapping
from functools import cached_property, partial, wraps
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from runner.expand.error import ExpressionError, Late
from runner.expand.filters.error import FilterError

if TYPE_CHECKING:
    import ast

_SPECIAL = re.compile(r"\b(?:pass_(?:context|environment|eval_context)|(?:context|environment)filter)\b")
"""What marks functions that Jinja has to know before it compiles an expression with them."""


class Form(NamedTuple):
    """How plugins of one kind are written."""

    directory: str
    class_name: str
    method: str
    """The method of the class that gives many plugins by their names; or the one that is the plugin, called like its
    file."""
    many: bool = True

    def given(self, plugin: Any, stem: str) -> dict[str, Callable[..., Any]]:
        """Return what a plugin's class gives, by name."""
        if not self.many:
            return {stem: partial(_looked_up, plugin)}
        found = getattr(plugin(), self.method)()
        return {str(name): function for name, function in found.items() if callable(function)}


def _looked_up(plugin: Any, terms: list[Any], *, context: Any, **options: Any) -> list[Any]:
    """Have a look-up plugin look, as those of Ingot are called."""
    from runner.expand.role_plugins.lookup_base import Loader, Templar

    found = plugin(loader=Loader(context), templar=Templar(context)).run(terms, variables=context.variables, **options)
    if not isinstance(found, list | tuple):
        raise FilterError(f"it gives {type(found).__name__}, and a list is wanted")
    return list(found)


class PluginFile:
    """A file of plugins."""

    def __init__(self, path: Path, form: Form) -> None:
        self.path = path
        self._form = form

    @cached_property
    def names(self) -> frozenset[str]:
        """The names that it gives; none when it is broken, which is told when one of them is used."""
        return frozenset(self.declared if self.declared is not None else self.functions)

    @cached_property
    def declared(self) -> list[str] | None:
        """Its names, if its text tells them."""
        import ast

        try:
            text = self.path.read_text("utf-8")
            tree = ast.parse(text)
        except (OSError, ValueError, SyntaxError):
            return None
        if not self._form.many:
            return [self.path.stem]
        method = next(self._methods(tree), None)
        if method is None or _SPECIAL.search(text):
            return None
        returned = [each.value for each in ast.walk(method) if isinstance(each, ast.Return)]
        if len(returned) != 1 or not isinstance(given := returned[0], ast.Dict):
            return None
        keys = [key.value for key in given.keys if isinstance(key, ast.Constant) and isinstance(key.value, str)]
        return keys if len(keys) == len(given.keys) else None

    def _methods(self, tree: ast.Module) -> Iterator[ast.FunctionDef]:
        import ast

        for holder in tree.body:
            if isinstance(holder, ast.ClassDef) and holder.name == self._form.class_name:
                yield from (
                    each for each in holder.body if isinstance(each, ast.FunctionDef) and each.name == self._form.method
                )

    @cached_property
    def functions(self) -> Mapping[str, Callable[..., Any]]:
        """What it gives, by name. Raises ``FilterError`` when the file is broken."""
        from runner.expand.role_plugins.imports import importing

        space: dict[str, Any] = {
            "__name__": self.path.stem, "__file__": str(self.path),
            "__builtins__": {**vars(builtins), "__import__": importing},
        }
        try:
            code = compile(self.path.read_bytes(), str(self.path), "exec")
            exec(code, space)  # noqa: S102 - a role's own code, which runs in Ansible just so
            return self._form.given(space[self._form.class_name], self.path.stem)
        except KeyError as error:
            reason = f"it has no class {error}" if error.args == (self._form.class_name,) else _reason(error, self.path)
            raise FilterError(f"{self.path} is broken: {reason}") from error
        except Exception as error:
            raise FilterError(f"{self.path} is broken: {_reason(error, self.path)}") from error

    def find(self, name: str) -> Callable[..., Any]:
        """Return what it gives under a name; the file is loaded when that is called. Raises ``FilterError``."""
        if self.declared is None:
            return self._told(self.functions[name])
        return self._told(partial(self._called, name))

    def _called(self, name: str, *args: Any, **options: Any) -> Any:
        function = self.functions.get(name)
        if function is None:
            raise FilterError(f"{self.path} gives no function of that name")
        return function(*args, **options)

    def _told(self, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return a function whose failures tell where they are."""
        from jinja2.exceptions import TemplateError

        def call(*args: Any, **options: Any) -> Any:
            try:
                return function(*args, **options)
            except (FilterError, TemplateError, ExpressionError, Late):  # they say it themselves
                raise
            except Exception as error:
                raise FilterError(f"{_reason(error, self.path)} ({self.path})") from error

        return call if isinstance(function, partial) else wraps(function)(call)


def _reason(error: Exception, path: Path) -> str:
    """Say what went wrong in a plugin, and in which of its lines."""
    import traceback

    if isinstance(error, SyntaxError):
        return f"line {error.lineno}: {error.msg}"
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
    said = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    return f"line {lines[-1]}: {said}" if lines else said
