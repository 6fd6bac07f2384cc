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
        options=_options("builders", build.builder, build.options),
        steps=_steps(build.steps),
        handlers=_steps(build.handlers),
        verify=_steps(build.verify),
        on_error=_steps(build.on_error),
        post_processors=tuple(tuple(_link(link) for link in chain) for chain in build.post_processors),
    )


def _steps(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    return tuple(step._replace(options=_options("modules", step.module, step.options)) for step in steps)


def _link(link: Link) -> Link:
    return link._replace(options=_options("post_processors", link.type, link.options))


def _options(
    kind: Literal["builders", "modules", "post_processors"], name: str, options: Mapping[str, Any]
) -> Mapping[str, Any]:
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
