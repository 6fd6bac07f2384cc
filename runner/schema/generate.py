"""Turn options records into JSON Schema (draft 2020-12).

The field's type gives the shape, its default says whether it is required, the docstring under it is its
description. A text that holds a Jinja expression is accepted in the place of any value; what it renders to is
checked again. Values are as weakly typed as in Ansible and Packer: ``"yes"`` is a boolean, ``"80"`` a number,
one text a list of one.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
import types
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

from runner.schema.words import wanted
from runner.sdk import record as marks
from runner.sdk.plugin import DataSource, Module, Plugin

Schema = dict[str, Any]

DIALECT = "https://json-schema.org/draft/2020-12/schema"
EXPRESSION = r"\{\{|\{%"
"""What makes a text a Jinja expression."""
_OPEN = {"type": "string", "pattern": EXPRESSION}
"""A text whose value may turn out to be none: ``omit``, null or, for the components of Packer, empty."""
_BOOLEAN = r"^([Yy]es|YES|[Nn]o|NO|[Tt]rue|TRUE|[Ff]alse|FALSE|[Oo]n|ON|[Oo]ff|OFF|0|1|)$"
_INTEGER = r"^[-+]?[0-9]+$"
_NUMBER = r"^[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?$"
_SYMBOLIC = "[ugoa]*([-+=]([rwxXst]*|[ugo]))+"
_MODE = f"^[0-7]{{1,5}}$|^0o[0-7]+$|^preserve$|^{_SYMBOLIC}(,{_SYMBOLIC})*$"

_SCALARS: dict[Any, Schema] = {
    str: {"type": ["string", "number"]},
    marks.ModeValue: {"type": ["string", "integer"]},
    bool: {
        "type": ["boolean", "string", "integer"],
        "pattern": f"{_BOOLEAN}|{EXPRESSION}",
        "minimum": 0,
        "maximum": 1,
    },
    int: {"type": ["integer", "string"], "pattern": f"{_INTEGER}|{EXPRESSION}"},
    float: {"type": ["number", "string"], "pattern": f"{_NUMBER}|{EXPRESSION}"},
    Any: {},
}


def schema_of(record: type[Any]) -> Schema:
    """Return the schema that accepts what the options record ``record`` accepts."""
    hints, docs = get_type_hints(record, include_extras=True), field_docs(record)
    properties: Schema = {}
    required: list[Schema] = []
    for field in fields(record):
        if field.name == "extra" and marks.is_open(record):
            continue
        name = field.metadata.get("name", field.name)
        prop = _told(_of(hints[field.name]))
        if field.name in docs:
            prop["description"] = docs[field.name]
        _default(field, prop)
        if field.default is MISSING and field.default_factory is MISSING:
            required.append(_given(name, hints))
        properties[name] = prop
        for other in _aliases(hints[field.name]):
            properties[other] = {**prop, "description": f"Another name of `{name}`.", "x-alias-of": name}
    schema: Schema = {"type": "object", "properties": properties}
    if marks.patterns_of(record):
        schema["patternProperties"] = {pattern: {} for pattern in marks.patterns_of(record)}
    if not marks.is_open(record):
        schema["additionalProperties"] = False
    return _with_rules(schema, record, required, hints)


def schema_of_plugin(plugin: type[Plugin[Any]]) -> Schema:
    """Return the schema of a plugin's options, and under ``x-ingot`` what the registry says of the plugin."""
    about: dict[str, Any] = {"kind": plugin.kind, "name": plugin.name, "runs": plugin.runs()}
    if plugin.aliases:
        about["aliases"] = list(plugin.aliases)
    if issubclass(plugin, Module):
        about |= {"free_form": plugin.free_form, "version": plugin.version, "controller": plugin.controller}
    if issubclass(plugin, DataSource):
        about["attributes"] = dict(plugin.attributes)
    head = {"$schema": DIALECT, "title": plugin.name, "description": inspect.cleandoc(plugin.__doc__ or "")}
    return head | schema_of(plugin.options_type()) | {"x-ingot": about}


def _told(schema: Schema) -> Schema:
    """Let editors say what is wanted where a text does not match, rather than show a regular expression."""
    if "items" in schema:
        _told(schema["items"])
    if "pattern" in schema:
        values = {"type": [kind for kind in schema["type"] if kind != "string"]}
        meaning = schema.get("x-meaning") or wanted(values if values["type"] else schema)
        schema["patternErrorMessage"] = f"Wanted: {meaning}"
    return schema


