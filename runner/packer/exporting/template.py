"""A whole playbook becomes a template."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from runner.formats.hcl.tree import Body
from runner.model.playbook import Playbook
from runner.packer.coverage import Coverage
from runner.packer.exporting import inputs
from runner.packer.exporting.builds import Builds
from runner.packer.exporting.comments import with_comments
from runner.packer.exporting.writing import Writing
from runner.packer.from_jinja import FromJinja
from runner.packer.from_jinja_expressions import Declared
from runner.text import NOTHING, SourceFile


class Exported(NamedTuple):
    """A template that was made of a playbook, and the files that go with it: name -> text."""

    body: Body
    coverage: Coverage
    files: Mapping[str, str] = NOTHING


def to_template(playbook: Playbook, stem: str) -> Exported:
    """Return the template that a playbook becomes; files beside it are called after ``stem``."""
    coverage = Coverage()
    declared = Declared(
        {name: inputs.kind_of(each) for name, each in playbook.variables.items()},
        frozenset(playbook.locals),
        inputs.data_names(playbook),
    )
    writing = Writing(FromJinja(declared), coverage)
    builds = Builds(playbook, writing, stem)
    blocks = [
        *inputs.requires(playbook, writing),
        *inputs.variables(playbook, writing),
        *inputs.locals_(playbook, writing),
        *inputs.data(playbook, writing),
        *builds.sources(),
        *builds.builds(),
    ]
    place = playbook.files[0].start() if playbook.files else SourceFile(playbook.path, "").start()
    first = [block._replace(gap=False) for block in blocks[:1]]
    return Exported(with_comments(Body((*first, *blocks[1:]), place)), coverage, builds.files)
