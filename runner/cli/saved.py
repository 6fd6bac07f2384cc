"""Saved plans: written by ``plan --out``, made again and compared by ``build``."""

from __future__ import annotations

import json
import os
import sys
from argparse import Namespace
from collections.abc import Callable, Iterator, Mapping, Sequence
from io import BufferedReader
from pathlib import Path
from typing import Any

from runner.cli.output import Output
from runner.cli.vaults import vaults_of
from runner.diagnostics import Diagnostic, Invalid, Report
from runner.formats.files import STDIN, read_source
from runner.formats.json.reader import load as load_json
from runner.model.encode import encode, to_json
from runner.model.plan import FORMAT, Plan
from runner.planning.concealed import concealed
from runner.schema.check import fits
from runner.schema.published import published
from runner.store.runs import write_whole
from runner.text import SourceFile
from runner.text.paths import exists, is_file

_DECIDED = frozenset({"only", "except_", "tags", "skip_tags", "var_file", "roles_path", "sources"})
"""What a saved plan was made with, by the names that the command line's parser has for it."""
_HEAD = 4096


def save_plan(plan: Plan, path: str, output: Output) -> bool:
    """Write a plan to ``path`` at once or not at all; sensitive values stay out. Return whether it worked."""
    text = to_json(concealed(plan, output.mask))
    if path == STDIN:  # as a name to write to it is standard output
        output.raw(text)
        return True
    place = SourceFile(path, "").start()
    if is_file(path) and Path(path).stat().st_size and not is_saved_plan(path):  # a playbook, by a slip of the pen
        message = f"{path} is no saved plan, and is not written over"
        output.diagnostics([Diagnostic("E601", message, place, hint="give the plan another name")])
        return False
    try:
        write_whole(Path(path), text)
    except OSError as error:
        output.diagnostics([Diagnostic("E001", f"{path} cannot be written: {error.strerror}", place)])
        return False
    return True


def is_saved_plan(path: str) -> bool:
    """Return whether a file looks like a saved plan: JSON that begins with what ``plan --out`` writes."""
    if path == STDIN:
        stream = getattr(sys.stdin, "buffer", None)
        head = stream.peek(_HEAD) if isinstance(stream, BufferedReader) else b""
    elif is_file(path):
        with Path(path).open("rb") as stream:
            head = stream.read(_HEAD)
    else:
        return False
    head = head.lstrip()
    return head.startswith(b"{") and b'"playbook"' in head[:200]


def load_plan(path: str, given: Namespace, report: Report) -> tuple[Namespace, Mapping[str, Any]] | None:
    """Return the command line that a saved plan was made with, and the plan as plain data.

    ``given`` is the present command line: its ``--var`` may give values of sensitive variables, which no plan holds.
    """
    file = read_source(path, report)
    if file is None:
        return None
    try:
        data = json.loads(file.text)
    except (ValueError, RecursionError):
        try:
            load_json(file)
        except Invalid as error:
            report.extend(error.diagnostics)
        return None
    if not fits(data, published("plan")) or "request" not in data or data["format"] != FORMAT:
        hint = "make it again with `ingot plan PLAYBOOK --out FILE`"
        report.add("E601", "this is no saved plan of this version", file.start(), hint=hint)
        return None
    _refuse_options(given, report)
    request = data["request"]
    if path == request["playbook"] == STDIN:
        report.add("E601", "the plan's playbook comes from standard input, as the plan does", file.start(),
                   hint="save the plan in a file")
        return None
    merged = Namespace(**vars(given))
    if path != STDIN and not exists(request["playbook"]) and exists(Path(path).parent / request["playbook"]):
        _enter(Path(path).parent, merged)
    merged.playbook = request["playbook"]
    merged.only, merged.except_ = list(request["only"]), list(request["except"])
    merged.tags, merged.skip_tags = list(request["tags"]), list(request["skip_tags"])
    merged.var = [*request["variables"], *merged.var]
    merged.var_file = list(request["variable_files"])
    merged.roles_path = list(request["roles_path"])
    merged.sources = request.get("sources")
    return merged, data


