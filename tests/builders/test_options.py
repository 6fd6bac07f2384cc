"""What builders, post-processors and data sources accept, beside what Packer's do."""

from __future__ import annotations

import importlib
import inspect
import json
import pkgutil
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

import runner.builders
import runner.data_sources
import runner.post_processors
from runner.schema.generate import schema_of_plugin
from runner.sdk import DataSource, Plugin, PostProcessor

CASES = Path(__file__).parents[1] / "cases" / "options"
PACKAGES = {
    "builders": runner.builders,
    "post_processors": runner.post_processors,
    "data_sources": runner.data_sources,
}


def _plugins() -> Iterator[type[Plugin[Any]]]:
    for package in PACKAGES.values():
        for found in pkgutil.walk_packages(package.__path__, f"{package.__name__}."):
            module = importlib.import_module(found.name)
            for value in vars(module).values():
                ours = inspect.isclass(value) and issubclass(value, Plugin) and value.__module__ == found.name
                if ours and hasattr(value, "name"):  # what several have in common has none
                    yield value


PLUGINS = {f"{plugin.kind}/{plugin.name}": plugin for plugin in _plugins()}
SCHEMAS = {name: schema_of_plugin(plugin) for name, plugin in PLUGINS.items()}


def _records(schema: dict[str, Any], where: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield each option with its place, those of nested blocks too."""
    for name, prop in schema.get("properties", {}).items():
        yield f"{where}.{name}", prop
        yield from _records(prop if "properties" in prop else prop.get("items", {}), f"{where}.{name}")


def _options() -> Iterator[tuple[str, dict[str, Any]]]:
    for name, schema in SCHEMAS.items():
        yield from _records(schema, name)


def _facts() -> Iterator[tuple[str, dict[str, Any]]]:
    for kind in PACKAGES:
        facts = json.loads((CASES / f"{kind}.json").read_text())
        for name, plugin in facts["plugins"].items():
            groups = [facts["groups"][group] for group in plugin.get("groups", ())]
            yield f"{kind}/{name}", {key: value for part in (*groups, plugin["options"]) for key, value in part.items()}


@pytest.mark.parametrize("name", PLUGINS)
def test_a_plugin_is_found_by_the_name_of_its_file(name: str) -> None:
    plugin = PLUGINS[name]
    *_, folder, stem = plugin.__module__.split(".")
    parts = [stem] if folder in PACKAGES else [folder] if stem == "builder" else [folder, stem]
    assert plugin.name == "-".join(parts).replace("_", "-")


@pytest.mark.parametrize("name", PLUGINS)
def test_a_plugin_says_what_it_does(name: str) -> None:
    for text in (PLUGINS[name].__doc__, inspect.getmodule(PLUGINS[name]).__doc__, PLUGINS[name].options_type().__doc__):
        assert text
        assert text.rstrip().endswith(".")


def test_every_option_says_what_it_is_for() -> None:
    silent = [where for where, prop in _options() if not re.match(r"(?s)^[A-Z`].*\.$", prop.get("description", ""))]
    assert silent == []


def test_every_default_is_accepted_by_its_own_option() -> None:
    defaults = [(where, prop) for where, prop in _options() if "default" in prop]
    assert len(defaults) > 1000
    assert [where for where, prop in defaults if not Draft202012Validator(prop).is_valid(prop["default"])] == []


@pytest.mark.parametrize("name", [name for name in PLUGINS if issubclass(PLUGINS[name], DataSource)])
def test_a_data_source_says_what_it_gives(name: str) -> None:
    plugin = PLUGINS[name]
    assert issubclass(plugin, DataSource)
    kinds = "string|number|boolean|list of strings|map of strings"
    assert plugin.attributes
    assert [text for text in plugin.attributes.values() if not re.match(f"^({kinds}): .+[^.]$", text)] == []


def test_which_post_processors_replace_what_was_built() -> None:
    replacing = {
        plugin.name for plugin in PLUGINS.values() if issubclass(plugin, PostProcessor) and not plugin.keeps_input
    }
    assert replacing == {
        "amazon-import", "compress", "digitalocean-import", "docker-import", "googlecompute-export",
        "googlecompute-import", "vagrant", "vsphere",
    }  # fmt: skip


ACCEPTED: dict[str, list[Any]] = {
    "text": ["{{ x }}"],
    "flag": [True, False, "yes"],
    "number": [1, "1"],
    "texts": [["{{ x }}"], "{{ x }}"],
    "numbers": [[1], ["1"]],
    "lists": [[["a", "b"], ["c"]]],
    "map": [{"a": "b"}, {}],
    "maps": [{"a": {}}, {}],
    "block": ["{{ x }}"],
    "blocks": [[], "{{ x }}"],
}
REFUSED: dict[str, list[Any]] = {
    "text": [["a"], {"a": "b"}, True],
    "flag": ["perhaps", 7, ["a"]],
    "number": ["many", True, ["a"]],
    "texts": [True, {"a": "b"}],
    "numbers": [["many"], True],
    "lists": [True, [True]],
    "map": [["a"], True, "a"],
    "maps": [["a"], True, "a", {"a": ["b"]}],
    "block": [["a"], True, {"no such option": 1}],
    "blocks": [[True], True, [{"no such option": 1}]],
}
WIDER = {"disk_detect_zeroes", "ssh_ip_version"}
"""Options that take a bare ``on`` or ``4`` of YAML too."""


def _differences(known: dict[str, Any], schema: dict[str, Any], where: str) -> Iterator[str]:
    for name, kind in known.items():
        prop = schema["properties"].get(name)
        if prop is None:
            yield f"{where}.{name} is missing"
            continue
        inner = kind if isinstance(kind, dict) else {}
        kind = next(iter(kind)) if inner else kind  # noqa: PLW2901 - a block is written {block: options}
        valid = Draft202012Validator(prop).is_valid
        # The schema applies a block's rules to an expression in its place, which cannot meet them.
        accepted = [value for value in ACCEPTED[kind] if kind != "block" or not prop.get("allOf")]
        yield from (f"{where}.{name} refuses {value!r}" for value in accepted if not valid(value))
        if name not in WIDER:
            yield from (f"{where}.{name} accepts {value!r}" for value in REFUSED[kind] if valid(value))
        if inner:
            yield from _differences(inner[kind], prop if kind == "block" else prop["items"], f"{where}.{name}")


@pytest.mark.parametrize(("name", "known"), [pytest.param(*fact, id=fact[0]) for fact in _facts()])
def test_all_that_packer_accepts_is_accepted(name: str, known: dict[str, Any]) -> None:
    assert list(_differences(known, SCHEMAS[name], name)) == []


@pytest.mark.parametrize("row", yaml.safe_load((CASES / "rows.yml").read_text()), ids=str)
def test_options_are_accepted_or_refused(row: dict[str, Any]) -> None:
    errors = Draft202012Validator(SCHEMAS[row["plugin"]]).iter_errors(row["options"])
    found = [" ".join([error.validator, ".".join(map(str, error.path))]).strip() for error in errors]
    assert found == ([row["refused"]] if "refused" in row else [])
