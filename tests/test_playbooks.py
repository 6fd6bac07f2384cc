"""The examples in `playbooks/` and the built-in roles: each is valid, can be planned, and is formatted.

Those that need no machine are built.

An example whose commands need more words has them in a line ``# args: ...``; they run in the example's directory.
"""

from __future__ import annotations

import json
import os
import re
import shlex
import sys
from collections.abc import Mapping
from contextlib import chdir
from io import BytesIO, TextIOWrapper
from pathlib import Path
from shutil import copytree, ignore_patterns
from typing import Any

import pytest
import yaml
from jsonschema import Draft202012Validator
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from runner.cli.main import main
from runner.schema.published import directory

ROOT = Path(__file__).parents[1]
PLAYBOOKS = ROOT / "playbooks"
ROLES = sorted(path.name for path in (ROOT / "roles").iterdir() if path.is_dir())
ARGS = re.compile(r"^# args: (.*)$", re.MULTILINE)
PLAY = "sources: {here: {builder: docker, image: debian, commit: true}}\nplays: [{sources: [here], roles: [%s]}]\n"
TRY = re.compile(r"^#   (ingot (?:validate|plan|inspect|build) .*)$", re.MULTILINE)
BUILDER = re.compile(r"builder: \"?([a-z-]+)")
WITHOUT_MACHINE = {"hello.yml": ("out/hello.txt", "out/hello.sha256", "out/manifest.json"), "local-work.yml": ()}
"""Examples that can be built anywhere, and the files that they make."""


def examples() -> dict[str, list[str]]:
    """Return the words of each example's commands by its path below ``playbooks``."""
    files = {path: ARGS.search(path.read_text()) for path in sorted(PLAYBOOKS.glob("*/*.yml"))}
    alone = {path: shlex.split(args[1]) for path, args in files.items() if args}
    whole = [*PLAYBOOKS.glob("*.yml"), *{path.parent for path in PLAYBOOKS.glob("*/*.ingot.yml")}]
    found: dict[Path, list[str]] = {path: [] for path in sorted(whole)} | alone
    return {str(path.relative_to(PLAYBOOKS)): args for path, args in found.items()}


EXAMPLES = examples()


@pytest.fixture(autouse=True)
def own_environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [name for name in os.environ if name.startswith(("INGOT_", "PKR_", "API_TOKEN", "BUILD_PASSWORD"))]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path))


def run(name: str, command: str, *more: str) -> int:
    """Run a command on an example, in the directory that the example lies in."""
    path = PLAYBOOKS / name
    with chdir(path.parent):
        return main([command, path.name, *EXAMPLES[name], *more])


def plan(name: str, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    assert run(name, "plan", "--no-data", "--strict", "--json") == 0, capsys.readouterr().err
    found: dict[str, Any] = json.loads(capsys.readouterr().out)
    return found


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_valid(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(name, "validate", "--strict") == 0, capsys.readouterr().err
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_can_be_planned(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    builds = plan(name, capsys)["builds"]
    assert builds
    assert all(build["action"] == "run" and build["key"] for build in builds)


def test_examples_and_roles_are_formatted(capsys: pytest.CaptureFixture[str]) -> None:
    with chdir(ROOT):
        status = main(["fmt", "--check", "--recursive", "playbooks", "roles"])
    assert (status, capsys.readouterr().out) == (0, "")


def test_every_family_has_an_example() -> None:
    used = {builder for path in PLAYBOOKS.rglob("*.yml") for builder in BUILDER.findall(path.read_text())}
    assert used >= {"amazon-ebs", "docker", "file", "null", "qemu", "rootfs"}


@pytest.fixture(scope="module")
def editor() -> Draft202012Validator:
    """Return what an editor checks playbooks with: the published schemas, every reference followed."""
    texts = {path.relative_to(directory()).as_posix(): path.read_text() for path in directory().rglob("*.json")}
    schemas = {name: json.loads(text) for name, text in texts.items() if name != "index.json"}
    resources = [(name, Resource.from_contents(schema, DRAFT202012)) for name, schema in schemas.items()]
    return Draft202012Validator(schemas["playbook.json"], registry=Registry().with_resources(resources))


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_editor_finds_nothing_wrong_with_an_example(name: str, editor: Draft202012Validator) -> None:
    path = PLAYBOOKS / name
    for file in sorted(path.glob("*.ingot.yml")) if path.is_dir() else [path]:
        errors = editor.iter_errors(yaml.safe_load(file.read_text()))
        assert [f"{error.json_path}: {error.message}" for error in errors] == []


@pytest.mark.parametrize(("word", "slip"), [("image:", "imgae:"), ("{src:", "{scr:"), ("vars:", "vras:")])
def test_an_editor_finds_a_slip(word: str, slip: str, editor: Draft202012Validator) -> None:
    text = (PLAYBOOKS / "docker-web.yml").read_text()
    assert word in text
    assert not editor.is_valid(yaml.safe_load(text.replace(word, slip)))


@pytest.mark.parametrize("name", WITHOUT_MACHINE)
def test_what_needs_no_machine_is_built(name: str, capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    project = tmp_path / "project"
    copytree(PLAYBOOKS, project, ignore=ignore_patterns("out", "ingot-manifest.json"))
    with chdir(project):
        assert main(["build", name]) == 0, capsys.readouterr().err
    assert all((project / file).stat().st_size for file in WITHOUT_MACHINE[name])


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_commands_that_an_example_shows_work(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    path = PLAYBOOKS / name
    files = sorted(path.glob("*.ingot.yml")) if path.is_dir() else [path]
    shown = [line for file in files for line in TRY.findall(file.read_text())]
    assert shown, "the comment at the top shows what to type"
    for line in shown:
        words = shlex.split(line, comments=True)[1:]
        more = ["--no-data"] if words[0] == "plan" else []
        if words[0] == "build":  # done above, elsewhere
            continue
        with chdir(ROOT if any("playbooks/" in word for word in words) else path.parent):
            assert main([*words, *more]) == 0, f"{line}: {capsys.readouterr().err}"


@pytest.mark.parametrize("role", ROLES)
def test_a_built_in_role_is_found_and_complete(
    role: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "stdin", TextIOWrapper(BytesIO((PLAY % role).encode())))
    assert main(["plan", "-", "--strict", "--json"]) == 0, capsys.readouterr().err
    steps = json.loads(capsys.readouterr().out)["builds"][0]["steps"]
    assert {step["role"] for step in steps} == {role}


@pytest.mark.parametrize("role", ROLES)
def test_a_built_in_role_says_which_arguments_it_takes(role: str) -> None:
    from runner.diagnostics import Report
    from runner.formats import documents

    def read(part: str) -> Mapping[str, Any]:
        _, node = documents.load(str(ROOT / "roles" / role / part), Report())
        assert node is not None
        found: Mapping[str, Any] = node.plain()
        return found

    specified = read("meta/argument_specs.yml")["argument_specs"]["main"]["options"]
    assert {name: each["default"] for name, each in specified.items()} == read("defaults/main.yml")
    assert all(name.startswith(f"{role}_") and each["description"] for name, each in specified.items())
