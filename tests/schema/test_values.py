"""Random values against every published schema.

Two questions: does the quick answer of ``accepts`` agree with jsonschema's? Can an options record be made of whatever
a schema accepts, and do plugins then see the types they ask for?
"""

from __future__ import annotations

import types
from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from runner import registry
from runner.schema.accept import accepts
from runner.schema.published import directory, published
from runner.schema.records import make
from runner.sdk.record import is_open
from runner.text import Node, SourceFile

Schema = dict[str, Any]

SPAN = SourceFile("values.yml", "").start()
TEXTS = (
    "", "yes", "off", "0", "1", "-3", "08", "1.5", "1e3", "0644", "u=rw,go=r", "5m", "90", "{{ x }}", "{% if x %}",
    "{{ x | default(omit) }}", "text", "a,b", "present", "10.0.0.1", "é\n",
)
SCALARS = st.one_of(
    st.sampled_from(TEXTS), st.none(), st.booleans(), st.integers(-2, 70000), st.sampled_from((0.5, 1.0, -1.5, 3e4))
)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(("name", "x")), inner, max_size=2),
    max_leaves=4,
)

SIMPLE = {
    "string": st.sampled_from(TEXTS),
    "boolean": st.booleans(),
    "integer": st.integers(-1, 70000),
    "number": st.sampled_from((0, 0.5, 80, 1.0, -1)),
    "null": st.none(),
}


def node_of(value: Any) -> Node:
    if isinstance(value, dict):
        return Node({key: node_of(each) for key, each in value.items()}, SPAN)
    if isinstance(value, list):
        return Node(tuple(node_of(each) for each in value), SPAN)
    return Node(value, SPAN)


def compared(schema: Any) -> Any:
    """Return a schema as far as both see it alike.

    What lies behind a reference is somebody else's business; to what is deprecated ``accepts`` says no, so that
    somebody gives a warning.
    """
    if isinstance(schema, dict):
        return {} if "$ref" in schema else {key: compared(each) for key, each in schema.items() if key != "deprecated"}
    return [compared(each) for each in schema] if isinstance(schema, list) else schema


def values(schema: Schema) -> st.SearchStrategy[Any]:
    """Return values that mostly fit a schema."""
    if "$ref" in schema or not schema:
        return ANYTHING
    if "anyOf" in schema:
        alone = {key: value for key, value in schema.items() if key != "anyOf"}
        return st.one_of([values({**alone, **each}) for each in schema["anyOf"]])
    kinds: list[st.SearchStrategy[Any]] = [st.sampled_from(schema["enum"])] if "enum" in schema else []
    types = schema.get("type", [])
    for kind in [types] if isinstance(types, str) else types:
        kinds.append(SIMPLE[kind] if kind in SIMPLE else _compound(kind, schema))  # noqa: PERF401 - reads better
    return st.one_of(kinds) if kinds else ANYTHING


def _compound(kind: str, schema: Schema) -> st.SearchStrategy[Any]:
    return mappings(schema) if kind == "object" else st.lists(values(schema.get("items", {})), max_size=2)


@st.composite
def mappings(draw: st.DrawFn, schema: Schema) -> dict[str, Any]:
    properties = schema.get("properties", {})
    required = [name for name in schema.get("required", ()) if name in properties]
    more = draw(st.lists(st.sampled_from(sorted(properties)), max_size=3)) if properties else []
    if clauses := [each["required"] for rule in schema.get("allOf") or () for each in rule.get("oneOf", ())
                   if "required" in each]:
        more += draw(st.sampled_from(clauses))
    found = {name: draw(values(properties[name])) for name in dict.fromkeys((*required, *more))}
    rest = schema.get("additionalProperties", True)
    if rest and draw(st.booleans()):
        found["x"] = draw(ANYTHING if rest is True else values(rest))
    return found


@st.composite
def mutated(draw: st.DrawFn, schema: Schema) -> Any:
    """Return a value that fits a schema, or one that a slip has spoilt."""
    value = draw(values(schema))
    while draw(st.integers(0, 2)) == 0:
        value = _spoilt(draw, value)
    return value


