"""Templates that ``lookup('template', ...)`` renders, and what they include."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Ingot

PLAYBOOK = """\
sources: {a: {builder: docker, image: x, commit: true}}
plays:
  - sources: [a]
    vars: {port: 80}
    tasks: [{debug: {msg: "{{ lookup('template', 'main.j2') }}"}}]
"""


@pytest.mark.parametrize(("files", "text"), [
    ({"templates/main.j2": "{% include 'part.j2' %}", "templates/part.j2": "port {{ port }}"}, "port 80"),
    ({"templates/main.j2": "{% from 'm.j2' import m %}{{ m(port) }}",
      "templates/m.j2": "{% macro m(x) %}<{{ x }}>{% endmacro %}"}, "<80>"),
    ({"templates/main.j2": "{% extends 'b.j2' %}{% block b %}{{ port }}{% endblock %}",
      "templates/b.j2": "[{% block b %}{% endblock %}]"}, "[80]"),
    ({"templates/main.j2": "{% include 'part.j2' %}", "templates/part.j2": "right", "files/part.j2": "wrong"}, "right"),
    ({"main.j2": "{% include 'part.j2' %}", "part.j2": "beside"}, "beside"),
])
def test_a_template_finds_those_it_includes(ingot: Ingot, files: dict[str, str], text: str) -> None:
    ingot.write({"playbook.yml": PLAYBOOK, **files})
    status, shown, remarks = ingot("plan", "playbook.yml", "--json")
    assert (status, remarks) == (0, "")
    assert json.loads(shown)["builds"][0]["steps"][0]["options"]["msg"].strip() == text


def test_an_included_template_that_is_not_there_is_an_error(ingot: Ingot) -> None:
    ingot.write({"playbook.yml": PLAYBOOK, "templates/main.j2": "{% include 'none.j2' %}"})
    status, _, remarks = ingot("validate", "playbook.yml")
    assert status == 2
    assert "none.j2" in remarks
