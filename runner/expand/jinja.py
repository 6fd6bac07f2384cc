"""Jinja as Ingot uses it: sandboxed, strict, with native types.

A text that is one expression has the expression's value; anything joined is a text (the rule of ansible-core 2.19).
Filters, tests and functions are loaded when an expression names them.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import lru_cache, partial
from types import CodeType
from typing import Any, Literal

from jinja2 import FunctionLoader, StrictUndefined, Template, TemplateError, nodes
from jinja2.compiler import CodeGenerator
from jinja2.exceptions import SecurityError, TemplateSyntaxError, UndefinedError
from jinja2.nativetypes import NativeCodeGenerator
from jinja2.runtime import Context, Undefined
from jinja2.sandbox import SandboxedEnvironment
from jinja2.utils import missing

from runner.expand import filters, jinja_tests
from runner.expand.bounds import bounded, check_method, check_operator
from runner.expand.calls import CALLABLE, CALLED, LAZY
from runner.expand.dialect import STANDARD, Dialect
from runner.expand.go_fields import kept
from runner.expand.render import joined, text_of
from runner.expand.scope import BUILT_IN, MISSING, Scope
from runner.in_time import in_time
from runner.text import NOTHING

Helper = Literal["filter", "test"]
"""What an expression may name beside values and functions."""
_NESTED = 1000
"""How deep calls may be for one template: Jinja takes its time for what is nested deeply."""
_MOST = 1000
"""How many expressions and statements a template in a playbook may have: each takes time and kilobytes to translate."""


class NotThere(UndefinedError):  # noqa: N818 - it reads as what it says
    """Something undefined was used: ``name`` of ``holder``, which is Jinja's ``missing`` for a name by itself."""

    def __init__(self, message: str | None, holder: Any, name: Any) -> None:
        super().__init__(message)
        self.holder = holder
        self.name = name


class Missing(StrictUndefined):
    """An undefined value: it may be asked for its parts and tested, and fails when it is used."""

    __slots__ = ()

    def __init__(
        self, hint: str | None = None, obj: Any = missing, name: str | None = None, exc: Any = UndefinedError
    ) -> None:
        raised: Any = exc if exc is not UndefinedError else partial(NotThere, holder=obj, name=name)
        super().__init__(hint, obj, name, raised)

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self

    def __getitem__(self, key: Any) -> Missing:  # type: ignore[override]  # Jinja's fails at once
        return self


class _Generator(NativeCodeGenerator):
    """Keep the types of constants: only plain text is folded at compile time."""

    def _output_child_to_const(self, node: nodes.Expr, frame: Any, finalize: Any) -> Any:
        if not isinstance(node, nodes.TemplateData):
            raise nodes.Impossible
        return super()._output_child_to_const(node, frame, finalize)

    def visit_MarkSafe(self, node: nodes.MarkSafe, frame: Any) -> None:  # noqa: N802 - Jinja's name
        """Write an argument that is evaluated when it is asked for; nothing else makes such a node here."""
        self.write("(lambda: ")
        self.visit(node.expr, frame)
        self.write(")")


class _Lazy(dict[str, Any]):
    """Filters or tests: Jinja's own, more that are loaded when they are named, and those that ``others`` finds."""

    def __init__(
        self, own: Mapping[str, Any], find: Callable[[str], Any], names: Iterable[str], others: Callable[[str], Any]
    ) -> None:
        super().__init__({name: value for name, value in own.items() if name not in names})
        self._find = find
        self._names = frozenset(names)
        self._others = others

    def __missing__(self, name: str) -> Any:
        found = self._find(name) if name in self._names else self._others(name)
        if found is None:
            raise KeyError(name)
        self[name] = found
        return found

    def get(self, name: str, default: Any = None) -> Any:
        try:
            return self[name]
        except KeyError:
            return default

    def __contains__(self, name: object) -> bool:
        return super().__contains__(name) or name in self._names or self._others(str(name)) is not None

    def names(self) -> frozenset[str]:
        """Return every name that can be used."""
        return frozenset(self) | self._names


class _Context(Context):
    """Looks names up in the scope that the template is rendered with."""

    scope: Any = None

    def resolve_or_missing(self, key: str) -> Any:
        if key in self.vars:
            return self.vars[key]
        scope = self.environment.scope if self.scope is None else self.scope  # type: ignore[attr-defined]  # our own
        found = scope.lookup(key) if scope is not None else MISSING
        return self.parent.get(key, missing) if found is MISSING else found