def _spoilt(draw: st.DrawFn, value: Any) -> Any:
    if isinstance(value, dict) and value and draw(st.booleans()):
        key = draw(st.sampled_from(sorted(value)))
        change = draw(st.sampled_from(("drop", "rename", "inside")))
        rest = {k: v for k, v in value.items() if k != key}
        return {"drop": rest, "rename": {**rest, f"{key}s": value[key]}}.get(
            change, {**value, key: _spoilt(draw, value[key])}
        )
    if isinstance(value, list) and value and draw(st.booleans()):
        return [*value[:-1], _spoilt(draw, value[-1])]
    return draw(ANYTHING)


PLUGINS = [
    f"{path.parent.name}/{path.stem}" for kind in ("builders", "modules", "post_processors", "data_sources")
    for path in sorted((directory() / kind).glob("*.json"))
]
SCHEMAS = {
    **{name: compared(published(name)) for name in PLUGINS},
    **{f"parts#{name}": compared(part) for name, part in published("parts")["$defs"].items()},
}


def assert_same_verdict(name: str, value: Any) -> None:
    validator = Draft202012Validator(SCHEMAS[name])
    assert accepts(node_of(value), SCHEMAS[name]) == validator.is_valid(value)


@pytest.mark.parametrize("name", SCHEMAS)
def test_an_empty_mapping_gets_the_verdict_of_jsonschema(name: str) -> None:
    assert_same_verdict(name, {})


@settings(deadline=None, max_examples=500, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(sorted(SCHEMAS)).flatmap(lambda name: st.tuples(st.just(name), mutated(SCHEMAS[name]))))
def test_a_value_gets_the_verdict_of_jsonschema(case: tuple[str, Any]) -> None:
    assert_same_verdict(*case)


@settings(deadline=None, max_examples=500, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(PLUGINS).flatmap(lambda name: st.tuples(st.just(name), mutated(SCHEMAS[name]))))
def test_a_record_is_made_of_what_its_schema_accepts(case: tuple[str, Any]) -> None:
    name, value = case
    assume(isinstance(value, dict) and not has_expression(value))
    assume(accepts(node_of(value), SCHEMAS[name]))
    record = record_of(name)
    made = make(record, value)
    assert isinstance(made, record)
    assert_typed(made, record, name)
    assert make(record, plain(made)) == made


def has_expression(value: Any) -> bool:
    if isinstance(value, dict):
        return any(has_expression(each) for each in value.values())
    if isinstance(value, list):
        return any(has_expression(each) for each in value)
    return isinstance(value, str) and "{" in value


def record_of(name: str) -> Any:
    kind, _, plugin = name.partition("/")
    entry = registry.find(kind, plugin)
    assert entry is not None
    return entry.load().options_type()


def plain(made: Any) -> Any:
    """Return a record as the values it could be made of."""
    if is_dataclass(made) and not isinstance(made, type):
        found = {field.metadata.get("name", field.name): plain(getattr(made, field.name)) for field in fields(made)}
        return found | found.pop("extra") if is_open(type(made)) else found
    if isinstance(made, list | tuple):
        return [plain(each) for each in made]
    return {key: plain(each) for key, each in made.items()} if isinstance(made, dict) else made


def assert_typed(value: Any, hint: Any, where: str) -> None:
    """Fail unless ``value`` is what a field's type says, to the last item."""
    origin, args = get_origin(hint), get_args(hint)
    if origin is Annotated:
        assert_typed(value, args[0], where)
    elif origin in (Union, types.UnionType):
        assert any(is_typed(value, arg, where) for arg in args), f"{where}: {value!r} is no {hint}"
    elif origin is Literal:
        assert value in args, where
    elif hint is not Any:
        assert isinstance(value, origin or hint), f"{where}: {value!r} is no {hint}"
        assert hint is not int or not isinstance(value, bool), where
        for inner, kind, name in _inside(value, hint, args):
            assert_typed(inner, kind, f"{where}.{name}")


def _inside(value: Any, hint: Any, args: tuple[Any, ...]) -> Iterator[tuple[Any, Any, object]]:
    """Yield each value within another with its type and its name."""
    if is_dataclass(hint):
        hints = get_type_hints(hint, include_extras=True)
        yield from ((getattr(value, field.name), hints[field.name], field.name) for field in fields(hint))
    elif isinstance(value, dict) and args:
        yield from ((each, args[1], key) for key, each in value.items())
    elif isinstance(value, list | tuple):
        yield from ((each, args[0], index) for index, each in enumerate(value))


def is_typed(value: Any, hint: Any, where: str) -> bool:
    try:
        assert_typed(value, hint, where)
    except AssertionError:
        return False
    return True
