"""Why a step is another one than in the last run, in words."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from runner.model.encode import encode
from runner.model.plan import Build, Plan, Step

_LONGEST = 40


def why_changed(
    step: Step, index: int, build: Build, plan: Plan, former: Mapping[str, Any], before: Mapping[str, Any]
) -> str | None:
    """Return why a step has another key than in the former build; nothing when that had no such step.

    All steps before it have the keys that they had.
    """
    if index == 0 or build.key != former.get("key"):
        moved = next(_of_build(build, former), None)
        if moved is not None:
            return moved
    steps = former.get("steps", ())
    old = steps[index] if index < len(steps) else None
    if old is None or (old["name"], old["module"]) != (step.name, step.module):
        same = [each for each in steps if (each["name"], each["module"]) == (step.name, step.module)]
        return "it stands elsewhere now" if same else None
    if old["key"] == step.key:
        return "it did not end well, or could not be remembered"
    variables = dict(_variables(plan, before))
    reasons = (
        *_files(step, old), *_options(encode(step.options), old["options"], variables),
        *variables.values(), *_keywords(encode(step.keywords), old["keywords"]),
    )
    return next(iter(reasons), "something that it uses has changed")


def _of_build(build: Build, former: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is another about the machine to begin with."""
    options, before = encode(build.options), former.get("options", {})
    for name in sorted(options.keys() | before.keys()):
        if options.get(name) != before.get(name):
            yield f"option {name} of the builder {_both(before.get(name), options.get(name))}"
    for path, digest in build.files.items():
        if former.get("files", {}).get(path) != digest:
            yield f"file {path} changed"
    if build.key != former.get("key"):
        yield "the build that it starts from has changed" if build.start_from else "the machine begins otherwise"


def _files(step: Step, old: Mapping[str, Any]) -> Iterator[str]:
    for path, digest in step.files.items():
        if old["files"].get(path) != digest:
            yield f"file {path} {'changed' if path in old['files'] else 'is read now'}"


def _options(new: Mapping[str, Any], old: Mapping[str, Any], variables: Mapping[str, str]) -> Iterator[str]:
    """Yield the options that differ; the variable that makes one differ, if there is but one."""
    for name in sorted(new.keys() | old.keys()):
        if new.get(name) != old.get(name):
            if len(variables) == 1:
                yield from variables.values()
            yield f"option {name} {_both(old.get(name), new.get(name))}"


def _keywords(new: Mapping[str, Any], old: Mapping[str, Any]) -> Iterator[str]:
    for name in sorted(new.keys() | old.keys()):
        if new.get(name) != old.get(name):
            yield f"keyword {name} {_both(old.get(name), new.get(name))}"


def _variables(plan: Plan, before: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Yield the variables that have another value."""
    former = before.get("variables", {})
    for name, found in plan.variables.items():
        old = former.get(name, {})
        if found.sensitive:
            if old.get("digest") != found.digest:
                yield name, f"variable {name}, which is not shown"
        elif encode(found.value) != old.get("value"):
            yield name, f"variable {name} {_both(old.get('value'), encode(found.value))}"


def _both(old: Any, new: Any) -> str:
    return f"{_short(old)} -> {_short(new)}"


def _short(value: Any) -> str:
    if isinstance(value, Mapping) and "open" in value:  # an expression that only the build can work out
        value = value["open"]
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    line = text.replace("\n", "\\n")
    return line if len(line) <= _LONGEST else f"{line[: _LONGEST - 3]}..."
