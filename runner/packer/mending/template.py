"""Mend a template: the one thing that is wrong in it should not keep it from being imported.

As the fixers of older templates do, each mend tells what it changes; import, export and comparisons see the mended
template.
"""

from __future__ import annotations

from runner.formats.hcl.tree import Body
from runner.packer.coverage import Coverage
from runner.packer.mending.declarations import with_declarations
from runner.packer.mending.misfits import without_misfits
from runner.packer.mending.needs import with_needs
from runner.packer.mending.renamed import with_present_options
from runner.packer.mending.sources import with_known_sources


def mended(body: Body, coverage: Coverage) -> Body:
    """Return a template with everything mended; each change is told."""
    for mend in (with_present_options, with_known_sources, without_misfits, with_needs, with_declarations):
        body = mend(body, coverage)
    return body