def _default(field: Field[Any], prop: Schema) -> None:
    value = field.default
    if value is MISSING and field.default_factory is not MISSING:
        value = field.default_factory()
    if value is not MISSING and value is not None:
        prop["default"] = list(value) if isinstance(value, tuple) else value


def _aliases(hint: Any) -> tuple[str, ...]:
    found: tuple[str, ...] = ()
    for extra in getattr(hint, "__metadata__", ()):
        if isinstance(extra, marks.Alias):
            found += extra.names
    return found


def _given(name: str, hints: Mapping[str, Any], *, surely: bool = False) -> Schema:
    """Return the schema of a mapping in which the option stands under any of its names.

    An expression, which may come to nothing, is given, but not ``surely``.
    """
    names = (name, *_aliases(hints.get(name)))
    clauses: list[Schema] = [{"required": [each]} for each in names]
    if surely:
        clauses = [{"required": [each], "properties": {each: {"not": _OPEN}}} for each in names]
    return clauses[0] if len(clauses) == 1 else {"anyOf": clauses}


def _with_rules(
    schema: Schema, record: type[Any], required: list[Schema], hints: Mapping[str, Any]
) -> Schema:
    plain = [clause["required"][0] for clause in required if "required" in clause]
    if plain:
        schema["required"] = plain
    clauses = [clause for clause in required if "anyOf" in clause]
    for rule in marks.rules_of(record):
        match rule:
            case marks.ExactlyOne(names):
                surely = [_given(name, hints, surely=True) for name in names]
                unsure = [{"not": {"anyOf": surely}}, {"anyOf": [_given(name, hints) for name in names]}]
                clauses.append({"oneOf": [*surely, {"allOf": unsure}]})
            case marks.AtLeastOne(names):
                clauses.append({"anyOf": [_given(name, hints) for name in names]})
            case marks.AtMostOne(names):
                surely = [_given(name, hints, surely=True) for name in names]
                pairs = [(a, b) for i, a in enumerate(surely) for b in surely[i + 1 :]]
                clauses += [{"not": {"allOf": [a, b]}} for a, b in pairs]
            case marks.Requires(option, needs):
                given = _given(option, hints, surely=True)
                clauses.append({"if": given, "then": {"dependentRequired": {option: list(needs)}}})
    if clauses:
        schema["allOf"] = clauses
    return schema


def _of(hint: Any) -> Schema:  # noqa: C901, PLR0911 - one branch a kind of type
    if hint in _SCALARS:
        return dict(_SCALARS[hint])
    origin, args = get_origin(hint), get_args(hint)
    if origin is Annotated:
        return _marked(_of(args[0]), args[1:])
    if origin is Literal:
        texts = [arg for arg in args if isinstance(arg, str)]
        kind = ["string"] if len(texts) == len(args) else ["string", "boolean", "integer"]
        return {"type": kind, "anyOf": [{"enum": list(args)}, {"type": "string", "pattern": EXPRESSION}]}
    if origin in (Union, types.UnionType):
        return _union([arg for arg in args if arg is not type(None)], optional=type(None) in args)
    if origin in (list, tuple, dict) and _part(args[-1]):
        ref = _of(args[-1])
        if origin is dict:
            return {"type": ["object"], "additionalProperties": ref}
        return {"type": ["array"], "items": ref}
    if origin in (list, tuple):
        return _texts(_of(args[0])) if _textual(args[0]) else _list(args[0])
    if origin is dict:
        shape = {"additionalProperties": rest} if (rest := _of(args[1])) else {}
        return {"type": ["object", "string"], **shape, "pattern": EXPRESSION}
    if hint is dict or hint is Mapping:
        return {"type": ["object", "string"], "pattern": EXPRESSION}
    if is_dataclass(hint):
        assert isinstance(hint, type)
        inner = schema_of(hint)
        if "allOf" in inner:  # the record's rules are for the record, not for a list of them or an expression
            inner["allOf"] = [{"if": {"type": "object"}, "then": rule} for rule in inner["allOf"]]
        return inner | {"type": ["object", "string"], "pattern": EXPRESSION}
    raise TypeError(f"no JSON Schema for {hint!r}")


def _part(hint: Any) -> bool:
    return any(isinstance(extra, marks.Part) for extra in getattr(hint, "__metadata__", ()))


def _textual(hint: Any) -> bool:
    """Return whether a bare text may stand for a list of ``hint``."""
    base = get_args(hint)[0] if get_origin(hint) is Annotated else hint
    return base in (str, Any) or get_origin(base) is Literal


