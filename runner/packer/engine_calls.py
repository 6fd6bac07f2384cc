"""The calls of Packer's template engine in the strings of HCL: ``{{ timestamp }}`` and the like."""

from __future__ import annotations

from typing import Any

from runner.formats.hcl.tree import Attribute, Block, Body, Lit, Template
from runner.formats.hcl.walk import rebuilt
from runner.packer.coverage import Coverage
from runner.packer.legacy.translate import translate

_TEXTS = ("variable", "local")
"""Where a text with braces is only a text: what the engine does not know may be for another program."""


def without_engine_calls(body: Body, coverage: Coverage) -> Body:
    """Return a template in which the engine's functions are HCL's; what only builders fill in stays as it is."""

    def change(record: Any, field: str) -> Any:
        if isinstance(record, Attribute | Block):
            words = (record.name,) if isinstance(record, Attribute) else (record.type, *record.labels)
            field = ".".join(filter(None, (field, *words)))
        if isinstance(record, Template):  # its texts are one text, with holes
            parts = tuple(part if isinstance(part, Lit) else change(part, field) for part in record.parts)
            found = record._replace(parts=parts)
        else:
            found = rebuilt(record, lambda each: change(each, field))
        if not isinstance(found, Template | Lit) or (isinstance(found, Lit) and "{{" not in str(found.value)):
            return found
        translated = translate(found, found.place)
        for problem in () if field.startswith(_TEXTS) else translated.problems:
            coverage.unsupported(problem.place, field, problem.why)
        return translated.expression

    return rebuilt(body, lambda each: change(each, ""))
