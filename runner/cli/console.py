"""``ingot console``: try expressions with a playbook's variables, locals and data, or with none."""

from __future__ import annotations

import itertools
import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any

from runner.cli import common
from runner.cli.output import Output
from runner.cli.vaults import configure_vaults
from runner.diagnostics import Diagnostic, Report
from runner.expand.calls import CALLED
from runner.expand.error import ExpressionError, Late
from runner.expand.jinja import defined_names, environment
from runner.expand.render import render, render_bare
from runner.expand.role_plugins import RolePlugins
from runner.expand.scope import Scope
from runner.expand.world import World, base_scope, early_scope
from runner.text import Node, SourceFile, Span
from runner.text.paths import state_directory

HELP = """\
Type an expression, with or without {{ }}: a name, a filter chain, a call.
  variables   names and values of the playbook's variables and locals
  help        this text
  exit        leave (or Ctrl-D)
Tab completes names, filters after |, and what a value has after a dot."""
_HISTORY = 1000
_LEAVE = ("exit", "quit")


def configure(parser: ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument("playbook", metavar="PLAYBOOK", nargs="?", help="playbook whose names the expressions may use")
    parser.add_argument("--roles-path", metavar="DIR", action="append", default=[], help="look for roles here too")
    parser.add_argument("--sources", metavar="FILE", help="file with the sources for an Ansible playbook")
    configure_vaults(parser)
    common.configure_values(parser)
    common.configure_format(parser)


def run(arguments: Namespace) -> int:
    """Read expressions until the input ends; return 1 when one of them, read from a pipe, has no value."""
    report = Report()
    output = Output(arguments.format)
    scope, names, output = _scope(arguments, report, output)
    status = common.finish(report, output, strict=arguments.strict)
    if scope is None or status:
        return status or common.INVALID
    session = Session(scope, names, output)
    if sys.stdin.isatty():
        return _interactive(session)
    lines = itertools.takewhile(lambda line: line.strip() not in _LEAVE, sys.stdin)
    answered = [session.answer(line) for line in lines]
    return 0 if all(answered) else 1


def _scope(
    arguments: Namespace, report: Report, output: Output
) -> tuple[Scope | None, tuple[str, ...], Output]:
    if arguments.playbook is None:
        now = common.clock(report)
        if now is None:
            return None, (), output
        world = World(Path(), Path.cwd(), os.environ, now, RolePlugins(), os.urandom(16).hex())
        return base_scope(world), (), output
    loaded = common.load(arguments, report, read_data=True)
    if loaded is None or report.failed:
        return None, (), output
    names = (*loaded.playbook.variables, *loaded.playbook.locals)
    scope = early_scope(loaded.playbook, loaded.inputs, loaded.world)
    return scope, names, output.with_secrets(loaded.secrets)


class Session:
    """Answers one line after the other."""

    def __init__(self, scope: Scope, names: Iterable[str], output: Output) -> None:
        self._scope = scope
        self._names = tuple(names)
        self._output = output

    def answer(self, line: str) -> bool:
        """Write what an expression comes to; return whether it comes to anything."""
        text = line.strip()
        if not text or text.startswith("#"):
            return True
        if text == "help":
            self._output.line(HELP)
            return True
        if text == "variables":
            known = [self._variable(name) for name in self._names]
            return all(known)
        value, problem = self._value(text)
        if problem is not None:
            self._output.diagnostics([problem])
            return False
        self._output.line(shown(value))
        return True

    def _variable(self, name: str) -> bool:
        value, problem = self._value(name)
        self._output.line(f"{name} = {shown(value) if problem is None else f'({problem.message})'}")
        return problem is None

    def _value(self, text: str) -> tuple[Any, Diagnostic | None]:
        file = SourceFile("<console>", text)
        node = Node(text, Span(file, 1, 1, 1, len(text) + 1))
        try:
            return (render if "{{" in text or "{%" in text else render_bare)(node, self._scope), None
        except ExpressionError as error:
            return None, error.diagnostic
        except Late as late:
            return None, Diagnostic("E408", f"{late.name} is not known here: {late.reason}", node.span)

    def completions(self, line: str, word: str) -> list[str]:
        """Return what ``word``, the end of ``line``, may become."""
        before = line[: len(line) - len(word)].rstrip()
        if before.endswith("|"):
            return [name for name in sorted(environment(self._scope.dialect).known("filter")) if name.startswith(word)]
        head, dot, part = word.rpartition(".")
        if dot:
            value, problem = self._value(head)
            keys: Iterable[Any] = value if problem is None and hasattr(value, "keys") else ()
            return sorted(f"{head}.{key}" for key in keys if str(key).startswith(part))
        own = {name for name in self._scope.names() if not name.startswith(CALLED)}
        known = own | defined_names() | {"help", "variables", "exit"}
        return sorted(name for name in known if name.startswith(word))


def shown(value: Any) -> str:
    """Return a value as the console prints it: a text as it is, anything else as JSON."""
    if isinstance(value, str):
        return value
    import json

    return json.dumps(value, indent=2, ensure_ascii=False, default=_plain)


def _plain(value: Any) -> Any:
    return dict(value) if hasattr(value, "keys") else str(value)


def _interactive(session: Session) -> int:
    import readline

    readline.set_completer_delims(" \t\n|([{,+-*/%=<>!~&")
    readline.set_completer(_completer(session, readline.get_line_buffer))
    readline.parse_and_bind("tab: complete")
    history = state_directory(os.environ) / "console_history"
    with suppress(OSError):
        readline.read_history_file(history)
    readline.set_history_length(_HISTORY)
    try:
        while (line := _asked()).strip() not in _LEAVE:
            session.answer(line)
    except EOFError:
        sys.stdout.write("\n")
    finally:
        with suppress(OSError):
            history.parent.mkdir(parents=True, exist_ok=True)
            readline.write_history_file(history)
    return 0


def _asked() -> str:
    """Return the next line; Ctrl-C forgets one. Raises ``EOFError`` at the end of the input."""
    while True:
        try:
            return input("> ")
        except KeyboardInterrupt:
            sys.stdout.write("\n")


def _completer(session: Session, buffer: Callable[[], str]) -> Callable[[str, int], str | None]:
    def complete(word: str, state: int) -> str | None:
        found = session.completions(buffer(), word)
        return found[state] if state < len(found) else None

    return complete
