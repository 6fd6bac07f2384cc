"""The combinations of a matrix, and what their builds are called."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Ingot

HEAD = """\
variables: {names: [p, q], nobody: []}
sources: {a: {builder: file, target: t, content: c}}
plays:
  - sources: [a]
    matrix:
"""


def builds(ingot: Ingot, matrix: str) -> list[str]:
    ingot.write({"playbook.yml": HEAD + "".join(f"      {line}\n" for line in matrix.split("\n"))})
    return [build["name"].removeprefix("a") for build in ingot.plan()["builds"]]


@pytest.mark.parametrize(("matrix", "names"), [
    ("x: [1, 2]", ["[1]", "[2]"]),
    ("x: [1, 2]\ny: [b, a]", ["[1,b]", "[1,a]", "[2,b]", "[2,a]"]),
    ("y: [b]\nx: [1]", ["[b,1]"]),
    ("x: '{{ names }}'", ["[p]", "[q]"]),
    ("x: ['{{ names[0] }}', z]", ["[p]", "[z]"]),
    ("x: []", []),
    ("x: '{{ nobody }}'\ny: [1]", []),
    # values are told apart as YAML tells them apart
    ("x: [1, 1.0, true, 'a', null]", ["[1]", "[1.0]", "[true]", "[a]", "[null]"]),
    ("x: [{os: deb, n: 1}, [p, q]]", ["[{os: deb, n: 1}]", "[[p, q]]"]),
    ("x: ['a,b', 'c d', é]", ["[a,b]", "[c d]", "[é]"]),
    # exclude: whatever has all of its values
    ("x: [1, 2]\ny: [a, b]\nexclude: [{x: 1, y: b}]", ["[1,a]", "[2,a]", "[2,b]"]),
    ("x: [1, 2]\ny: [a, b]\nexclude: [{x: 1}]", ["[2,a]", "[2,b]"]),
    ("x: [1, 2]\nexclude: [{x: 1}, {x: 2}]", []),
    ("x: [1, true]\nexclude: [{x: true}]", ["[1]"]),
    # include: more, in the end, even what was left out
    ("x: [1]\ninclude: [{x: 2}, {x: 3, extra: yes}]", ["[1]", "[2]", "[3,true]"]),
    ("x: [1, 2]\nexclude: [{x: 1}]\ninclude: [{x: 1}]", ["[2]", "[1]"]),
    ("x: [1]\ninclude: [{x: 1}]", ["[1]"]),
    ("include: [{x: 1}, {y: 2}]", ["[1]", "[2]"]),
])
def test_combinations(ingot: Ingot, matrix: str, names: list[str]) -> None:
    assert builds(ingot, matrix) == names


def test_a_version_that_yaml_reads_as_a_number_is_pointed_out(ingot: Ingot) -> None:
    ingot.write({"playbook.yml": HEAD + "      x: [1.9, 1.10]\n"})
    status, _, remarks = ingot("validate", "playbook.yml")
    assert status == 0
    assert "playbook.yml:6:16: warning[W110]: unquoted, 1.10 is the number 1.1 in YAML" in remarks


@pytest.mark.parametrize("matrix", ["x: [1, '1']", "x: [a, a]", "x: [true, yes]"])
def test_builds_of_one_name_are_a_mistake(ingot: Ingot, matrix: str) -> None:
    ingot.write({"playbook.yml": HEAD + f"      {matrix}\n"})
    status, _, remarks = ingot("plan", "playbook.yml")
    assert status == 2
    assert "error[E016]" in remarks
