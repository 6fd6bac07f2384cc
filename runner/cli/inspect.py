"""``ingot inspect``: variables, locals, data, sources, plays and builds of a playbook, without giving values."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace
from collections.abc import Iterator
from typing import Any

from runner.cli import common
from runner.cli.output import Output
from runner.diagnostics import Report
from runner.model.playbook import Play, Playbook, Variable, walk
from runner.planning.concealed import concealed_options

Described = dict[str, Any]


def configure(parser: ArgumentParser) -> None:
    """Add the command's options."""
    common.configure_playbook(parser)
    common.configure_format(parser)
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(arguments: Namespace) -> int:
    """Show what the playbook is made of; what is wrong with it is shown too."""
    report = Report()
    output = Output(arguments.format)
    playbook = common.read(arguments, report)
    if playbook is None:
        return common.finish(report, output, strict=arguments.strict) or common.INVALID
    described = describe(playbook)
    if arguments.json:
        import json

        output.line(json.dumps(described, indent=2, ensure_ascii=False, default=str))
    else:
        for line in _lines(described):
            output.line(line)
    return common.finish(report, output, strict=arguments.strict)


def describe(playbook: Playbook) -> Described:
    """Return a playbook as plain data; defaults of sensitive variables are left out, secret options masked."""
    return {
        "name": playbook.name,
        "description": playbook.description,
        "files": [file.path for file in playbook.files],
        "requires": [{"kind": r.kind, "name": r.name, "version": r.version} for r in playbook.requires],
        "variables": {name: _variable(each) for name, each in playbook.variables.items()},
        "locals": {name: each.value.plain() for name, each in playbook.locals.items()},
        "data": {
            name: {"type": each.type, **concealed_options("data_sources", each.type, each.options.plain())}
            for name, each in playbook.data.items()
        },
        "sources": {
            name: {"builder": each.builder, **concealed_options("builders", each.builder, each.options.plain())}
            for name, each in playbook.sources.items()
        },
        "plays": [_play(play) for play in playbook.plays],
    }


def _variable(variable: Variable) -> Described:
    described: Described = {"required": variable.default is None}
    if variable.type:
        described["type"] = variable.type
    if variable.default is not None and not variable.sensitive:
        described["default"] = variable.default.plain()
    for key, value in (("description", variable.description), ("env", variable.env), ("sensitive", variable.sensitive)):
        if value:
            described[key] = value
    if variable.rules is not None:
        described["rules"] = variable.rules.plain()
    return described


def _play(play: Play) -> Described:
    names = [use.name for use in play.sources]
    tasks = [task for _, items in play.sections() for task in walk(items)]
    return {
        "name": play.name,
        "builds": [f"{play.name}.{name}" if play.name else name for name in names],
        "matrix": play.matrix.plain() if play.matrix else None,
        "from": {use.name: use.start_from.plain() for use in play.sources if use.start_from},
        "roles": list(dict.fromkeys(task.role.name for task in tasks if task.role)),
        "tasks": len(tasks),
        "handlers": [task.name for task in walk(play.handlers)],
        "tags": sorted({str(tag.value) for task in tasks for tag in _tags(task)}),
        "post_processors": [[link.type for link in chain] for chain in play.post_processors],
    }


def _tags(task: Any) -> Iterator[Any]:
    node = task.keywords.get("tags")
    yield from node.elements() if node else ()


def _lines(described: Described) -> Iterator[str]:
    yield described["name"] + (f": {described['description']}" if described["description"] else "")
    if described["requires"]:
        yield "\nrequires"
        for each in described["requires"]:
            yield f"  {each['kind']:6}  {each['name']}  {each['version']}"
    for title in ("variables", "locals", "data", "sources"):
        if described[title]:
            yield f"\n{title}"
            width = max(len(name) for name in described[title])
            for name, each in described[title].items():
                yield f"  {name:{width}}  {_line(title, each)}"
    for play in described["plays"]:
        yield from _play_lines(play)


def _play_lines(play: Described) -> Iterator[str]:
    yield f"\nplay {play['name'] or '(no name)'}"
    for key in ("builds", "roles", "handlers", "tags"):
        if play[key]:
            yield f"  {key:8}  {', '.join(play[key])}"
    for source, base in play["from"].items():
        yield f"  from      {source}: {_shown(base)}"
    for name, values in (play["matrix"] or {}).items():
        yield f"  matrix    {name}: {_shown(values)}"
    yield f"  tasks     {play['tasks']}"
    for chain in play["post_processors"]:
        yield f"  then      {' -> '.join(chain)}"


def _line(title: str, each: Any) -> str:
    if title == "variables":
        default = f"default {_shown(each.get('default', '(sensitive)'))}"
        words = [each.get("type", ""), "required" if each["required"] else default, each.get("description", "")]
        if each["required"] and each.get("sensitive"):
            words.insert(2, "sensitive")
        return "  ".join(word for word in words if word)
    return str(each.get("builder") or each.get("type")) if title in ("sources", "data") else _shown(each)


def _shown(value: Any) -> str:
    """Return a value in one line: a text as it is, lists and mappings as YAML writes them in one line."""
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {_shown(each)}' for key, each in value.items())}}}"
    if isinstance(value, list):
        return f"[{', '.join(_shown(each) for each in value)}]"
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return str(value).replace("\n", "\\n")
