"""Check the expressions of a playbook as far as their text alone tells."""

from __future__ import annotations

from collections.abc import Iterable

from runner.diagnostics import Report, did_you_mean
from runner.expand.dialect import Dialect
from runner.expand.names import check_expressions, check_templates, unknown_names
from runner.expand.render import is_template, templates_in
from runner.model.playbook import Block, Item, Play, Playbook, Task, walk
from runner.reading.names import all_items
from runner.reading.vocabulary import early_names, is_fact, task_names
from runner.text import Node

_SLIP = 0.8
"""How much a name has to look like another one to be taken for a slip of the pen."""
_BARE = frozenset({"when", "until", "changed_when", "failed_when"})


def check_all_expressions(playbook: Playbook, dialect: Dialect, report: Report) -> None:
    """Report every expression that is none, and every name, filter and test in one that nobody knows."""
    early = early_names(playbook)
    for local in playbook.locals.values():
        report.extend(check_expressions(local.value, early, dialect))
    for data in playbook.data.values():
        report.extend(check_expressions(data.options, early, dialect))
        _check_condition(data.when, early, dialect, report)
    for source in playbook.sources.values():
        matrix = _matrix_names(play for play in playbook.plays if any(u.name == source.name for u in play.sources))
        report.extend(check_expressions(source.options, early | matrix, dialect))
    for play in playbook.plays:
        _check_play_expressions(play, early | _matrix_names((play,)), dialect, report)


def _matrix_names(plays: Iterable[Play]) -> frozenset[str]:
    names: set[str] = set()
    for play in plays:
        if play.matrix is None:
            continue
        names.update(str(key) for key, _ in play.matrix.items() if key not in ("include", "exclude"))
        include = play.matrix.get("include")
        for each in include.elements() if include else ():
            names.update(str(key) for key, _ in each.items())
    return frozenset(names)


def _check_condition(node: Node | None, known: frozenset[str] | None, dialect: Dialect, report: Report) -> None:
    if node is not None:
        report.extend(check_expressions(node, known, dialect, bare=True))


def _check_play_expressions(play: Play, early: frozenset[str], dialect: Dialect, report: Report) -> None:
    _check_condition(play.keywords.get("when"), early, dialect, report)
    for use in play.sources:
        _check_condition(use.when, early, dialect, report)
        if use.options is not None:
            report.extend(check_expressions(use.options, early, dialect))
    if play.matrix is not None:
        report.extend(check_expressions(play.matrix, early, dialect))
    for value in play.vars.values():
        report.extend(check_expressions(value, None, dialect))
    for chain in play.post_processors:
        for link in chain:
            report.extend(check_expressions(link.options, None, dialect))
            _check_condition(link.keywords.get("when"), early, dialect, report)
    known = _names_of_tasks(play, early)
    for items in all_items(play):
        _check_items(items, known, dialect, report)


def _check_items(items: tuple[Item, ...], known: frozenset[str] | None, dialect: Dialect, report: Report) -> None:
    for item in items:
        _check_item(item, None if item.role else known, dialect, report.mild() if item.role else report)
        if isinstance(item, Block):
            for part in (item.tasks, item.rescue, item.always):
                _check_items(part, known, dialect, report)
        elif item.included:
            _check_items(item.included, None, dialect, report)


def _check_item(item: Item, known: frozenset[str] | None, dialect: Dialect, report: Report) -> None:
    if isinstance(item, Task):
        _check_part(item.args, known, dialect, report)
        if item.module in ("assert", "debug"):
            for key in ("that", "var"):
                if (node := item.args.get(key)) is not None:
                    report.extend(check_expressions(node, None, dialect, bare=True))
    names = known if isinstance(item, Task) else None
    for key, node in item.keywords.items():
        _check_part(node, names, dialect, report, bare=key in _BARE)
    if item.role is not None and isinstance(item, Block):
        for value in (*item.role.defaults.values(), *item.role.vars.values(), *item.role.params.values()):
            report.extend(check_expressions(value, None, dialect))


def _check_part(
    node: Node, known: frozenset[str] | None, dialect: Dialect, report: Report, *, bare: bool = False
) -> None:
    """Check the expressions in a part of a task; with ``known``, warn of the names in them that look like slips."""
    templates = templates_in(node, bare=bare)
    if not templates:
        return
    report.extend(check_templates(templates, None, dialect, bare=bare))
    if known is not None:
        for each, text in templates:
            _check_names(each, text, bare=bare, known=known, report=report)


def _names_of_tasks(play: Play, early: frozenset[str]) -> frozenset[str] | None:
    """Return the names that a play's tasks may use; nothing when any file of variables may bring others."""
    if any(task.module == "include_vars" and task.role is None for items in all_items(play) for task in walk(items)):
        return None
    return early | task_names(play)


def _check_names(node: Node, text: str, *, bare: bool, known: frozenset[str], report: Report) -> None:
    """Warn of a name in a task that nobody sets, when it looks like one that somebody does.

    Only a warning: an included file, a fact or a module may set it after all.
    """
    for name in unknown_names(text, known):
        hint = None if is_fact(name) else did_you_mean(name, known, likeness=_SLIP)
        if hint:
            from runner.expand.explain import place_of

            place = place_of(node, name, bare=bare and not is_template(node))
            report.add("W402", f"nothing here sets {name!r}", place, hint=hint)
