"""Templates of Packer as users have them: files, directories, standard input."""

from __future__ import annotations

from typing import NamedTuple

from runner.diagnostics import Report
from runner.formats import documents, hcl_document
from runner.formats.hcl_tree import Body
from runner.packer import hcl_json
from runner.packer.coverage import Coverage
from runner.packer.engine_calls import without_engine_calls
from runner.packer.legacy import reader
from runner.packer.units import Unit
from runner.text import SourceFile
