"""The plan as it may be shown and saved: without secrets."""

from collections.abc import Callable, Mapping
from typing import Any, Literal

from runner import registry
from runner.model.encode import masked
from runner.model.plan import Build, Link, Open, Plan, Step

MASK = "•••"


def concealed(plan: Plan, mask: Callable[[str], str]) -> Plan:
    """Return the plan with options that are secret by their nature, such as passwords, and secrets anywhere masked.

    ``mask`` takes the values of sensitive variables out of a text.
    """
    shown: Plan = masked(plan._replace(builds=tuple(_build(build) for build in plan.builds)), mask)
    return shown


def _build(build: Build) -> Build:
    return build._replace(
        options=concealed_options("builders", build.builder, build.options),
        steps=_steps(build.steps),
        handlers=_steps(build.handlers),
        verify=_steps(build.verify),
        on_error=_steps(build.on_error),
        post_processors=tuple(tuple(_link(link) for link in chain) for chain in build.post_processors),
    )


def _steps(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    return tuple(_step(step) for step in steps)


def _step(step: Step) -> Step:
    """Return a step without its secrets; all it works with is secret where ``no_log`` holds, or may hold."""
    if step.keywords.get("no_log", False) in (False, "false", "no"):
        return step._replace(options=concealed_options("modules", step.module, step.options))
    keywords = {name: MASK if _has_values(name) else value for name, value in step.keywords.items()}
    return step._replace(options=dict.fromkeys(step.options, MASK), keywords=keywords)


def _has_values(keyword: str) -> bool:
    return keyword in ("loop", "environment") or keyword.startswith("with_")


def _link(link: Link) -> Link:
    return link._replace(options=concealed_options("post_processors", link.type, link.options))


def concealed_options(
    kind: Literal["builders", "modules", "post_processors", "data_sources"], name: str, options: Mapping[str, Any]
) -> Mapping[str, Any]:
    """Return a plugin's options, those masked that are secret by their nature."""
    entry = registry.find(kind, name)
    found: Mapping[str, Any] = _value(options, entry.schema) if entry is not None else options
    return found


def _value(value: Any, schema: Mapping[str, Any]) -> Any:
    if isinstance(value, Open) or value in (None, ""):
        return value
    if schema.get("x-secret"):
        return MASK
    if isinstance(value, Mapping):
        parts, rest = schema.get("properties", {}), schema.get("additionalProperties")
        more = rest if isinstance(rest, dict) else {}
        return {name: _value(each, parts.get(name, more)) for name, each in value.items()}
    if isinstance(value, list):
        return [_value(each, schema.get("items", {})) for each in value]
    return value
