"""Cases seen with a real Ansible: expressions and what they gave, and how to ask an Ansible again.

A case file is YAML: ``recorded_with`` and ``cases``, each with

- ``expr``: an expression as a playbook has it between ``{{`` and ``}}``; ``vars``: the variables it uses.
- in its place: ``text``, a whole template; ``fact``, one that ``set_fact`` is given; ``when``, a condition; ``loop`` or
  ``with_items``, of which the result are the items.
- ``result``: what Ansible makes of it, in JSON's terms; or ``fails: true``.
- ``ours``: what Ingot makes of it where it differs on purpose, or ``refused`` when it fails; and ``why``.

``python tests/expand/ansible_cases.py ANSIBLE_PLAYBOOK FILE...`` records the results again.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import yaml

CASES = Path(__file__).parents[1] / "cases"
TREE = CASES / "lookups" / "tree"
HERE = "<tree>"
"""Stands for the directory of the playbook in results."""


def load(*names: str) -> list[dict[str, Any]]:
    """Return the cases of files, each with the name of its file."""
    return [
        {"file": path.stem, **case}
        for name in names
        for path in sorted(CASES.glob(name))
        for case in yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)["cases"]
    ]


def in_json(value: Any) -> Any:
    """Return a value in JSON's terms, as a task's result has it."""
    if isinstance(value, Mapping):
        return {key if isinstance(key, str) else json.dumps(key): in_json(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset | range):
        return [in_json(each) for each in value]
    if isinstance(value, dt.date):
        return value.isoformat()
    return "NaN" if isinstance(value, float) and value != value else value  # noqa: PLR0124 - NaN alone differs from itself


def ask(program: str, cases: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return for each case ``{"result": ...}`` or ``{"fails": True}`` as ``program``, an ansible-playbook, answers."""
    with tempfile.TemporaryDirectory() as directory:
        tree = Path(directory).resolve() / "tree"
        shutil.copytree(TREE, tree)
        answers = tree / "answers.json"
        playbook = tree / "playbook.json"
        playbook.write_text(json.dumps(_play(cases, answers)), encoding="utf-8")
        environment = os.environ | {
            "ANSIBLE_LOCALHOST_WARNING": "0", "ANSIBLE_DEPRECATION_WARNINGS": "0", "HOME": "/home/ada",
            "ANSIBLE_INVENTORY_UNPARSED_WARNING": "0", "ANSIBLE_LOCAL_TEMP": directory, "TZ": "UTC",
            "ANSIBLE_REMOTE_TEMP": directory, "ANSIBLE_HOME": directory, "INGOT_A": "a b",
        }  # fmt: skip
        done = subprocess.run(
            [program, "--inventory", "localhost,", "--connection", "local", str(playbook)],
            capture_output=True, text=True, check=False, env=environment, cwd=tree,
        )  # fmt: skip
        if not answers.exists():
            raise RuntimeError(done.stdout[-3000:] + done.stderr[-3000:])
        found = json.loads(answers.read_text(encoding="utf-8").replace(str(tree), HERE))
    return [
        {"fails": True} if each["failed"] else {"result": in_json(each["result"])} for each in map(dict, found)
    ]


class _Asked(NamedTuple):
    """A task that asks for a case, and the expressions of its answer."""

    task: dict[str, Any]
    result: str
    failed: str


def _asked(number: int, case: dict[str, Any]) -> _Asked:
    fact, answer = f"fact_{number}", f"answer_{number}"
    failed = f"({answer} is not defined or {answer} is failed)"
    common = {"name": f"case {number}", "vars": case.get("vars", {})}
    if "when" in case:  # a result that was skipped has the condition in it, which 2.18 evaluates when it is asked for
        reached = {"ansible.builtin.set_fact": {fact: True}, "when": case["when"]}
        task = common | {"block": [reached], "rescue": [{"ansible.builtin.set_fact": {fact: "fails"}}]}
        return _Asked(task, f"({fact} | default(false))", f"({fact} | default('') == 'fails')")
    common |= {"register": answer, "ignore_errors": True}
    if "fact" in case:
        return _Asked(common | {"ansible.builtin.set_fact": {fact: case["fact"]}}, fact, failed)
    for key in ("loop", "with_items"):
        if key in case:
            task = common | {"ansible.builtin.debug": {"msg": ""}, key: case[key]}
            return _Asked(task, f"({answer}.results | map(attribute='item') | list)", failed)
    text = case.get("text", f"{{{{ {case.get('expr')} }}}}")
    return _Asked(common | {"ansible.builtin.debug": {"msg": text}}, f"{answer}.msg", failed)


def _play(cases: list[dict[str, Any]], answers: Path) -> list[dict[str, Any]]:
    asked = [_asked(number, case) for number, case in enumerate(cases)]
    collected = ", ".join(
        f"{{'failed': {each.failed}, 'result': none if {each.failed} else {each.result}}}" for each in asked
    )
    keep = {"dest": str(answers), "content": "{{ [" + collected + "] | to_json }}"}
    tasks = [*(each.task for each in asked), {"name": "keep", "ansible.builtin.copy": keep}]
    python = {"ansible_python_interpreter": "{{ ansible_playbook_python }}"}
    return [{"hosts": "localhost", "gather_facts": False, "vars": python, "tasks": tasks}]


class _Dumper(yaml.CSafeDumper):
    def ignore_aliases(self, data: Any) -> bool:
        """Write what occurs twice twice."""
        del data
        return True


def record(program: str, path: Path) -> None:
    """Ask for all cases of a file again and write the results into it."""
    document = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CSafeLoader)
    cases = document["cases"]
    for case, answer in zip(cases, ask(program, cases), strict=True):
        case.pop("result", None)
        case.pop("fails", None)
        case.update(answer)
        for key in [key for key in ("ours", "refused", "why") if key in case]:
            case[key] = case.pop(key)
    path.write_text(
        yaml.dump(document, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110), encoding="utf-8"
    )


if __name__ == "__main__":
    for argument in sys.argv[2:]:
        record(sys.argv[1], Path(argument))
