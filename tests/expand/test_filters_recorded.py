"""Filters, tests and lookups give what a real Ansible gave."""

from __future__ import annotations

import os
import random
import shutil
import time
from pathlib import Path
from typing import Any

import jinja2
import pytest
from ansible_cases import CASES, HERE, TREE, ask, in_json, load
from jinja2.runtime import Undefined
from jinja2.sandbox import SandboxedEnvironment

from runner.expand import filters, jinja_tests
from runner.expand.filters.error import FilterError
from runner.expand.lookups.call import lookup, query
from runner.expand.lookups.context import LookupContext

FILES = ("filters/*.yml", "jinja_tests/*.yml", "lookups/*.yml")
RECORDED = load(*FILES)
PROGRAM = "INGOT_TEST_ANSIBLE"
SAMPLE = 60


def environment() -> SandboxedEnvironment:
    made = SandboxedEnvironment(undefined=jinja2.StrictUndefined, optimized=False)
    for name in filters.names():
        made.filters[name] = filters.find(name)
    for name in jinja_tests.names():
        made.tests[name] = jinja_tests.find(name)  # type: ignore[assignment] # the table's test: every name is found
    return made


ENVIRONMENT = environment()


def evaluate(expr: str, variables: dict[str, Any], tree: Path, search_path: tuple[Path, ...]) -> Any:
    def render(text: str, more: Any) -> str:
        header, _, body = text.partition("\n")
        settings = eval(f"dict({header.removeprefix('#jinja2:').replace(':', '=')})")
        rendered = jinja2.Environment(**settings).from_string(body).render({**variables, **more})
        return rendered + "\n" * (ends(body) - ends(rendered))

    def ends(text: str) -> int:
        return len(text) - len(text.rstrip("\n"))

    context = LookupContext(
        search_path, variables, render, {"HOME": "/home/ada", "INGOT_A": "a b", "PATH": os.environ["PATH"]}, tree
    )
    for name, function in (("lookup", lookup), ("query", query), ("q", query)):
        ENVIRONMENT.globals[name] = lambda *a, _function=function, **k: _function(context, *a, **k)
    # Between braces, Ansible takes a backslash in a quoted text for itself.
    value = ENVIRONMENT.compile_expression(expr.replace("\\", "\\\\"), undefined_to_none=False)(**variables)
    if isinstance(value, Undefined):
        value._fail_with_undefined_error()
    return filters.kinds.settled(value)


@pytest.fixture(scope="module")
def copied(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return Path(shutil.copytree(TREE, tmp_path_factory.mktemp("recorded") / "tree"))


@pytest.fixture
def tree(copied: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, value in (("HOME", "/home/ada"), ("INGOT_A", "a b"), ("TZ", "UTC")):
        monkeypatch.setenv(name, value)
    time.tzset()
    monkeypatch.chdir(copied)
    return copied


@pytest.mark.parametrize("case", RECORDED, ids=lambda case: f"{case['file']}: {case['expr'][:90]}")
def test_as_ansible(case: dict[str, Any], tree: Path) -> None:
    below = () if case["file"] == "first_found" else (tree / "files", tree / "templates")
    wanted = {"result": case["ours"]} if "ours" in case else {} if "refused" in case else case
    if "result" not in wanted:
        with pytest.raises((FilterError, jinja2.TemplateError)):
            evaluate(case["expr"], case.get("vars", {}), tree, (*below, tree))
        return
    found = in_json(evaluate(case["expr"], case.get("vars", {}), tree, (*below, tree)))
    assert placed(found, tree) == wanted["result"]
    assert type(found) is type(wanted["result"])


def placed(value: Any, tree: Path) -> Any:
    if isinstance(value, list):
        return [placed(each, tree) for each in value]
    return value.replace(str(tree), HERE) if isinstance(value, str) else value


def test_there_are_hundreds_of_cases() -> None:
    assert len(RECORDED) >= 400
    assert len({(case["file"], case["expr"], str(case.get("vars"))) for case in RECORDED}) == len(RECORDED)


@pytest.mark.skipif(PROGRAM not in os.environ, reason=f"{PROGRAM} names no ansible-playbook to ask")
def test_ansible_still_answers_so() -> None:
    sample = random.Random(19).sample(RECORDED, SAMPLE)
    answers = ask(os.environ[PROGRAM], sample)
    differ = [
        (case["expr"], answer)
        for case, answer in zip(sample, answers, strict=True)
        if answer != {key: case[key] for key in ("result", "fails") if key in case}
    ]
    assert not differ, CASES