def _enter(directory: Path, given: Namespace) -> None:
    """Go to where a plan and its playbook lie: what the plan says is meant from there, what is ``given`` from here."""
    given.vaults = vaults_of(given, os.environ)
    given.var = [f"@{Path(text[1:]).absolute()}" if text.startswith("@") else text for text in given.var]
    for name in ("manifest", "junit"):
        if getattr(given, name, None):
            setattr(given, name, str(Path(getattr(given, name)).absolute()))
    Output().remark(f"in {directory}:")
    os.chdir(directory)


def _refuse_options(given: Namespace, report: Report) -> None:
    """Report options that would change the plan, so that none of them is ignored."""
    for name, value in vars(given).items():
        option = f"--{name.strip('_').replace('_', '-')}"
        if name in _DECIDED and value:
            written = SourceFile(option, value if isinstance(value, str) else value[0])
            hint = "give it to `ingot plan`; build takes only --var, for what is sensitive"
            report.add("E700", f"a saved plan has decided about {option}", written.first_line(), hint=hint)


def differences(path: str, old: Mapping[str, Any], plan: Plan, output: Output) -> list[Diagnostic]:
    """Return what has changed since a plan was saved, each as a reason not to build it."""
    place = SourceFile(path, "").start()
    new = encode(concealed(plan, output.mask))
    return [
        Diagnostic("E602", f"changed since the plan was made: {what}", place, hint="make the plan again")
        for what in dict.fromkeys(_changes(old, new))
    ]


def _changes(old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    if old["ingot"] != new["ingot"]:
        yield f"Ingot itself, {old['ingot']} -> {new['ingot']}"
    yield from _mapping_changes("file", old["files"], new["files"], lambda value: value[:12])
    yield from _mapping_changes("variable", _values(old), _values(new), _value)
    before = {build["name"]: build for build in old["builds"]}
    after = {build["name"]: build for build in new["builds"]}
    yield from (f"build {name} is gone" for name in before if name not in after)
    yield from (f"build {name} is new" for name in after if name not in before)
    for name in (each for each in before if each in after):
        yield from _build_changes(name, before[name], after[name])


def _values(plan: Mapping[str, Any]) -> dict[str, Any]:
    """Return the variables without where their values come from: the same value from elsewhere is the same."""
    return {name: {**entry, "origin": ""} for name, entry in plan["variables"].items()}


def _value(entry: Mapping[str, Any]) -> str:
    return "" if entry["sensitive"] else json.dumps(entry.get("value"), ensure_ascii=False)


def _mapping_changes(
    kind: str, old: Mapping[str, Any], new: Mapping[str, Any], show: Callable[[Any], str]
) -> Iterator[str]:
    for name in sorted(old.keys() | new.keys()):
        if name not in new:
            yield f"{kind} {name} is gone"
        elif name not in old:
            yield f"{kind} {name} is new"
        elif old[name] != new[name]:
            before, after = show(old[name]), show(new[name])
            yield f"{kind} {name}, {before} -> {after}" if before != after else f"{kind} {name}, which is not shown"


def _build_changes(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> Iterator[str]:
    if old["action"] != new["action"]:
        yield f"build {name}: {old['reason']} -> {new['reason']}"
        return
    for key in ("options", "matrix"):
        yield from _mapping_changes(f"build {name}: option", old[key], new[key], _shown)
    if old["key"] == new["key"]:  # otherwise all steps are others, for that reason
        for section in ("steps", "handlers", "verify", "on_error"):
            yield from _step_changes(f"build {name}: {section}", old[section], new[section])
    if old["post_processors"] != new["post_processors"]:
        yield f"build {name}: post-processors"


def _shown(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _step_changes(what: str, old: Sequence[Mapping[str, Any]], new: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    keys = ([step["key"] for step in old], [step["key"] for step in new])
    if keys[0] == keys[1]:
        return
    first = next((i for i, (a, b) in enumerate(zip(*keys, strict=False)) if a != b), min(map(len, keys)))
    step = (new if first < len(new) else old)[first]
    yield f"{what}, from {step['name']!r} on"
