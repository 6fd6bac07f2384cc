"""Options records of modules: each is complete, and accepts and refuses what it should."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator

import runner.modules
from runner.modules.names import COLLECTIONS, PACKER, short_name
from runner.schema.generate import schema_of_plugin
from runner.sdk import Module

MODULES = sorted(
    path.stem
    for path in Path(runner.modules.__path__[0]).glob("*.py")
    if path.stem not in ("__init__", "names", "shared")
)
CASES = yaml.safe_load((Path(__file__).parents[1] / "cases/modules/options.yml").read_text())


def modules_in(name: str) -> list[type[Module[Any]]]:
    file = importlib.import_module(f"runner.modules.{name}")
    classes = [each for each in vars(file).values() if inspect.isclass(each) and issubclass(each, Module)]
    return [each for each in classes if each.__module__ == file.__name__]


@cache
def validator(name: str) -> Any:
    (module,) = modules_in(name)
    return Draft202012Validator(schema_of_plugin(module))


def properties(schema: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield every property of a schema and of the schemas within it."""
    for name, inner in schema.get("properties", {}).items():
        yield name, inner
        for part in (inner, inner.get("items", {})):
            yield from properties(part)


def cases(kind: str) -> list[Any]:
    pairs = [pair for case in CASES[kind] for pair in case.items()]
    return [pytest.param(name, args, id=f"{name}-{number}") for number, (name, args) in enumerate(pairs)]


@pytest.mark.parametrize("name", MODULES)
def test_file_holds_the_module_that_it_is_named_after(name: str) -> None:
    assert [module.name for module in modules_in(name)] == [name]


@pytest.mark.parametrize("name", MODULES)
def test_schema_is_valid_and_every_option_is_described(name: str) -> None:
    schema = validator(name).schema
    Draft202012Validator.check_schema(schema)
    bare = [option for option, inner in properties(schema) if not inner.get("description", "").endswith(".")]
    assert bare == []
    assert schema["description"].endswith(".")


@pytest.mark.parametrize("name", MODULES)
def test_defaults_are_accepted(name: str) -> None:
    for option, inner in properties(validator(name).schema):
        if "default" in inner:
            errors = [error.message for error in Draft202012Validator(inner).iter_errors(inner["default"])]
            assert errors == [], option


@pytest.mark.parametrize("name", MODULES)
def test_free_form_is_an_option(name: str) -> None:
    schema = validator(name).schema
    free_form = schema["x-ingot"]["free_form"]
    assert free_form is None or free_form in schema["properties"]


@pytest.mark.parametrize(("name", "args"), cases("accepted"))
def test_accepts(name: str, args: Any) -> None:
    assert [error.message for error in validator(name).iter_errors(args)] == []


@pytest.mark.parametrize(("name", "args"), cases("refused"))
def test_refuses(name: str, args: Any) -> None:
    assert not validator(name).is_valid(args)


@pytest.mark.parametrize("secret", ["user.password", "get_url.url_password", "powershell.elevated_password"])
def test_secrets_are_marked(secret: str) -> None:
    name, option = secret.split(".")
    assert validator(name).schema["properties"][option]["x-secret"] is True


@pytest.mark.parametrize(
    ("option", "where"),
    [
        ("copy.src", "files"),
        ("script.cmd", "files"),
        ("unarchive.src", "files"),
        ("template.src", "templates"),
        ("include_vars.file", "vars"),
        ("shell.script", "here"),
        ("shell.scripts", "here"),
        ("ansible.playbook_file", "here"),
    ],
)
def test_files_of_this_computer_are_marked(option: str, where: str) -> None:
    name, option = option.split(".")
    assert validator(name).schema["properties"][option]["x-reads"] == where


@pytest.mark.parametrize("name", MODULES)
def test_full_name_and_aliases_lead_to_the_module(name: str) -> None:
    full = name if name in PACKER else f"{COLLECTIONS.get(name, 'ansible.builtin')}.{name}"
    (module,) = modules_in(name)
    assert [short_name(each) for each in (name, full, *module.aliases)] == [name] * (2 + len(module.aliases))


def test_tables_of_names_hold_only_modules() -> None:
    assert set(COLLECTIONS) | PACKER <= set(MODULES)
    assert not set(COLLECTIONS) & PACKER


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("ansible.builtin.apt", "apt"),
        ("ansible.legacy.apt", "apt"),
        ("ansible.builtin.systemd_service", "systemd"),
        ("systemd_service", "systemd"),
        ("ansible.builtin.yum", "yum"),
        ("community.general.ufw", "ufw"),
        ("ansible.builtin.ufw", "ufw"),
        ("community.crypto.openssl_certificate_info", "x509_certificate_info"),
        ("windows-restart", "windows_restart"),
        ("community.general.sysctl", None),
        ("community.general.apt", None),
        ("ansible.posix.no_such_module", None),
        ("ansible.builtin.powershell", None),
        ("acme.tools.apt", None),
        ("proxmox_guest", "proxmox_guest"),
        ("my-plugin", "my-plugin"),
        ("ansible.mysql.mysql_user", "mysql_user"),
        ("ansible.mysql.apt", None),
    ],
)
def test_short_name(name: str, short: str | None) -> None:
    assert short_name(name) == short
