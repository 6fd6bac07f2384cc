"""The module ``expect``: programs that ask, in a terminal of a Debian with Python; and a machine without it."""

from __future__ import annotations

from typing import Any

import pytest
from harness import Machine

ASK = r"""#!/bin/sh
if [ ! -t 0 ]; then echo 'no terminal'; exit 9; fi
printf 'Name? '; read name
stty -echo; printf 'Password: '; read word; stty echo; echo
echo "hello $name/$word in $(pwd)"
exit ${1:-0}
"""
BOTH = {"Name": "me", "(?i)password": "a word"}


@pytest.fixture(scope="module")
def asking(debian_machine: Machine) -> Machine:
    """A machine with a program that asks."""
    debian_machine.sh("command -v python3 >/dev/null || { apt-get update -qq && apt-get install -qq "
                      "--no-install-recommends python3 >/dev/null 2>&1; }")
    debian_machine.put("/srv/ask", ASK.encode())
    debian_machine.sh("chmod 755 /srv/ask")
    return debian_machine


ANSWERED: list[tuple[dict[str, Any], str]] = [
    ({"command": "/srv/ask", "responses": BOTH}, "Name? Password: \r\nhello me/a word in /"),
    ({"command": "/srv/ask", "responses": BOTH, "echo": True}, "Name? me\r\nPassword: \r\nhello me/a word in /"),
    ({"command": "./ask 0", "chdir": "/srv", "responses": BOTH}, "Name? Password: \r\nhello me/a word in /srv"),
    ({"command": "/srv/ask", "responses": {"Name|Password": ["a", "b"]}}, "Name? Password: \r\nhello a/b in /"),
    ({"command": "/srv/ask", "responses": {"Name": 1, "word:": True}}, "Name? Password: \r\nhello 1/True in /"),
    ({"command": "/srv/ask", "responses": BOTH, "timeout": None}, "Name? Password: \r\nhello me/a word in /"),
    ({"command": "echo $HOME 'a b'", "responses": {}}, "$HOME a b"),
    ({"command": """sh -c 'for i in 1 2 3; do printf q; read x; echo "$x"; done'""", "responses": {"q": "a"}},
     "qa\r\nqa\r\nqa"),
]


@pytest.mark.parametrize(("options", "output"), ANSWERED)
def test_questions_are_answered(asking: Machine, options: dict[str, Any], output: str) -> None:
    done = asking.apply("expect", options)
    assert not done.failed, done.values
    assert done.changed
    assert (done.values["stdout"], done.values["rc"], done.values["cmd"]) == (output, 0, options["command"])


FAILED: list[tuple[dict[str, Any], str, dict[str, Any]]] = [
    ({"command": "/srv/ask 3", "responses": BOTH}, "non-zero return code", {"rc": 3, "changed": True}),
    ({"command": "/srv/ask", "responses": {"Name": "me"}, "timeout": "1"}, "command exceeded timeout",
     {"rc": None, "stdout": "Name? Password: ", "changed": True}),
    ({"command": """sh -c 'for i in 1 2; do printf q; read x; echo "$x"; done'""", "responses": {"q": ["a"]}},
     "No remaining responses for 'q', output was 'a\r\nq'", {}),
    ({"command": "/srv/none", "responses": {}}, "The command was not found or was not executable: /srv/none.", {}),
    ({"command": "ls", "chdir": "/none", "responses": {}}, "/none is no directory to run a program in", {}),
    ({"command": " ", "responses": {}}, "no command given", {}),
    ({"command": "ls 'x", "responses": {}}, "command cannot be cut into words: No closing quotation", {}),
    ({"command": "ls", "responses": {"a(": "b"}},
     "responses: 'a(' is no regular expression: missing ), unterminated subpattern at position 1", {}),
    ({"command": "sh -c 'kill -9 $$'", "responses": {}}, "non-zero return code", {"rc": 137}),
]


@pytest.mark.parametrize(("options", "message", "values"), FAILED)
def test_what_fails(asking: Machine, options: dict[str, Any], message: str, values: dict[str, Any]) -> None:
    done = asking.apply("expect", options)
    assert done.failed
    assert done.values["msg"] == message
    assert {name: done.values[name] for name in values} == values


def test_nothing_is_left_running(asking: Machine) -> None:
    options = {"command": "sh -c 'sleep 4321 & printf q; read x'", "responses": {}, "timeout": "1"}
    assert asking.apply("expect", options).failed
    asking.sh("! cat /proc/[0-9]*/cmdline 2>/dev/null | tr '\\0' '\\n' | grep -qx 432[1]")


@pytest.mark.parametrize("options", [{"creates": "/srv"}, {"removes": "/none"}])
def test_no_need_to_run(asking: Machine, options: dict[str, str]) -> None:
    done = asking.apply("expect", {"command": "/srv/none", "responses": {}, **options})
    assert (done.changed, done.failed, done.values["rc"]) == (False, False, 0)


def test_no_answer_is_an_argument(asking: Machine) -> None:
    done = asking.apply("expect", {"command": "/srv/ask", "responses": BOTH})
    assert not any("a word" in word for verb in done.verbs for word in getattr(verb, "argv", ()))


def test_a_machine_without_python(busybox_machine: Machine) -> None:
    done = busybox_machine.apply("expect", {"command": "ls", "responses": {}})
    assert done.values["msg"] == "the machine has no python3 to answer a program's questions with"
