"""Write attributes and blocks of HCL as values of JSON."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runner.formats.hcl.tree import Attr, Attribute, Body, Call, Expression, Lit, Many, Template
from runner.packer.catalogue import Option, Options
from runner.packer.coverage import Became, Finding
from runner.packer.legacy import go_writer
from runner.packer.legacy.go_writer import Unsayable
from runner.text import NOTHING, Span


class Values:
    """Makes the values of one template; ``findings`` has what JSON cannot say of them."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def note(self, place: Span, field: str, why: str, became: Became = "unsupported") -> None:
        """Tell what became of a field."""
        self.findings.append(Finding(place, field, became, why))

    def text(self, expression: Expression, field: str) -> str:
        """Return an expression as a string; an empty one where JSON has no way to say it."""
        try:
            return go_writer.text(expression)
        except Unsayable as reason:
            self.note(reason.place, field, f"JSON cannot say {reason}")
            return ""

    def entries(
        self, body: Body, known: Options | None, field: str, ready: Mapping[str, Any] = NOTHING
    ) -> dict[str, Any]:
        """Return the attributes and blocks of a component; those of ``ready`` are made, or left out when null."""
        made: dict[str, Any] = {}
        for item in body.items:
            if isinstance(item, Attribute):
                if item.name not in ready:
                    option = (known or NOTHING).get(item.name)
                    made[item.name] = self.value(item.value, option, f"{field}.{item.name}")
            elif item.labels:
                self.note(item.place, f"{field}.{item.type}", f"JSON has nothing like '{item.type}'")
            else:
                option = (known or NOTHING).get(item.type)
                entries = self.entries(item.body, option.options if option else None, f"{field}.{item.type}")
                if option and option.shape == "block":
                    made[item.type] = entries
                else:
                    made.setdefault(item.type, []).append(entries)
        return made | {key: value for key, value in ready.items() if value is not None}

    def value(self, expression: Expression, option: Option | None, field: str) -> Any:
        """Return the value of an option."""
        if isinstance(expression, Lit) and not isinstance(expression.value, str):
            return expression.value
        if isinstance(expression, Many) and expression.keyed:
            return {self._key(item.key, field): self.value(item.value, None, field) for item in expression.items}
        if isinstance(expression, Many):
            return [self.value(item.value, None, field) for item in expression.items]
        if option and option.shape == "list" and (whole := _commas(expression)):
            return self.text(whole, field)
        return self.text(expression, field)

    def _key(self, key: Expression | None, field: str) -> str:
        if isinstance(key, Template) and len(key.parts) == 1 and isinstance(key.parts[0], Attr):
            return self.text(key.parts[0], field)
        return self.text(key, field) if key else ""


def _commas(expression: Expression) -> Expression | None:
    """Return the text of which a list is made by its commas: JSON has the text itself there."""
    if isinstance(expression, Call) and expression.name == "compact" and len(expression.arguments) == 1:
        expression = expression.arguments[0]
    if isinstance(expression, Call) and expression.name == "split" and expression.arguments:
        separator, *whole = expression.arguments
        return whole[0] if len(whole) == 1 and isinstance(separator, Lit) and separator.value == "," else None
    return None