def _with_calls(tree: nodes.Template) -> nodes.Template:
    """Mark the names that are called as functions.

    So functions hide nothing: ``file(x)`` is the function, and ``file is defined`` asks for a variable of that name.
    """
    own = {macro.name for macro in tree.find_all(nodes.Macro)}
    own |= {each.name for each in tree.find_all(nodes.Name) if each.ctx != "load"}
    for call in tree.find_all(nodes.Call):
        if isinstance(call.node, nodes.Name) and call.node.name in CALLABLE and call.node.name not in own:
            if call.node.name in LAZY:
                call.args = [nodes.MarkSafe(each, lineno=each.lineno) for each in call.args]
            call.node.name = CALLED + call.node.name
    return tree


@contextmanager
def within_limits() -> Iterator[None]:
    """Make mistakes in the template of what is too much for Jinja, or for Python, to which it translates."""
    limit = sys.getrecursionlimit()
    sys.setrecursionlimit(min(limit, _calls() + _NESTED))
    try:
        yield
    except (RecursionError, MemoryError, SyntaxError) as error:
        raise TemplateSyntaxError("it is nested too deeply", 1) from error
    except ValueError as error:  # Python's limit of the digits in a number
        raise TemplateSyntaxError("a number in it has too many digits", 1) from error
    finally:
        sys.setrecursionlimit(limit)


def _calls() -> int:
    """Return how many calls are under way."""
    number, frame = 0, sys._getframe()  # noqa: SLF001 - the documented way
    while frame.f_back is not None:
        number, frame = number + 1, frame.f_back
    return number


class Environment(SandboxedEnvironment):
    """What templates of one dialect are compiled for."""

    code_generator_class: type[CodeGenerator] = _Generator
    context_class = _Context
    scope: Any = None
    """Where templates that are included by others look names up."""
    concat: Callable[[Iterable[Any]], Any] = staticmethod(joined)
    intercepted_binops = frozenset(("*", "**", "%"))

    def __init__(self, dialect: Dialect) -> None:
        super().__init__(
            undefined=Missing, keep_trailing_newline=True, trim_blocks=True, optimized=False,
            extensions=["jinja2.ext.do"],
        )
        self._plugins = plugins = dialect.plugins
        jinjas = {**self.filters, **bounded(self.filters)}
        own_filters = _Lazy(jinjas, filters.find, filters.names(), partial(plugins.find, "filter"))
        own_tests = _Lazy(self.tests, jinja_tests.find, jinja_tests.names(), partial(plugins.find, "test"))
        self.filters, self.tests = own_filters, own_tests
        self._own: dict[Helper, frozenset[str]] = {"filter": own_filters.names(), "test": own_tests.names()}
        if dialect.rules == "2.18":
            from runner.expand.reread import WRITERS, reread, writer

            self.concat = reread
            self.filters |= {name: writer(self.filters[name]) for name in WRITERS}
        self.globals = {name: self.globals[name] for name in BUILT_IN}

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        with within_limits():
            return _with_calls(super()._parse(source, name, filename))

    def _generate(self, *arguments: Any, **keywords: Any) -> str:
        with within_limits():
            return super()._generate(*arguments, **keywords)

    def _compile(self, source: str, filename: str) -> CodeType:
        with within_limits():
            return super()._compile(source, filename)

    def own(self, kind: Helper) -> frozenset[str]:
        """Return the names of all filters or tests that are Ingot's own."""
        return self._own[kind]

    def known(self, kind: Helper) -> frozenset[str]:
        """Return the names of all filters or tests."""
        return self._own[kind] | self._plugins.names(kind)

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """Refuse to make values that would fill the memory."""
        check_operator(operator, left, right)
        return super().call_binop(context, operator, left, right)

    def call(self, context: Context, obj: Any, /, *args: Any, **kwargs: Any) -> Any:
        """Refuse to make texts that would fill the memory."""
        check_method(obj, args)
        return super().call(context, obj, *args, **kwargs)


@lru_cache(maxsize=16)
def environment(dialect: Dialect = STANDARD) -> Environment:
    """Return the environment of a dialect; it is made once, for templates are compiled for it."""
    return Environment(dialect)


Load = Callable[[str], str | None]
"""Returns the text of the template of that name; nothing when there is none."""
_OTHERS = re.compile(r"\{%[-+]?\s*(?:include|import|from|extends)\b")


