"""A new project works from the first minute."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
import yaml

from runner.cli.new import CI

if TYPE_CHECKING:
    from conftest import Ingot


@pytest.mark.parametrize("service", CI)
def test_a_new_project_validates_is_planned_formatted_and_built(ingot: Ingot, service: str) -> None:
    assert ingot("new", "my-images", "--ci", service) == (
        0, "my-images is ready:\n  cd my-images\n  ingot build playbook.yml\n", ""
    )
    ingot.directory /= "my-images"
    assert ingot("validate", "playbook.yml", "--strict") == (0, "playbook.yml is valid\n", "")
    (build,) = ingot.plan()["builds"]
    assert (build["name"], build["action"], len(build["steps"])) == ("first.page", "run", 3)
    assert ingot("fmt", "--check", "--recursive", ".") == (0, "", "")
    assert (ingot.directory / ".ingot/schemas/modules/apt.json").is_file()
    assert ingot("build", "playbook.yml").status == 0
    assert (ingot.directory / "out/page.txt").read_text() == "Hello from Ingot\n"
    assert ingot("build", "playbook.yml").status == 0


@pytest.mark.parametrize(("service", "path"), [
    ("github", ".github/workflows/images.yml"),
    ("gitlab", ".gitlab-ci.yml"),
])
def test_the_commands_of_the_ci_file_work(ingot: Ingot, service: str, path: str) -> None:
    ingot("new", "images", "--ci", service)
    ingot.directory /= "images"
    document = yaml.safe_load((ingot.directory / path).read_text())
    steps = document["build"]["script"] if service == "gitlab" else document["jobs"]["build"]["steps"]
    lines = [step if isinstance(step, str) else step.get("run", "") for step in steps]
    commands = [line.split()[1:] for line in lines if line.startswith("ingot ")]
    assert [words[0] for words in commands] == ["fmt", "validate", "plan", "build"]
    for words in commands:
        assert ingot(*words).status == 0


@pytest.mark.parametrize("name", [
    "no", "1.10", "a b", 'say "hi"', "x: y", "x # y", "ünï", "-", "'", "[a]", "null", "back\\slash",
])
def test_a_project_may_have_any_name(ingot: Ingot, name: str) -> None:
    assert ingot("new", "project", "--name", name).status == 0
    ingot.directory /= "project"
    assert ingot("validate", "playbook.yml") == (0, "playbook.yml is valid\n", "")
    assert yaml.safe_load((ingot.directory / "playbook.yml").read_text())["name"] == name
    assert ingot("fmt", "--check", "--recursive", ".") == (0, "", "")


@pytest.mark.parametrize("target", ["full", "full/file", "full/file/below"])
def test_nothing_is_overwritten(ingot: Ingot, target: str) -> None:
    ingot.write({"full/file": "x"})
    status, shown, remarks = ingot("new", target)
    assert (status, shown) == (2, "")
    assert "error[E702]" in remarks or "error[E001]" in remarks
    assert [path.name for path in ingot.directory.rglob("*")] == ["full", "file"]


def test_an_empty_directory_will_do(ingot: Ingot) -> None:
    (ingot.directory / "here").mkdir()
    assert ingot("new", "here").status == 0


def test_the_directory_is_told_so_that_a_shell_takes_it(ingot: Ingot) -> None:
    answer = ingot("new", "sp ace/dé: x", "--ci", "none")
    assert answer.status == 0, answer.stderr
    assert "\n  cd 'sp ace/dé: x'\n" in answer.stdout
