"""What expressions come to in an imported playbook is what Packer says they come to.

``test_values_as_packer.py --write`` asks Packer for ``values.json``.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from runner.diagnostics import Report
from runner.expand.inputs import Given, resolve_inputs
from runner.expand.render import render_bare
from runner.expand.role_plugins import RolePlugins
from runner.expand.scope import Scope
from runner.expand.world import World, base_scope, early_scope
from runner.formats.hcl.document import read
from runner.packer.coverage import Coverage
from runner.packer.importing import to_playbook
from runner.reading.playbook import read_document
from runner.text import Node, SourceFile, Span

TEMPLATE = Path(__file__).parents[1] / "cases" / "packer" / "values.pkr.hcl"
RECORDED = TEMPLATE.with_name("values.json")
VALUES = json.loads(RECORDED.read_text(encoding="utf-8")) if RECORDED.exists() else {}


def names() -> list[str]:
    """Return the names of the locals in the template."""
    body = read(SourceFile(str(TEMPLATE), TEMPLATE.read_text(encoding="utf-8")), Report())
    return [attribute.name for block in body.blocks("locals") for attribute in block.body.attributes()]


def asked() -> dict[str, Any]:
    """Return what Packer says that each local comes to."""
    pairs = ", ".join(f"{name} = local.{name}" for name in names())
    done = subprocess.run(
        ["packer", "console", str(TEMPLATE)],
        input=f"jsonencode({{{pairs}}})\n",
        text=True,
        capture_output=True,
        check=True,
        env={**os.environ, "CHECKPOINT_DISABLE": "1"},
    )
    found = json.loads(done.stdout)
    return {name: found[name] for name in names()}


@pytest.fixture(scope="module")
def scope() -> Scope:
    """Return what the imported template knows before a build."""
    body = read(SourceFile(str(TEMPLATE), TEMPLATE.read_text(encoding="utf-8")), Report())
    playbook = read_document(SourceFile("values.yml", to_playbook(body, Coverage()).text), TEMPLATE.parent, Report())
    assert playbook
    world = World(playbook.root, Path.cwd(), {}, datetime.now(UTC), RolePlugins())
    report = Report()
    inputs, _ = resolve_inputs(playbook, Given((), (), {}, None), base_scope(world), report)
    report.require()
    return early_scope(playbook, inputs, world)


def test_every_case_is_recorded() -> None:
    """The template and the record name the same cases."""
    assert names() == list(VALUES)


@pytest.mark.parametrize("name", VALUES)
def test_a_value(name: str, scope: Scope) -> None:
    """Ingot evaluates to what Packer does, kinds included."""
    text = f"jsonencode([local['{name}']])"
    value = render_bare(Node(text, Span(SourceFile("test", text), 1, 1, 1, len(text) + 1)), scope)
    found = json.loads(value)[0]
    assert (found, type(found)) == (VALUES[name], type(VALUES[name]))


@pytest.mark.skipif(shutil.which("packer") is None, reason="there is no packer here to ask")
def test_what_is_recorded() -> None:
    """Packer still says what is recorded."""
    assert asked() == VALUES


if __name__ == "__main__" and "--write" in sys.argv:
    RECORDED.write_text(json.dumps(asked(), ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
