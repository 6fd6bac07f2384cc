"""The values of a playbook's variables: from where they may come, and which one wins.

default < ``env`` of the variable < ``PKR_VAR_name`` < ``INGOT_VAR_name`` < automatic files
< ``--var-file`` < ``--var``.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from runner.diagnostics import Diagnostic, Note, Report, did_you_mean
from runner.expand.coerce import coerced
from runner.expand.error import ExpressionError, Late
from runner.expand.render import render
from runner.expand.scope import Scope
from runner.formats import documents
from runner.model.playbook import Playbook, Variable
from runner.text import NOTHING, Node, SourceFile, Span

AUTOMATIC = ("*.auto.vars.yml", "*.auto.vars.yaml", "*.auto.vars.json", "*.auto.pkrvars.hcl", "*.auto.pkrvars.json")
"""Variable files beside a playbook that are read by themselves, in this order and by name."""
PREFIXES = ("PKR_VAR_", "INGOT_VAR_")
"""Environment variables that give values; the later prefix wins."""


class Given(NamedTuple):
    """What was given for a run: on the command line and by the environment."""

    variables: Sequence[str] = ()
    """``name=value``, ``@FILE`` or a YAML mapping, in the order given."""
    files: Sequence[str] = ()
    environ: Mapping[str, str] = NOTHING


class Input(NamedTuple):
    """A variable's value and where it comes from."""

    value: Any
    origin: str
    """In words: ``default``, ``--var``, ``environment variable X``, ``file X``."""
    sensitive: bool = False
    given: bool = False
    """Whether it was given with ``--var``, which nothing in a play overrides."""


class _Offer(NamedTuple):
    node: Node
    origin: str
    literal: bool
    """Whether it is a text from outside YAML, whose type is still open."""
    given: bool = False


def resolve_inputs(playbook: Playbook, given: Given, scope: Scope, report: Report) -> dict[str, Input]:
    """Return the value of every variable that has one; report what is missing, undeclared or does not fit.

    ``scope`` holds what defaults may use: functions, ``env``, ``path``.
    """
    offers = dict(_offers(playbook, given, report))
    inputs: dict[str, Input] = {}
    for name, variable in playbook.variables.items():
        chosen = offers.get(name)
        if chosen is None:
            report.add(
                "E301", f"the variable {name!r} has no value and no default", variable.place,
                hint=f"give one: --var {name}=VALUE, or the environment variable INGOT_VAR_{name}",
            )
            continue
        found = _value(variable, chosen, scope, report)
        if found is not None:
            inputs[name] = Input(found[0], chosen.origin, variable.sensitive, chosen.given)
    return inputs


def _offers(playbook: Playbook, given: Given, report: Report) -> Iterator[tuple[str, _Offer]]:
    """Yield the values on offer, the stronger ones later."""
    for name, variable in playbook.variables.items():
        if variable.default is not None:
            yield name, _Offer(variable.default, "default", literal=False)
        if variable.env and variable.env in given.environ:
            yield name, _from_environment(variable.env, given.environ)
    for prefix in PREFIXES:
        for name in playbook.variables:
            if prefix + name in given.environ:
                yield name, _from_environment(prefix + name, given.environ)
    automatic = [str(path) for pattern in AUTOMATIC for path in sorted(playbook.root.glob(pattern))]
    for path in (*automatic, *given.files):
        yield from _from_file(path, playbook, report)
    for text in given.variables:
        yield from _from_command_line(text, playbook, report)


def _outside(kind: str, text: str, value: str) -> Node:
    """Return a value that stands in no file, with a place that shows it."""
    file = SourceFile(kind, text)
    start = len(text) - len(value) + 1
    return Node(value, Span(file, 1, start, 1, start + max(len(value), 1)))


def _from_environment(name: str, environ: Mapping[str, str]) -> _Offer:
    value = environ[name]
    return _Offer(_outside(f"${name}", value, value), f"environment variable {name}", literal=True)


def _from_file(path: str, playbook: Playbook, report: Report) -> Iterator[tuple[str, _Offer]]:
    _, node = documents.load(path, report)
    if node is None or node.value is None:
        return
    if not isinstance(node.value, dict):
        report.add("E507", "a file of variables is a mapping of names to values", node.span)
        return
    for name, child in node.items():
        if name in playbook.variables:
            yield str(name), _Offer(child, f"file {path}", literal=False)
        else:
            hint = did_you_mean(str(name), playbook.variables)
            report.add("W301", f"the playbook declares no variable {name!r}", child.place, hint=hint)


def _from_command_line(text: str, playbook: Playbook, report: Report) -> Iterator[tuple[str, _Offer]]:
    if text.startswith("@"):
        for name, offer in _from_file(text[1:], playbook, report):
            yield name, _Offer(offer.node, offer.origin, literal=False, given=True)
        return
    file = SourceFile("--var", text)
    if text.lstrip().startswith("{"):
        node = documents.parse(file, report)
        pairs = [(str(name), child, False) for name, child in node.items()] if node else []
    else:
        name, equals, value = text.partition("=")
        if not equals:
            report.add("E303", f"{text!r} is not of the form name=value", file.start())
            return
        pairs = [(name.strip(), _outside("--var", text, value), True)]
    for name, node, literal in pairs:
        if name not in playbook.variables:
            hint = did_you_mean(name, playbook.variables) or "declare it under 'variables'"
            report.add("E302", f"the playbook declares no variable {name!r}", file.start(), hint=hint)
        else:
            yield name, _Offer(node, "--var", literal=literal, given=True)


def _value(variable: Variable, offer: _Offer, scope: Scope, report: Report) -> tuple[Any] | None:
    node = offer.node
    if not offer.literal:
        try:
            plain = render(node, scope)
        except ExpressionError as error:
            report.extend([_explained(error)])
            return None
        except Late as late:
            report.add(
                "E304", f"a variable's value cannot use {late.name!r}", node.span, hint="make it a local",
            )
            return None
    else:
        plain = node.value
    note = Note("the variable is declared here", variable.place)
    return coerced(variable, node, plain, report, note=note, literal=offer.literal)


def _explained(error: ExpressionError) -> Diagnostic:
    diagnostic = error.diagnostic
    if diagnostic.code == "E402" and diagnostic.hint is None:
        hint = "a variable's default knows functions and 'env' only; a local may use variables"
        return diagnostic._replace(hint=hint)
    return diagnostic
