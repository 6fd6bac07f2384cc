"""The schema of playbooks for editors, as any validator of JSON Schema reads it."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from referencing import Registry, Resource

from runner.diagnostics import Report
from runner.formats import documents
from runner.registry import entries
from runner.schema.published import directory, published

TREE = Path(__file__).parents[2]
GOOD = sorted(
    path for path in (*TREE.glob("tests/cases/valid/**/*.yml"), *TREE.glob("playbooks/**/*.yml"))
    if ".ingot." in path.name or path.parent.name == "playbooks" or path.name == "playbook.yml"
)  # fmt: skip
ROLES = sorted((*TREE.glob("roles/*/*/main.yml"), *TREE.glob("tests/cases/valid/*/roles/*/*/main.yml")))
PLUGINS = [(kind, entry.name) for kind in ("builders", "data_sources", "modules", "post_processors")
           for entry in entries(kind)]  # fmt: skip


@cache
def registry() -> Registry[Any]:
    """Return all schemas by the names under which they refer to one another."""
    found = {str(path.relative_to(directory())): path for path in directory().rglob("*.json")}
    resources = ((name, Resource.from_contents(json.loads(path.read_text()))) for name, path in found.items()
                 if name != "index.json")  # fmt: skip
    return Registry().with_resources(resources)


@cache
def validator(schema: str) -> Draft202012Validator:
    return Draft202012Validator({"$ref": schema}, registry=registry())


def mistakes(document: object, schema: str = "playbook.json") -> list[str]:
    return [error.message for error in validator(schema).iter_errors(document)]


def value(path: Path) -> object:
    """Return what a YAML file says, with its dates as JSON has them."""
    report = Report()
    _, node = documents.load(path, report)
    assert node is not None
    return json.loads(json.dumps(node.plain(), default=str))


@pytest.mark.parametrize("path", GOOD, ids=lambda path: str(path.relative_to(TREE)))
def test_a_good_playbook_fits(path: Path) -> None:
    assert mistakes(value(path)) == []


@pytest.mark.parametrize("path", ROLES, ids=lambda path: str(path.relative_to(TREE)))
def test_a_file_of_a_role_fits(path: Path) -> None:
    kind = path.parent.name
    assert mistakes(value(path), "role.json") == []
    assert mistakes(value(path), f"role.json#/$defs/{kind}") == []


FITTING = """
- {}
- {name: web, description: The web server, requires: {ingot: ">=0.1", plugins: {more: "*"}, roles: [{name: a, src: b}]}}
- variables: {a: 1, b: text, c: [1], d: {x: 1}, e: null, f: {type: string, default: 2, rules: {min: 1}}, g: {env: G}}
- locals: {a: "{{ b }}", c: [1]}
- sources: {a: {extends: b, image: x}, b: {builder: docker, commit: true}, c: {builder: a-plugin, any: 1}}
- sources: {a: {builder: docker, image: debian, ssh_port: "22", ssh_timeout: 5m, commit: "yes"}}
- sources: {a: {builder: "null"}, qemu.b: {builder: qemu, disk_size: "{{ a }}", boot_command: "{{ a }}"}}
- data: {a: {type: amazon-ami, owners: [self], most_recent: true, when: a is defined}, b: {type: a-plugin, any: 1}}
- plays: [{sources: [a, {b: {from: web.a, image: x}}, {c: null}], when: "a == 1", tags: one, hosts: all}]
- plays: [{matrix: {release: [a, b], arch: "{{ c }}", include: [{release: c}], exclude: [{arch: d}]}}]
- plays: [{roles: [a, {role: b, vars: {c: 1}}, {name: d, nginx_port: 80}], vars_files: [a.yml, [b.yml, c.yml]]}]
- plays: [{tasks: [{apt: name=curl}, {apt: {name: curl}}, {yum: {name: curl}}, {shell: ls}, {setup: null}, {raw: 1}]}]
- plays: [{tasks: [{ansible.builtin.apt: {name: a}}, {ansible.legacy.copy: {src: a, dest: b}}, {a.b.c: {any: 1}}]}]
- plays: [{tasks: [{action: apt name=curl}, {local_action: {module: command, cmd: ls}}, {a_plugin: {any: 1}}]}]
- plays: [{tasks: [{command: ls, with_items: [1], with_community.general.flattened: [1], loop_control: {label: a}}]}]
- plays: [{tasks: [{block: [{ping: null}, {block: [{ping: null}]}], rescue: [{ping: null}], always: [], when: a}]}]
- plays: [{tasks: [{ping: null, retries: "3", delay: "{{ a }}", timeout: 5m, become: "yes", only: a, when: [a, b]}]}]
- plays: [{handlers: [{name: a, service: {name: b}, listen: [c]}], on_error: [{debug: null}], verify: [{ping: null}]}]
- plays: [{post_processors: [compress, {compress: null}, {compress: {output: a}, only: [b]}, [checksum, {manifest: }]]}]
- plays: [{post_processors: [{a-plugin: {any: 1}, name: a, when: b, keep_input_artifact: true}]}]
- [{hosts: web, become: true, tasks: [{ping: null}]}]
"""
UNFITTING = """
- nmae: web
- {sources: [a]}
- {locals: "{{ a }}"}
- {plays: {tasks: []}}
- {requires: {ingto: 1}}
- {requires: {roles: [{name: a}]}}
- {variables: {a: {type: strng}}}
- {variables: {a: {type: string, defualt: 1}}}
- {variables: {a: {sensitive: "{{ b }}", default: 1}}}
- {sources: {a: text}}
- {sources: {a: {builder: [docker]}}}
- {sources: {a: {builder: docker, imge: debian}}}
- {sources: {a: {builder: docker, commit: [1]}}}
- {sources: {a: {builder: docker, ssh_port: ten}}}
- {sources: {a: {builder: docker, extends: b, imge: debian}}}
- {sources: {a: {builder: "null", image: debian}}}
- {data: {a: {owners: [self]}}}
- {data: {a: {type: amazon-ami, most_recent: true}}}
- {data: {a: {type: amazon-ami, owners: [self], ownrs: [self]}}}
- {plays: [{taks: []}]}
- {plays: [{sources: [{a: {}, b: {}}]}]}
- {plays: [{sources: [[a]]}]}
- {plays: [{matrix: {release: {a: b}}}]}
- {plays: [{vars: "{{ a }}"}]}
- {plays: [{become: perhaps}]}
- {plays: [{tasks: [text]}]}
- {plays: [{tasks: [{apt: {nmae: curl}}]}]}
- {plays: [{tasks: [{apt: [curl]}]}]}
- {plays: [{tasks: [{apt: {name: curl, state: gone}}]}]}
- {plays: [{tasks: [{ansible.builtin.apt: {nmae: curl}}]}]}
- {plays: [{tasks: [{community.general.ufw: {rule: perhaps}}]}]}
- {plays: [{tasks: [{yum: {nmae: curl}}]}]}
- {plays: [{tasks: [{ping: null, retries: [1]}]}]}
- {plays: [{tasks: [{ping: null, timeout: soon}]}]}
- {plays: [{tasks: [{ping: null, only: [a], except: [b]}]}]}
- {plays: [{tasks: [{block: [{ping: null}], register: a}]}]}
- {plays: [{tasks: [{block: [{apt: {nmae: curl}}]}]}]}
- {plays: [{tasks: [{ping: null, loop_control: {lable: a}}]}]}
- {plays: [{post_processors: [{compress: {outptu: a}}]}]}
- {plays: [{post_processors: [[{compress: {outptu: a}}]]}]}
- {plays: [{post_processors: [{compress: text}]}]}
- {plays: [{post_processors: [{compress: null, only: [a], except: [b]}]}]}
- [{hosts: web, taks: []}]
"""


def rows(text: str) -> list[Any]:
    return [pytest.param(each, id=json.dumps(each)[:70]) for each in yaml.safe_load(text)]


@pytest.mark.parametrize("document", rows(FITTING))
def test_what_fits(document: object) -> None:
    assert mistakes(document) == []


@pytest.mark.parametrize("document", rows(UNFITTING))
def test_what_does_not_fit(document: object) -> None:
    assert mistakes(document) != []


@pytest.mark.parametrize(("kind", "name"), PLUGINS)
def test_an_expression_may_stand_for_the_value_of_any_option(kind: str, name: str) -> None:
    refusing = [
        option for option, schema in published(f"{kind}/{name}")["properties"].items()
        if not Draft202012Validator(schema).is_valid("{{ a }}")
    ]
    assert refusing == []


@pytest.mark.parametrize("name", ["playbook.json", "role.json"])
def test_every_reference_leads_somewhere(name: str) -> None:
    found = _references(registry().contents(name))
    assert found
    for ref in found:
        registry().resolver(name).lookup(ref)


def _references(schema: Any) -> list[str]:
    if isinstance(schema, list):
        return [ref for each in schema for ref in _references(each)]
    if not isinstance(schema, dict):
        return []
    own = [schema["$ref"]] if isinstance(schema.get("$ref"), str) else []
    return own + [ref for each in schema.values() for ref in _references(each)]


@pytest.mark.parametrize("path", sorted(directory().rglob("*.json")), ids=lambda path: path.stem)
def test_a_published_schema_is_one(path: Path) -> None:
    if path.name != "index.json":
        Draft202012Validator.check_schema(json.loads(path.read_text()))
