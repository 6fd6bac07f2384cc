"""The plan as a tree that people read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from runner.model.plan import Build, InputValue, Open, Plan, Step
from runner.reports.durations import readable

_WIDTH = 76
"""The longest value shown whole, in characters."""
_BOLD, _DIM, _GREEN, _YELLOW, _OFF = "\033[1m", "\033[2m", "\033[32m", "\033[33m", "\033[0m"


def render_plan(plan: Plan, *, color: bool = False, every: bool = False) -> str:
    """Return the tree. ``every`` shows also the options of each step and the builds that are not made."""
    lines = list(_lines(plan, every=every))
    text = "\n".join(lines) + "\n"
    if color:
        return text
    for code in (_BOLD, _DIM, _GREEN, _YELLOW, _OFF):
        text = text.replace(code, "")
    return text


def _lines(plan: Plan, *, every: bool) -> Iterator[str]:
    made = [build for build in plan.builds if build.action == "run"]
    count = f"{len(made)} build{'s' * (len(made) != 1)}"
    left = len(plan.builds) - len(made)
    yield f"{_BOLD}{plan.playbook}{_OFF}: {count}{f', {left} left out' if left else ''}"
    if plan.variables:
        yield "  variables"
        width = max(len(name) for name in plan.variables)
        for name, found in plan.variables.items():
            yield f"    {name:{width}}  {_input(found)}  {_DIM}{found.origin}{_OFF}"
    if len(plan.order) > 1:
        yield f"  order  {' -> '.join(', '.join(wave) for wave in plan.order)}"
    for build in plan.builds:
        if build.action == "run" or every:
            yield ""
            yield from _build(build, every=every)


def _input(found: InputValue) -> str:
    return "(sensitive)" if found.sensitive else _short(found.value)


def _build(build: Build, *, every: bool) -> Iterator[str]:
    unable = "" if build.runs else f"  {_YELLOW}(this version plans it only){_OFF}"
    mark = f"{_GREEN}+{_OFF}" if build.action == "run" else f"{_DIM}-{_OFF}"
    yield f"{mark} {_BOLD}{build.name}{_OFF}  {build.builder}  {_DIM}{build.reason}{_OFF}{unable}"
    if build.start_from:
        yield f"    from  {build.start_from}"
    if build.estimate:
        yield f"    time  about {readable(build.estimate)}, by the last run"
    yield from _options(build.options, "    ")
    sections = (("steps", build.steps), ("handlers", build.handlers), ("verify", build.verify))
    for title, steps in (*sections, ("on_error", build.on_error)):
        if steps:
            yield f"    {title}"
            yield from _steps(steps, every=every)
    for chain in build.post_processors:
        links = " -> ".join(f"{link.name}{'' if link.action == 'run' else f' (skip: {link.reason})'}" for link in chain)
        yield f"    then  {links}"


def _steps(steps: tuple[Step, ...], *, every: bool) -> Iterator[str]:
    width = min(max(len(_title(step)) for step in steps), 60)
    wide = max(len("skip"), *(len(step.action) for step in steps))
    for number, step in enumerate(steps, 1):
        mark = f"{_DIM if step.action in ('skip', 'cached') else _GREEN}{step.action:{wide}}{_OFF}"
        why = f"{_DIM}{step.place}: {step.reason}{_OFF}"
        yield f"      {number:>3}  {mark}  {_title(step):{width}}  {step.module}  {why}"
        if every:
            yield from _options(step.options, "                 ")


def _title(step: Step) -> str:
    return f"{step.role} : {step.name}" if step.role else step.name


def _options(options: Mapping[str, Any], indent: str) -> Iterator[str]:
    width = max((len(name) for name in options), default=0)
    for name, value in options.items():
        shown = _short(value)
        if isinstance(value, Open):
            shown = f"{shown}  {_DIM}({value.needs or 'open'}: {value.reason}){_OFF}"
        yield f"{indent}{name:{width}}  {shown}"


def _short(value: Any) -> str:
    text = value if isinstance(value, str) else _plain(value)
    line = text.replace("\n", "\\n")
    return line if len(line) <= _WIDTH else line[: _WIDTH - 1] + "…"


def _plain(value: Any) -> str:
    if isinstance(value, bool) or value is None:
        return {True: "true", False: "false", None: "null"}[value]
    if isinstance(value, Open):
        return value.template
    if isinstance(value, list):
        return f"[{', '.join(_plain(each) for each in value)}]"
    if isinstance(value, dict):
        return f"{{{', '.join(f'{key}: {_plain(each)}' for key, each in value.items())}}}"
    return str(value)
