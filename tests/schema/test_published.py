"""The published schemas, as editors and other programs use them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from runner.schema.published import directory

Schema = dict[str, Any]
VALID = Path(__file__).parents[1] / "cases" / "valid"
FILES = {path.relative_to(directory()).as_posix(): json.loads(path.read_text()) for path in directory().rglob("*.json")}
SCHEMAS = {name: schema for name, schema in FILES.items() if name != "index.json"}
REGISTRY: Registry[Any] = Registry().with_resources(
    (name, Resource.from_contents(schema)) for name, schema in SCHEMAS.items()
)
PLAYBOOK = Draft202012Validator(SCHEMAS["playbook.json"], registry=REGISTRY)


class Loader(yaml.SafeLoader):
    """Reads YAML as an editor does, with Ansible's tags."""


for tag in ("!vault", "!unsafe"):
    Loader.add_constructor(tag, lambda _, node: node.value)


def documents() -> Iterator[Path]:
    """Yield the playbooks among the good cases; a list is Ansible's, and needs sources from elsewhere."""
    for path in sorted(VALID.rglob("*.yml")):
        inside = path.relative_to(VALID).parts
        if inside[1:] == ("playbook.yml",) or path.name.endswith(".ingot.yml") or inside[1:] == ("sources.yml",):
            yield path


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_schema_is_one(name: str) -> None:
    Draft202012Validator.check_schema(SCHEMAS[name])
    assert SCHEMAS[name]["$id"] == name


@pytest.mark.parametrize("name", SCHEMAS)
def test_every_reference_leads_somewhere(name: str) -> None:
    resolver = REGISTRY.resolver(base_uri=name)
    for reference in references(SCHEMAS[name]):
        assert resolver.lookup(reference).contents


def references(schema: Any) -> Iterator[str]:
    if isinstance(schema, dict):
        if isinstance(schema.get("$ref"), str):
            yield schema["$ref"]
        for each in schema.values():
            yield from references(each)
    elif isinstance(schema, list):
        for each in schema:
            yield from references(each)


@pytest.mark.parametrize("path", tuple(documents()), ids=lambda path: path.relative_to(VALID).as_posix())
def test_the_schema_of_playbooks_accepts_good_ones(path: Path) -> None:
    document = yaml.load(path.read_text(), Loader)
    if isinstance(document, list):
        document = {"plays": document}
    assert [error.message for error in PLAYBOOK.iter_errors(document)] == []


GOOD = {
    "sources": {"a": {"builder": "docker", "image": "debian", "commit": True}},
    "plays": [{"sources": ["a"], "tasks": [{"name": "x", "apt": {"name": "curl"}}]}],
}


@pytest.mark.parametrize(("change", "place"), [
    ({"source": {}}, ""),
    ({"name": ["a"]}, "name"),
    ({"variables": {"a": {"type": "text", "default": 1}}}, "variables.a"),
    ({"sources": []}, "sources"),
    ({"sources": {"a": {"builder": "docker", "image": "debian", "commit": True, "imag": "x"}}}, "sources.a"),
    ({"sources": {"a": {"builder": "docker", "image": ["debian"], "commit": True}}}, "sources.a.image"),
    ({"data": {"a": {}}}, "data.a"),
    ({"data": {"a": {"type": "null"}}}, "data.a"),
    ({"plays": {}}, "plays"),
    ({"plays": [{"source": ["a"]}]}, "plays.0"),
    ({"plays": [{"tasks": {}}]}, "plays.0.tasks"),
    ({"plays": [{"become": "perhaps"}]}, "plays.0.become"),
    ({"plays": [{"tasks": [{"apt": {"nam": "curl"}}]}]}, "plays.0.tasks.0.apt"),
    ({"plays": [{"tasks": [{"apt": ["curl"]}]}]}, "plays.0.tasks.0.apt"),
    ({"plays": [{"tasks": [{"ansible.builtin.apt": {"nam": "curl"}}]}]}, "plays.0.tasks.0.ansible.builtin.apt"),
    ({"plays": [{"tasks": [{"ping": None, "retries": "many"}]}]}, "plays.0.tasks.0.retries"),
    ({"plays": [{"tasks": [{"ping": None, "only": ["a"], "except": ["b"]}]}]}, "plays.0.tasks.0"),
    ({"plays": [{"tasks": [{"block": {}}]}]}, "plays.0.tasks.0.block"),
    ({"plays": [{"tasks": [{"block": [{"apt": {"nam": "curl"}}]}]}]}, "plays.0.tasks.0.block.0.apt"),
    ({"plays": [{"tasks": [{"ping": None, "loop_control": {"var": "x"}}]}]}, "plays.0.tasks.0.loop_control"),
    ({"plays": [{"handlers": [{"ping": None, "listen": {}}]}]}, "plays.0.handlers.0.listen"),
    ({"plays": [{"post_processors": [{"checksum": {"checksum_types": "md99"}}]}]},
     "plays.0.post_processors.0.checksum.checksum_types"),
    ({"plays": [{"post_processors": [[{"compress": {"fromat": "gz"}}]]}]}, "plays.0.post_processors.0.0.compress"),
    ({"plays": [{"matrix": []}]}, "plays.0.matrix"),
    ({"requires": {"roles": [{"name": "x"}]}}, "requires.roles.0"),
])
def test_the_schema_of_playbooks_refuses_what_is_wrong(change: dict[str, Any], place: str) -> None:
    assert PLAYBOOK.is_valid(GOOD)
    places = {".".join(map(str, leaf.absolute_path)) for error in PLAYBOOK.iter_errors({**GOOD, **change})
              for leaf in leaves(error)}
    assert any(found.startswith(place) for found in places), places


def leaves(error: Any) -> Iterator[Any]:
    yield error
    for each in error.context or ():
        yield from leaves(each)


def properties(schema: Schema, path: str) -> Iterator[tuple[str, Schema]]:
    """Yield every property that an editor offers, with what it shows of it; rules offer none."""
    for key, prop in schema.get("properties", {}).items():
        yield f"{path}.{key}", prop
        yield from properties(prop, f"{path}.{key}")
    for key in ("items", "additionalProperties"):
        if isinstance(schema.get(key), dict):
            yield from properties(schema[key], path)
    for name, part in schema.get("$defs", {}).items():
        yield from properties(part, f"{path}#{name}")


def described(prop: Schema, name: str) -> bool:
    """Return whether an editor has something to show for a property, if need be where it refers to."""
    if prop.get("description") or "const" in prop:
        return True
    targets = [each["$ref"] for each in (prop, *prop.get("anyOf", ())) if "$ref" in each]
    resolver = REGISTRY.resolver(base_uri=name)
    return any(resolver.lookup(target).contents.get("description") for target in targets)


WRITTEN_BY_INGOT = ("plan.json", "event.json", "manifest.json", "coverage.json")


@pytest.mark.parametrize("name", [name for name in SCHEMAS if name not in WRITTEN_BY_INGOT])
def test_every_property_that_users_write_is_described(name: str) -> None:
    silent = [path for path, prop in properties(SCHEMAS[name], name) if prop and not described(prop, name)]
    assert silent == []
