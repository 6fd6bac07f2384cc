"""Commands that need little: what they print, and the status they leave."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from runner import __version__
from runner.cli.main import COMMANDS
from runner.schema.published import directory

if TYPE_CHECKING:
    from conftest import Ingot

REFERENCE = directory().parent / "docs" / "reference"
INGOT = Path(sys.executable).with_name("ingot")
PLAYBOOK = """\
name: example
description: An example
requires: {ingot: ">=0.1"}
variables:
  word: hello
  region: {type: string, description: Where to build}
  token: {type: string, sensitive: true, default: correct-horse}
locals: {loud: "{{ word | upper }}"}
data:
  found: {type: "null", input: x}
sources:
  page: {builder: file, target: out.txt, content: "{{ loud }}"}
  again: {builder: file, target: again.txt, content: "{{ region }}"}
plays:
  - name: first
    sources: [page]
    matrix: {size: [1, 2]}
    tasks:
      - {name: say, debug: {msg: hello}, tags: [talk, quiet], notify: done}
    handlers:
      - {name: done, debug: {msg: done}}
    post_processors:
      - - checksum
        - manifest
  - sources:
      - again: {from: "first.page[1]"}
"""


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(ingot: Ingot, command: str) -> None:
    status, shown, remarks = ingot(command, "-h")
    assert (status, remarks) == (0, "")
    assert shown.startswith(f"usage: ingot {command} ")
    assert COMMANDS[command][1:] in " ".join(shown.split())


def test_the_help_names_every_command(ingot: Ingot) -> None:
    status, shown, _ = ingot("--help")
    assert status == 0
    assert [line.split()[0] for line in shown.splitlines() if line[:4].isspace() and line[4] != " "] == [*COMMANDS]


@pytest.mark.parametrize("words", [
    [], ["nonsense"], ["plan"], ["plan", "playbook.yml", "--nonsense"], ["new", "x", "--ci", "nonsense"],
    ["validate", "playbook.yml", "--format", "nonsense"], ["completion", "nonsense"],
])
def test_wrong_usage_is_one_line_and_a_hint(ingot: Ingot, words: list[str]) -> None:
    status, shown, remarks = ingot(*words)
    assert (status, shown) == (2, "")
    message, hint = remarks.splitlines()
    assert ": error[E700]: " in message
    assert hint.startswith("  = hint: ")


def test_the_version(ingot: Ingot) -> None:
    assert ingot("version") == ingot("--version") == (0, f"ingot {__version__}\n", "")
    about = json.loads(ingot("version", "--json").stdout)
    assert about["ingot"] == __version__
    assert about["libraries"]["jinja2"]


def test_inspect_shows_what_a_playbook_is_made_of(ingot: Ingot) -> None:
    ingot.write({"playbook.yml": PLAYBOOK})
    assert ingot("inspect", "playbook.yml") == (0, """\
example: An example

requires
  ingot   ingot  >=0.1

variables
  word    default hello
  region  string  required  Where to build
  token   string  default (sensitive)

locals
  loud  {{ word | upper }}

data
  found  null

sources
  page   file
  again  file

play first
  builds    first.page
  handlers  done
  tags      quiet, talk
  matrix    size: [1, 2]
  tasks     1
  then      checksum -> manifest

play (no name)
  builds    again
  from      again: first.page[1]
  tasks     0
