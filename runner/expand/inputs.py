"""The values of a playbook's variables: from where they may come, and which one wins.

default < ``env`` of the variable < ``PKR_VAR_name`` < ``INGOT_VAR_name`` < automatic files
< ``--var-file`` < ``--var``.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from runner.diagnostics import Diagnostic, Note, Report, did_you_mean, nearest
from runner.expand.coerce import coerced
from runner.expand.error import Absent, ExpressionError, Late
from runner.expand.names import undefined_in
from runner.expand.render import is_template, render, scalars
from runner.expand.scope import Scope
from runner.formats import documents
from runner.formats.documents import Opener
from runner.model.playbook import Playbook, Variable
from runner.text import NOTHING, Node, SourceFile, Span

AUTOMATIC = ("*.auto.vars.yml", "*.auto.vars.yaml", "*.auto.vars.json", "*.auto.pkrvars.hcl", "*.auto.pkrvars.json")
"""Variable files beside a playbook that are read by themselves, in this order and by name."""
PREFIXES = ("PKR_VAR_", "INGOT_VAR_")
"""Environment variables that give values; the later prefix wins."""


_LATER = frozenset({"var", "local", "data", "source", "build", "matrix"})
"""Namespaces that are there only after variables have their values."""


class Given(NamedTuple):
    """What was given for a run: on the command line and by the environment."""

    variables: Sequence[str] = ()
    """``name=value``, ``@FILE`` or a YAML mapping, in the order given."""
    files: Sequence[str] = ()
    environ: Mapping[str, str] = NOTHING
    vaults: Opener | None = None
    """What opens files that are encrypted."""


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


class Resolved(NamedTuple):
    """The values of variables, and the texts that must never be shown."""

    inputs: dict[str, Input]
    secrets: tuple[str, ...]
    """Every value that was offered for a sensitive variable, whether it fits or not."""


def resolve_inputs(
    playbook: Playbook, given: Given, scope: Scope, report: Report, *, complete: bool = True
) -> Resolved:
    """Return the value of every variable that has one; report what is missing, undeclared or does not fit.

    ``scope`` holds what defaults may use: functions, ``env``, ``path``. Unless values are to be ``complete``, one that
    is missing is only a warning.
    """
    unread: set[str] = set()
    offered = list(_offers(playbook, given, report, unread))
    offers = dict(offered)
    inputs: dict[str, Input] = {}
    for name, variable in playbook.variables.items():
        chosen = offers.get(name)
        if chosen is None and name not in unread:
            word = variable.env or f"INGOT_VAR_{name}"
            hint = f"give one: --var {name}=VALUE, or the environment variable {word}"
            code, rest = ("E301", "") if complete else ("W302", ": what uses it is checked without")
            report.add(code, f"the variable {name!r} has no value and no default{rest}", variable.place, hint=hint)
        if chosen is not None and not _is_text(chosen.node):
            report.add("E303", f"the value of the variable {name!r} is not UTF-8", chosen.node.span,
                       hint="give text; bytes of any kind can be given in base64")
            continue
        found = _value(variable, chosen, playbook, scope, report) if chosen else None
        if chosen and found is not None:
            inputs[name] = Input(found[0], chosen.origin, variable.sensitive, chosen.given)
    sensitive = [offer for name, offer in offered if playbook.variables[name].sensitive]
    return Resolved(inputs, tuple(_secrets(inputs, sensitive)))


def _is_text(node: Node) -> bool:
    """Return whether texts are what every file and machine takes: other bytes become halves of surrogate pairs."""
    for each in scalars(node):
        if isinstance(each.value, str):
            try:
                each.value.encode()
            except UnicodeEncodeError:
                return False
    return True


def _secrets(inputs: Mapping[str, Input], sensitive: Sequence[_Offer]) -> Iterator[str]:
    for found in inputs.values():
        if found.sensitive:
            yield from texts_of(found.value)
    for each in (scalar for offer in sensitive for scalar in scalars(offer.node)):
        yield from texts_of(each.value)
        yield each.span.text().strip("'\"")  # as it is written: an excerpt shows it so


def texts_of(value: Any) -> Iterator[str]:
    """Yield every text in a value, however deep, and its numbers as texts."""
    if isinstance(value, dict):
        for each in value.values():
            yield from texts_of(each)
    elif isinstance(value, list):
        for each in value:
            yield from texts_of(each)
    elif value is not None and not isinstance(value, bool) and str(value):
        yield str(value)


def _offers(
    playbook: Playbook, given: Given, report: Report, unread: set[str]
) -> Iterator[tuple[str, _Offer]]:
    """Yield the values on offer, the stronger ones later; ``unread`` receives the names whose offer was not understood.

    It is all names when a file cannot be read.
    """
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
        yield from _from_file(path, playbook, given, report, unread)
    for text in given.variables:
        yield from _from_command_line(text, playbook, given, report, unread)


def _outside(kind: str, text: str, value: str) -> Node:
    """Return a value that stands in no file, with a place that shows it."""
    file = SourceFile(kind, text)
    start = len(text) - len(value) + 1
    return Node(value, Span(file, 1, start, 1, start + max(len(value), 1)))


def _from_environment(name: str, environ: Mapping[str, str]) -> _Offer:
    value = environ[name]
    return _Offer(_outside(f"${name}", value, value), f"environment variable {name}", literal=True)


def _from_file(
    path: str, playbook: Playbook, given: Given, report: Report, unread: set[str]
) -> Iterator[tuple[str, _Offer]]:
    _, node = documents.load(path, report, vaults=given.vaults)
    if node is not None and node.value is not None and not isinstance(node.value, dict):
        report.add("E507", "a file of variables is a mapping of names to values", node.span)
        node = None
    if node is None:
        unread.update(playbook.variables)
        return
    for name, child in node.items():
        if name in playbook.variables:
            yield str(name), _Offer(child, f"file {path}", literal=False)
        else:
            hint = did_you_mean(str(name), playbook.variables) or "declare it under 'variables'"
            report.add("W301", f"the playbook declares no variable {str(name)!r}", child.place, hint=hint)


def _from_command_line(
    text: str, playbook: Playbook, given: Given, report: Report, unread: set[str]
) -> Iterator[tuple[str, _Offer]]:
    if text.startswith("@"):
        for name, offer in _from_file(text[1:], playbook, given, report, unread):
            yield name, _Offer(offer.node, offer.origin, literal=False, given=True)
        return
    file = SourceFile("--var", text)
    if text.lstrip().startswith("{"):
        node = documents.parse(file, report)
        pairs = [(str(name), child, child.place, False) for name, child in node.items()] if node else []
        unread.update(() if node else playbook.variables)
    else:
        written, equals, value = text.partition("=")
        place = Span(file, 1, 1, 1, max(len(written), 1) + 1)
        name = written.strip()
        if not equals or not name:
            unread.add(name)
            hint = f"write --var {name}=VALUE" if name in playbook.variables else None
            report.add("E303", f"{text!r} is not of the form NAME=VALUE", place, hint=hint)
            return
        pairs = [(name, _outside("--var", text, value), place, True)]
    for name, node, place, literal in pairs:
        if name in playbook.variables:
            yield name, _Offer(node, "--var", literal=literal, given=True)
            continue
        near = nearest(name, playbook.variables)
        unread.update([near] if near else [])
        hint = f"did you mean {near!r}?" if near else "declare it under 'variables'"
        report.add("E302", f"the playbook declares no variable {name!r}", place, hint=hint)


def _value(
    variable: Variable, offer: _Offer, playbook: Playbook, scope: Scope, report: Report
) -> tuple[Any] | None:
    node = offer.node
    note = Note("the variable is declared here", variable.place)
    if offer.literal:
        return coerced(variable, node, node.value, report, note=note, literal=True)
    too_early = list(_used_too_early(node, playbook))
    if too_early:
        report.extend(too_early)
        return None
    try:
        value = render(node, scope)
    except ExpressionError as error:
        report.extend([error.diagnostic])
        return None
    except Absent as absent:
        absent.tell(node, report)
        return None
    except Late as late:
        report.add(
            "E304", f"{late.name} is not known when variables get their values: {late.reason}", node.span,
            hint="make it a local",
        )
        return None
    return coerced(variable, node, value, report, note=note, literal=False)


def _used_too_early(node: Node, playbook: Playbook) -> Iterator[Diagnostic]:
    """Yield the names in a variable's value that have no value yet themselves."""
    for each in scalars(node):
        for name in undefined_in(each, frozenset()) if is_template(each) else ():
            if name in _LATER or name in playbook.variables or name in playbook.locals:
                from runner.expand.explain import place_of

                hint = "a variable's value knows functions and 'env' only; make it a local, which may use variables"
                yield Diagnostic("E402", f"{name!r} has no value yet", place_of(each, name), hint)
