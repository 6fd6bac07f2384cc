"""Modules that need no machine: what they ask for, and what they make of the answers."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest

from runner import registry
from runner.schema.records import make
from runner.sdk import (
    Answer,
    Evaluate,
    Failed,
    Files,
    Find,
    Include,
    Load,
    Local,
    Outcome,
    Signal,
    Verb,
    Wait,
    Waited,
)

NOON = datetime(2026, 1, 1, 12, 0, 0)  # noqa: DTZ001 - shown as the clock on the wall shows it
LATER = datetime(2026, 1, 1, 12, 1, 30)  # noqa: DTZ001 - as above


def run(module: str, options: dict[str, Any], answers: list[Any]) -> tuple[list[Verb], Outcome]:
    """Return what a module asks for when it is given ``answers``, and its outcome."""
    entry = registry.find("modules", module)
    assert entry is not None
    plugin: Any = entry.load()
    work = plugin(make(plugin.options_type(), options)).apply({})
    asked: list[Verb] = []
    left = list(answers)
    try:
        asked.append(next(work))
        while True:
            asked.append(work.send(left.pop(0)))
    except StopIteration as end:
        assert not left
        outcome: Outcome = end.value
        return asked, outcome


def script(text: str) -> Local:
    return Local(("/bin/sh", "-c", "exec {{.Script}}"), script=f"#!/bin/sh -e\n{text}\n")


def named(path: str) -> Local:
    return Local(("/bin/sh", "-c", f"exec {path}"))


DONE = Answer(0, "out\n", "", NOON, LATER)
VALUES = {
    "rc": 0, "stdout": "out", "stdout_lines": ["out"], "stderr": "", "stderr_lines": [], "msg": "",
    "start": str(NOON), "end": str(LATER), "delta": "0:01:30",
}
OLD_RULES = Evaluate("ansible_version.minor < 19", undefined="")
PAUSED = {
    "start": str(NOON), "stop": str(LATER), "delta": 90, "rc": 0, "echo": True, "stderr": "", "user_input": "",
}

TABLE: list[tuple[str, dict[str, Any], list[Any], list[Verb], Outcome]] = [
    ("debug", {"msg": [1, "two"]}, [0], [Evaluate("ansible_verbosity")],
     Outcome({"msg": [1, "two"]}, changed=False, shown='[\n  1,\n  "two"\n]')),
    ("debug", {"var": "x.y"}, [0, "z"],
     [Evaluate("ansible_verbosity"), Evaluate("x.y", undefined="VARIABLE IS NOT DEFINED!", braced=True)],
     Outcome({"x.y": "z"}, changed=False, shown="x.y: z")),
    ("debug", {"verbosity": 2}, [1], [Evaluate("ansible_verbosity")],
     Outcome(changed=False, skipped="Verbosity threshold not met.")),
    ("set_fact", {"a": 1, "b": [2]}, [""], [OLD_RULES], Outcome(changed=False, variables={"a": 1, "b": [2]})),
    ("set_fact", {"a": 1, "cacheable": True}, [""], [OLD_RULES],
     Outcome(changed=False, variables={"a": 1}, facts={"a": 1})),
    ("set_fact", {"a": "yes", "b": "x"}, [1], [OLD_RULES], Outcome(changed=False, variables={"a": True, "b": "x"})),
    ("assert", {"that": "x in [1, 2]"}, [True], [Evaluate("x in [1, 2]")],
     Outcome({"msg": "All assertions passed"}, changed=False, shown="All assertions passed")),
    ("assert", {"that": ["a", "b", "c"], "msg": "no b"}, [1, 0], [Evaluate("a"), Evaluate("b")],
     Outcome({"assertion": "b", "evaluated_to": False}, changed=False, failed="no b", shown="b")),
    ("assert", {"that": ["a"], "success_msg": "good", "quiet": True}, [1], [Evaluate("a")],
     Outcome({"msg": "good"}, changed=False)),
    ("fail", {}, [], [], Outcome(changed=False, failed="Failed as requested from task")),
    ("pause", {"minutes": 1.5}, [Waited(NOON, LATER)], [Wait(90.0, None)],
     Outcome({**PAUSED, "stdout": "Paused for 1.5 minutes"}, changed=False)),
    ("pause", {"seconds": 90, "prompt": "Hm"}, [Waited(NOON, LATER)], [Wait(90.0, "Hm")],
     Outcome({**PAUSED, "stdout": "Paused for 90.0 seconds"}, changed=False)),
    ("pause", {"prompt": "Name?", "echo": False}, [Waited(NOON, LATER, "Ann")], [Wait(None, "Name?", echo=False)],
     Outcome({**PAUSED, "stdout": "Paused for 1.5 minutes", "echo": False, "user_input": "Ann"}, changed=False)),
    ("sleep", {"duration": "1m30s"}, [None], [Wait(90.0)], Outcome(changed=False)),
    ("breakpoint", {"note": "Look"}, [None], [Wait(prompt="Look: press Enter to go on")], Outcome(changed=False)),
    ("breakpoint", {"disable": True}, [], [], Outcome(changed=False, skipped="the breakpoint is disabled")),
    ("meta", {"action": "flush_handlers"}, [None], [Signal("flush_handlers")], Outcome(changed=False)),
    ("meta", {"action": "end_host"}, [None], [Signal("end_play")], Outcome(changed=False)),
    ("meta", {"action": "noop"}, [], [], Outcome(changed=False)),
    ("include_tasks", {"file": "x.yml", "apply": {"tags": "a"}}, [None], [Include("x.yml", {"tags": "a"})],
     Outcome({"include": "x.yml"}, changed=False)),
    ("include_vars", {"file": "x.yml"}, ["/p/x.yml", {"a": 1}], [Find("x.yml", "vars"), Load(("/p/x.yml",))],
     Outcome({"ansible_included_var_files": ["/p/x.yml"]}, changed=False, included={"a": 1})),
    ("include_vars", {"file": "x.yml"}, [None], [Find("x.yml", "vars")],
     Outcome(changed=False, failed="there is no file of variables 'x.yml'")),
    ("include_vars", {"dir": "d", "name": "n", "depth": 1, "files_matching": "^[ab]", "ignore_files": ["b.*"]},
     ["/d", ["a.yml", "b.yml", "c.yml", "in/a.yml"], {"n": {}}],
     [Find("d", "vars"), Files("/d"), Load(("/d/a.yml",), "n")],
     Outcome({"ansible_included_var_files": ["/d/a.yml"]}, changed=False, included={"n": {}})),
    ("shell_local", {"command": "make"}, [DONE], [script("make")], Outcome({"cmd": "make", **VALUES})),
    ("shell_local", {"inline": ["a", "b"]}, [DONE], [script("a\nb")], Outcome({"cmd": ["a", "b"], **VALUES})),
    ("shell_local", {"script": "s.sh"}, ["/p/s x.sh", DONE], [Find("s.sh"), named("'/p/s x.sh'")],
     Outcome({"cmd": ["s.sh"], **VALUES})),
    ("shell_local", {"scripts": ["a", "b", "c"]}, ["/a", DONE, "/b", Answer(3, "more\n", "", NOON, LATER)],
     [Find("a"), named("/a"), Find("b"), named("/b")],
     Outcome(
         {**VALUES, "cmd": ["a", "b", "c"], "rc": 3, "stdout": "out\nmore", "stdout_lines": ["out", "more"]},
         failed="b: the script ended with exit status 3; 0 means success",
     )),
    ("shell_local", {"command": "x", "only_on": "plan9"}, [], [], Outcome(changed=False, skipped="only on plan9")),
]


@pytest.mark.parametrize(
    ("module", "options", "answers", "asked", "outcome"), TABLE, ids=[f"{i}-{row[0]}" for i, row in enumerate(TABLE)]
)
def test_what_a_module_asks_for_and_makes_of_the_answers(
    module: str, options: dict[str, Any], answers: list[Any], asked: list[Verb], outcome: Outcome
) -> None:
    assert run(module, options, answers) == (asked, outcome)


REFUSED = [
    ("include_vars", {"dir": "d"}, ["/d", ["a.txt"]], "a.txt does not end in one of json, yaml, yml"),
    ("shell_local", {"command": "x", "environment_vars": ["A"]}, [], "'A' is not of the form NAME=value"),
    ("sleep", {"duration": "soon"}, [], "'soon' is not a duration"),
]


@pytest.mark.parametrize(("module", "options", "answers", "why"), REFUSED)
def test_what_a_module_refuses(module: str, options: dict[str, Any], answers: list[Any], why: str) -> None:
    with pytest.raises((Failed, ValueError), match=why):
        run(module, options, answers)