""", "")


def test_inspect_shows_the_same_to_programs(ingot: Ingot) -> None:
    ingot.write({"playbook.yml": PLAYBOOK})
    status, shown, _ = ingot("inspect", "playbook.yml", "--json")
    described = json.loads(shown)
    assert status == 0
    assert described["variables"]["token"] == {"required": False, "type": "string", "sensitive": True}
    assert described["plays"][0]["builds"] == ["first.page"]
    assert described["plays"][1]["from"] == {"again": "first.page[1]"}
    assert "correct-horse" not in shown


def test_inspect_shows_a_bad_playbook_as_far_as_it_goes(ingot: Ingot) -> None:
    ingot.write({"playbook.yml": PLAYBOOK.replace("builder: file, target: again", "builder: fil, target: again")})
    status, shown, remarks = ingot("inspect", "playbook.yml")
    assert status == 2
    assert "play first" in shown
    assert "error[E202]: unknown builder 'fil'" in remarks


def test_schemas_are_listed_printed_and_found_by_their_last_name(ingot: Ingot) -> None:
    listed = ingot("schema").stdout.split()
    assert "modules/apt" in listed
    assert "playbook" in listed
    assert ingot("schema", "apt").stdout == ingot("schema", "modules/apt.json").stdout
    assert json.loads(ingot("schema", "docker").stdout)["x-ingot"]["name"] == "docker"
    status, shown, remarks = ingot("schema", "playbok")
    assert (status, shown) == (2, "")
    assert "did you mean 'playbook'?" in remarks


def test_manual_pages(ingot: Ingot) -> None:
    listed = ingot("doc").stdout
    assert "\n  apt  " in listed
    assert "\n  apt  " not in ingot("doc", "--kind", "builders").stdout
    page = ingot("doc", "apt").stdout
    assert page == ingot("doc", "modules/ansible.builtin.apt").stdout
    assert "update_cache: true or false" in page
    assert json.loads(ingot("doc", "apt", "--json").stdout)["title"] == "apt"
    both = ingot("doc", "null").stdout
    assert "null: builder" in both
    assert "null: data source" in both
    status, shown, remarks = ingot("doc", "dockr")
    assert (status, shown) == (2, "")
    assert "did you mean 'docker'?" in remarks


@pytest.mark.parametrize(("name", "line"), [
    ("loop", "loop: keyword of task, handler"),
    ("keywords/sources", "sources: keyword of playbook"),
    ("cidrsubnet", "  cidrsubnet(prefix, newbits, netnum)"),
    ("filters/regex_replace", "regex_replace: filter"),
    ("regex_replace", "regex_replace: function"),
    ("tests/version", "version: test"),
    ("lookups/template", "template: look-up"),
])
def test_manual_pages_of_the_language(ingot: Ingot, name: str, line: str) -> None:
    status, shown, _ = ingot("doc", name)
    assert status == 0
    assert line in shown.splitlines()


@pytest.mark.parametrize(("words", "remark"), [
    (["lop"], "did you mean 'loop'?"),
    (["filters/loop"], "'loop' is in keywords, and not in filters"),
    (["loop", "--json"], "'loop' is no plugin, and only plugins have a schema"),
])
def test_names_that_have_no_manual_page(ingot: Ingot, words: list[str], remark: str) -> None:
    status, shown, remarks = ingot("doc", *words)
    assert (status, shown) == (2, "")
    assert remark in remarks


def test_the_committed_schemas_are_what_the_records_say(ingot: Ingot) -> None:
    assert ingot("schema", "--check", str(directory())) == (0, "", "")


@pytest.mark.skipif(not REFERENCE.is_dir(), reason="the reference is not committed")
def test_the_committed_reference_is_what_the_records_say(ingot: Ingot) -> None:
    assert ingot("doc", "--check", str(REFERENCE)) == (0, "", "")


def test_a_stale_schema_is_told_and_mended(ingot: Ingot) -> None:
    assert ingot("schema", "--write", "schemas").stdout.endswith(" written, 0 removed\n")
    schemas = ingot.directory / "schemas"
    (schemas / "modules/apt.json").unlink()
    (schemas / "modules/copy.json").write_text("{}")
    (schemas / "modules/old.json").write_text("{}")
    stale = ["modules/apt", "modules/copy", "modules/old"]
    told = "".join(f"schemas/{name}.json is not the newest\n" for name in stale)
    assert ingot("schema", "--check", "schemas") == (3, told, "")
    assert ingot("schema", "--write", "schemas").stdout.endswith(": 2 written, 1 removed\n")
    assert ingot("schema", "--check", "schemas") == (0, "", "")


@pytest.mark.parametrize("shell", ["bash", "zsh", "tcsh"])
def test_completion_scripts(ingot: Ingot, shell: str) -> None:
    status, script, _ = ingot("completion", shell)
    assert status == 0
    assert all(command in script for command in COMMANDS)


@pytest.mark.parametrize(("words", "found"), [
    (["ingot", "pl"], {"plan"}),
    (["ingot", "plan", "--on"], {"--only"}),
    (["ingot", "plan", "--format", ""], {"text", "json", "sarif", "github"}),
    (["ingot", "plan", "--var-file", "va"], {"values.yml"}),
    (["ingot", "plan", "pl"], {"playbook.yml"}),
    (["ingot", "completion", ""], {"bash", "zsh", "tcsh"}),
])
def test_bash_completes(ingot: Ingot, words: list[str], found: set[str]) -> None:
    script = ingot("completion", "bash").stdout
    ingot.write({"completion.bash": script, "playbook.yml": PLAYBOOK, "values.yml": "", "try.bash": (
        'set -e\nsource completion.bash\nCOMP_WORDS=("$@")\nCOMP_CWORD=$(($# - 1))\n_shtab_ingot\n'
        'printf "%s\\n" "${COMPREPLY[@]}"\n'
    )})
    subprocess.run(["bash", "-n", "completion.bash"], cwd=ingot.directory, check=True)
    done = subprocess.run(
        ["bash", "try.bash", *words], cwd=ingot.directory, capture_output=True, text=True, check=False
    )
    assert set(done.stdout.split()) == found, done.stderr


def test_a_reader_who_leaves_early_is_no_failure(tmp_path: Path) -> None:
    done = subprocess.run(
        f"{INGOT} doc docker | head -n 1; exit ${{PIPESTATUS[0]}}", shell=True, executable="/bin/bash", cwd=tmp_path,
        capture_output=True, text=True, check=False,
    )
    assert done.stdout == "docker: builder\n"
    assert done.stderr == ""
    assert done.returncode in (0, 1)


def test_a_full_disk_is_told_in_one_line(tmp_path: Path) -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run([INGOT, "doc", "docker"], stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert done.returncode == 2
    assert done.stderr == "ingot: error[E001]: standard output: No space left on device\n"


@pytest.mark.parametrize(("environment", "colored"), [
    ({}, True), ({"NO_COLOR": "1"}, False), ({"NO_COLOR": ""}, True), ({"TERM": "dumb"}, False),
])
def test_colours_are_for_terminals_that_want_them(
    tmp_path: Path, environment: dict[str, str], *, colored: bool
) -> None:
    (tmp_path / "bad.yml").write_text("sources: {a: {builder: nope}}\n")
    own, terminal = pty.openpty()
    base = {"PATH": os.environ["PATH"], "TERM": "xterm"}
    done = subprocess.run(
        [INGOT, "validate", "bad.yml"], cwd=tmp_path, env={**base, **environment}, stdout=subprocess.DEVNULL,
        stderr=terminal, check=False,
    )
    os.close(terminal)
    shown = os.read(own, 65536)
    os.close(own)
    assert done.returncode == 2
    assert b"unknown builder 'nope'" in shown
    assert (b"\x1b[" in shown) is colored


def test_no_colours_in_a_file(ingot: Ingot) -> None:
    ingot.write({"playbook.yml": PLAYBOOK})
    _, shown, _ = ingot("plan", "playbook.yml", "--var", "region=x")
    assert "\033" not in shown


def test_a_time_that_is_none_is_told(ingot: Ingot) -> None:
    ingot.write({"playbook.yml": PLAYBOOK})
    for words in (["plan", "playbook.yml"], ["console", "playbook.yml"], ["console"]):
        status, _, remarks = ingot(*words, SOURCE_DATE_EPOCH="today")
        assert status == 2
        assert "error[E303]: SOURCE_DATE_EPOCH is not a number of seconds" in remarks
