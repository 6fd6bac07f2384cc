"""Work grows with the playbook, and not faster: calls are counted, not seconds."""

from __future__ import annotations

import cProfile
import pstats
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Ingot

HEAD = """\
variables: {word: hello}
sources:
  debian: {builder: docker, image: "debian:{{ word }}", commit: true}
plays:
"""


# Each text is a new one: what was read before costs less.


def tasks(count: int) -> str:
    lines = [
        f'      - {{name: task {n}, command: "echo {{{{ word }}}} {n} {{{{ result_{n}_{count} | default(0) }}}}", '
        f"register: result_{n}_{count}, when: ansible_os_family == 'Debian'}}"
        for n in range(count)
    ]
    return HEAD + "  - sources: [debian]\n    tasks:\n" + "\n".join(lines) + "\n"


def builds(count: int) -> str:
    entries = [
        f"  - name: play{n}\n    tasks: [{{command: echo}}]\n"
        f"    sources:\n      - debian: {{from: play{n - 1}.debian}}\n"
        for n in range(count)
    ]
    return HEAD + "".join(entries).replace("{from: play-1.debian}", "{author: me}")


def blocks(count: int) -> str:
    lines = [
        f"      - when: ansible_os_family == 'x{n}_{count}'\n        vars: {{v{n}_{count}: \"{{{{ word }}}}\"}}\n"
        f"        block: [{{command: 'echo {{{{ v{n}_{count} }}}}'}}]"
        for n in range(count)
    ]
    return HEAD + "  - sources: [debian]\n    tasks:\n" + "\n".join(lines) + "\n"


def matrices(count: int) -> str:
    values = ", ".join(f"v{n}_{count}" for n in range(count))
    return HEAD + f"  - sources: [debian]\n    matrix: {{value: [{values}]}}\n"


def calls(ingot: Ingot, text: str, command: str) -> int:
    """Return how many functions a command calls."""
    ingot.write({"playbook.yml": text})
    profile = cProfile.Profile()
    with profile:
        answer = ingot(command, "playbook.yml")
    assert answer.status == 0, answer.stderr
    return int(pstats.Stats(profile).total_calls)  # type: ignore[attr-defined]  # typeshed knows nothing of it


@pytest.mark.parametrize("command", ["validate", "plan"])
@pytest.mark.parametrize("make", [tasks, builds, blocks, matrices])
def test_twice_as_much_is_twice_the_work(ingot: Ingot, make: object, command: str) -> None:
    assert callable(make)
    calls(ingot, make(60), command)  # what is loaded when it is first wanted
    few, more, many = (calls(ingot, make(count), command) for count in (40, 80, 160))
    assert many - more < 2.3 * (more - few)
