"""The console: expressions with a playbook's names, or without."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from runner.cli.console import Session
from runner.cli.output import Output
from runner.expand.role_plugins import RolePlugins
from runner.expand.world import World, base_scope

if TYPE_CHECKING:
    from conftest import Ingot

PLAYBOOK = """\
variables:
  word: hello
  table: {one: 1, two: {three: [1, 2]}}
  token: {type: string, sensitive: true, default: correct-horse}
locals: {loud: "{{ word | upper }}!", broken: "{{ word + 1 }}"}
data: {found: {type: "null", input: looked up}}
"""


@pytest.mark.parametrize(("line", "answer"), [
    ("1 + 1", "2"),
    ("word", "hello"),
    ("{{ word }}-x", "hello-x"),
    ("loud", "HELLO!"),
    ("var.word ~ local.loud", "helloHELLO!"),
    ("data.found.output", "looked up"),
    ("[1, 'a', none, true]", '[\n  1,\n  "a",\n  null,\n  true\n]'),
    ("table.two", '{\n  "three": [\n    1,\n    2\n  ]\n}'),
    ("'ü' | upper", "Ü"),
    ("{% if word %}yes{% endif %}", "yes"),
    ("token", "•••"),
    ("token | upper | lower", "•••"),
    ("token | b64encode", "•••"),
    ("cidrsubnet('10.0.0.0/8', 8, 1)", "10.1.0.0/16"),
    ("no_such | default('else')", "else"),
    ("now('%Y')", "2023"),
    ("", ""),
    ("# a comment", ""),
])
def test_answers(ingot: Ingot, line: str, answer: str) -> None:
    ingot.write({"playbook.yml": PLAYBOOK.replace(', broken: "{{ word + 1 }}"', "")})
    assert ingot("console", "playbook.yml", stdin=f"{line}\n") == (0, f"{answer}\n" if answer else "", "")


@pytest.mark.parametrize(("line", "code"), [
    ("nope", "E402"), ("1 +", "E401"), ("'a' | nope", "E403"), ("1 is nope", "E404"), ("1 / 0", "E407"),
    ("().__class__", "E406"), ("data.nope", "E402"), ("'a' * 99999999999", "E406"), ("1 }}", "E401"),
])
def test_mistakes_are_told_and_the_next_line_is_answered(ingot: Ingot, line: str, code: str) -> None:
    status, shown, remarks = ingot("console", stdin=f"{line}\n1 + 1\n")
    assert (status, shown) == (1, "2\n")
    assert "<console>:1:" in remarks
    assert f"error[{code}]" in remarks


def test_null_is_told_its_name_in_jinja(ingot: Ingot) -> None:
    assert "hint: Jinja's word for it is none" in ingot("console", stdin="[null]\n").stderr


def test_words_of_the_console(ingot: Ingot) -> None:
    ingot.write({"playbook.yml": PLAYBOOK.replace(', broken: "{{ word + 1 }}"', "")})
    status, shown, _ = ingot("console", "playbook.yml", "-e", "word=bye", stdin="variables\nhelp\nexit\nword\n")
    assert status == 0
    assert shown.startswith("word = bye\ntable = {\n")
    assert "\ntoken = •••\nloud = BYE!\nType an expression" in shown
    assert shown.endswith("what a value has after a dot.\n")


def test_a_bad_playbook_is_told_before_the_first_line(ingot: Ingot) -> None:
    ingot.write({"playbook.yml": "sources: {a: {builder: nope}}"})
    status, shown, remarks = ingot("console", "playbook.yml", stdin="1 + 1\n")
    assert (status, shown) == (2, "")
    assert "error[E202]" in remarks


@pytest.mark.parametrize(("line", "word", "found"), [
    ("wor", "wor", ["word", "words"]),
    ("1 + wor", "wor", ["word", "words"]),
    ("word | upp", "upp", ["upper"]),
    ("word|upp", "upp", ["upper"]),
    ("table.o", "table.o", ["table.one"]),
    ("table.two.", "table.two.", ["table.two.three"]),
    ("table.none.", "table.none.", []),
    ("cidrs", "cidrs", ["cidrsubnet", "cidrsubnets"]),
    ("hel", "hel", ["help"]),
    ("broken.", "broken.", []),
])
def test_completion(line: str, word: str, found: list[str]) -> None:
    world = World(Path(), Path.cwd(), {}, datetime(2023, 11, 14, tzinfo=UTC), RolePlugins())
    names: dict[str, object] = {"word": "x", "words": [], "table": {"one": 1, "two": {"three": 3}}}
    session = Session(base_scope(world).with_layers(names), names, Output())
    assert session.completions(line, word) == found


@pytest.mark.parametrize(("variable", "below"), [("XDG_STATE_HOME", "ingot"), ("INGOT_STATE_DIR", "")])
def test_a_terminal_gets_a_prompt_and_a_history(tmp_path: Path, variable: str, below: str) -> None:
    own, terminal = pty.openpty()
    environment = {"PATH": os.environ["PATH"], variable: str(tmp_path / "state"), "TERM": "dumb"}
    environment["PYTHONPATH"] = os.environ.get("PYTHONPATH", "")
    done = subprocess.Popen(
        [Path(sys.executable).with_name("ingot"), "console"], cwd=tmp_path, env=environment, stdin=terminal,
        stdout=terminal, stderr=terminal,
    )
    os.write(own, b"20 + 3\nexit\n")
    assert done.wait(timeout=20) == 0
    os.close(terminal)
    shown = os.read(own, 65536)
    os.close(own)
    assert b"> " in shown
    assert b"23" in shown
    history = tmp_path / "state" / below / "console_history"
    assert history.read_text() == "20 + 3\nexit\n"
    assert history.stat().st_mode & 0o77 == 0