def _texts(item: Schema) -> Schema:
    schema: Schema = {"type": ["array", *item.get("type", ["string"])], "items": item}
    if "format" in item:
        schema["format"] = item["format"]
    if "anyOf" in item:  # one of some choices: a text alone has to be one, too
        schema["anyOf"] = [{"type": "array"}, *item["anyOf"]]
    return schema


def _list(item: Any) -> Schema:
    shape = _of(item)
    kinds = ["array", *(kind for kind in shape.get("type", []) if kind not in ("string", "array", "null"))]
    schema: Schema = {"type": [*kinds, "string"], "items": shape, "pattern": shape.get("pattern", EXPRESSION)}
    alone = ("properties", "additionalProperties", "required", "allOf")
    return schema | {key: shape[key] for key in alone if key in shape}


def _union(hints: list[Any], *, optional: bool) -> Schema:
    kinds = [_of(hint) for hint in hints]
    if len(kinds) == 1:
        schema = kinds[0]
    elif all(set(kind) <= {"type"} for kind in kinds):
        schema = {"type": list(dict.fromkeys(name for kind in kinds for name in kind["type"]))}
    else:
        schema = {"anyOf": kinds}
    if optional and "type" in schema:
        schema["type"] = [*schema["type"], "null"]
        if "anyOf" in schema:
            schema["anyOf"] = [*schema["anyOf"], {"type": "null"}]
    elif optional and "anyOf" in schema:
        schema["anyOf"] = [*schema["anyOf"], {"type": "null"}]
    return schema


def _marked(schema: Schema, extras: tuple[Any, ...]) -> Schema:  # noqa: C901 - one case a mark
    target = schema["items"] if schema.get("type", [""])[0] == "array" and "items" in schema else schema
    for extra in extras:
        match extra:
            case marks.Minimum(value):
                target["minimum"] = value
            case marks.Maximum(value):
                target["maximum"] = value
            case marks.Pattern(regex, _) if "anyOf" in target:  # some choices, and whatever matches
                target["anyOf"].append({"type": "string", "pattern": regex})
            case marks.Pattern(regex, meaning):
                target |= {"pattern": f"{regex}|{EXPRESSION}", "x-meaning": meaning}
            case marks.Format(name):
                target["format"] = name
            case marks.Part(name):
                schema["$ref"] = f"#/$defs/{name}"
            case marks.Secret():
                schema["x-secret"] = True
            case marks.Deprecated(instead):
                schema |= {"deprecated": True, "x-instead": instead}
            case marks.ReadsFile(where):
                schema["x-reads"] = where
            case marks.Octal():
                schema["pattern"] = f"{_MODE}|{EXPRESSION}"
                schema["x-octal"] = True
                schema["x-meaning"] = "permissions such as '0644' or u=rw,go=r"
    return _fixed(_separated(schema, extras), extras)


def _fixed(schema: Schema, extras: tuple[Any, ...]) -> Schema:
    """Take no expression for a value that stands as it is written."""
    if marks.Fixed() not in extras:
        return schema
    if schema.get("pattern") == EXPRESSION:
        del schema["pattern"]
        schema["type"] = [name for name in schema["type"] if name != "string"]
    elif "pattern" in schema:
        schema["pattern"] = schema["pattern"].removesuffix(f"|{EXPRESSION}")
    if "anyOf" in schema:
        schema["anyOf"] = [each for each in schema["anyOf"] if each.get("pattern") != EXPRESSION]
    return schema


def _separated(schema: Schema, extras: tuple[Any, ...]) -> Schema:
    """Let a text that is cut into several entries be several of the choices."""
    for extra in extras:
        if isinstance(extra, marks.Separated) and "anyOf" in schema:
            one = "|".join(schema["items"]["anyOf"][0]["enum"])
            several = rf"^\s*({one})\s*({extra.by}\s*({one})\s*)*$"
            schema["anyOf"].append({"type": "string", "pattern": several})
    return schema


def field_docs(record: type[Any]) -> dict[str, str]:
    """Return the docstring under each field of a record, those of its bases too."""
    docs: dict[str, str] = {}
    for base in reversed(record.__mro__):
        if not (is_dataclass(base) or "_fields" in vars(base)):
            continue
        tree = ast.parse(textwrap.dedent(inspect.getsource(base))).body[0]
        assert isinstance(tree, ast.ClassDef)
        for field, below in zip(tree.body, tree.body[1:], strict=False):
            match field, below:
                case ast.AnnAssign(target=ast.Name(id=name)), ast.Expr(value=ast.Constant(value=str(text))):
                    docs[name] = inspect.cleandoc(text)
    return docs