@lru_cache(maxsize=20_000)
def compiled(text: str, dialect: Dialect = STANDARD, *, bare: bool = False) -> Template:
    """Return a template compiled; ``bare`` says that its braces were put around an expression that had none.

    Raises ``TemplateError`` when it cannot be.
    """
    if text.count("{{") + text.count("{%") > _MOST:
        raise SecurityError(f"the text has more than {_MOST} expressions; a template file may have more")
    if bare and "}}" in text[:-2] and parsed(text).find(nodes.TemplateData):
        raise TemplateSyntaxError("unexpected '}}'", 1)  # it closes the braces around it, and a text follows
    return environment(dialect).from_string(kept(text, bare=bare))


def parsed(text: str) -> nodes.Template:
    """Return a template's syntax tree as it is written. Raises ``TemplateError`` when it has none."""
    return environment().parse(kept(text))


@lru_cache(maxsize=20_000)
def syntax_tree(text: str) -> nodes.Template:
    """Return a template's syntax tree, in which Jinja may have worked constants out. Raises like ``parsed``."""
    return parsed(text)


def evaluate(text: str, scope: Scope, *, bare: bool = False) -> Any:
    """Return the value of a template in ``scope``.

    ``bare`` says that its braces were put around an expression that had none: its value is kept, by any rules. Raises
    ``TemplateError`` or whatever a filter or function raises.
    """
    template = compiled(text, scope.dialect, bare=bare)
    return _evaluated(template, scope, joined if bare else environment(scope.dialect).concat)


def evaluate_part(expression: nodes.Expr, scope: Scope) -> Any:
    """Return the value of a part of a syntax tree. Raises like ``evaluate``."""
    tree = nodes.Template([nodes.Output([expression])])
    own = environment(scope.dialect)
    tree.set_environment(own)
    tree.set_lineno(1)
    return _evaluated(own.from_string(tree), scope, joined)


def evaluate_file(text: str, scope: Scope, settings: Mapping[str, Any] = NOTHING, load: Load | None = None) -> str:
    """Return the text that the content of a template file comes to.

    As in Ansible, the line end after a block goes, and a first line such as ``#jinja2: trim_blocks: False`` sets
    Jinja's options, as ``settings`` do; quoted texts have Jinja's escapes. ``load`` finds the templates that it
    includes, imports and extends. Raises like ``evaluate``, and ``ValueError`` for a first line that is no setting.
    """
    template, used = file_template(text, scope.dialect, settings)
    if load is not None and _OTHERS.search(text):
        overlay: Any = template.environment.overlay(loader=FunctionLoader(load), cache_size=50)
        overlay.scope = scope
        template = overlay.from_string(used)
    found: str = _evaluated(template, scope, text_of)
    return found


def file_template(text: str, dialect: Dialect, settings: Mapping[str, Any] = NOTHING) -> tuple[Template, str]:
    """Return a template file compiled, and its text without the line of settings. Raises like ``evaluate_file``."""
    first, _, rest = text.partition("\n")
    options: dict[str, Any] = {"trim_blocks": True, **settings}
    if first.startswith("#jinja2:"):
        text = rest
        for pair in first.removeprefix("#jinja2:").split(","):
            name, colon, value = pair.partition(":")
            if not colon:
                raise ValueError(f"{first!r}: settings are written as name: value")
            options[name.strip()] = _setting(value.strip())
    return _file_template(text, dialect, tuple(sorted(options.items()))), text


@lru_cache(maxsize=500)
def _file_template(text: str, dialect: Dialect, options: tuple[tuple[str, Any], ...]) -> Template:
    return environment(dialect).overlay(**dict(options)).from_string(text)


def _setting(text: str) -> Any:
    from ast import literal_eval

    try:
        return literal_eval(text)
    except (SyntaxError, ValueError):
        return text


def _evaluated(template: Template, scope: Scope, join: Callable[[Iterable[Any]], Any]) -> Any:
    context = _Context(template.environment, dict(template.globals), template.name, template.blocks)
    context.scope = scope
    with in_time():
        return join(template.root_render_func(context))


def defined_names() -> frozenset[str]:
    """Return the names that every expression knows: Jinja's own globals and the functions."""
    return CALLABLE | BUILT_IN


__all__ = ["Environment", "Missing", "TemplateError", "Undefined", "compiled", "defined_names", "environment",
           "evaluate", "evaluate_file", "evaluate_part", "file_template", "parsed", "syntax_tree", "within_limits"]
