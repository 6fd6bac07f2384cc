"""How deep playbooks may go: what somebody may write works, and what goes further is told."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Ingot

SOURCE = "sources:\n  out: {builder: file, target: out.txt, content: text}\nplays:\n  - sources: [out]\n"


def files(count: int) -> dict[str, str]:
    """Return a playbook whose files of tasks bring each other."""
    chain = {f"{each}.yml": f"- import_tasks: {each + 1}.yml" for each in range(count)}
    task = "- shell_local: {inline: [uptime]}"
    return {"playbook.yml": f"{SOURCE}    tasks: [import_tasks: 0.yml]", **chain, f"{count}.yml": task}


def values(count: int) -> dict[str, str]:
    """Return a playbook whose locals use each other, in every way in which one value can."""
    ways = ("{{ x%d }}", "a {{ x%d }}", "{{ local.x%d ~ ('a' | upper) }}")
    chain = "".join(f'  x{each}: "{ways[each % len(ways)] % (each + 1)}"\n' for each in range(count))
    return {"playbook.yml": f"locals:\n{chain}  x{count}: end\n{SOURCE}"}


def sources(count: int) -> dict[str, str]:
    """Return a playbook whose sources extend each other."""
    chain = "".join(f"  x{each}: {{extends: x{each + 1}}}\n" for each in range(count))
    return {"playbook.yml": SOURCE.replace("  out:", f"{chain}  x{count}:", 1).replace("[out]", "[x0]")}


@pytest.mark.parametrize("playbook", [files(450), values(1000), sources(1500)], ids=["files", "values", "sources"])
def test_deep(ingot: Ingot, playbook: dict[str, str]) -> None:
    ingot.write(playbook)
    answer = ingot("validate", "playbook.yml")
    assert (answer.status, answer.stderr) == (0, "")


@pytest.mark.parametrize(("playbook", "told"), [
    ({"a.yml": "{{}}" * 100_001, "playbook.yml": f"{SOURCE}    tasks: [import_tasks: a.yml]"},
     "a.yml:1:1: error[E406]: a.yml has more than 100000 expressions"),
    (files(501), "500.yml:1:1: error[E513]: these tasks stand more than 500 files deep"),
    (values(1001), "playbook.yml:1003:3: error[E411]: values use each other more than 1000 deep"),
], ids=["expressions", "files", "values"])
def test_too_deep(ingot: Ingot, playbook: dict[str, str], told: str) -> None:
    ingot.write(playbook)
    answer = ingot("validate", "playbook.yml")
    assert (answer.status, answer.stderr.partition(", ")[0].splitlines()[0]) == (2, told)
