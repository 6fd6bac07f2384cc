"""What became of each field of a template."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any, Literal, NamedTuple

from runner.text import Span

Became = Literal["mapped", "changed", "unsupported"]


class Finding(NamedTuple):
    """One field of a template, and what became of it."""

    place: Span
    field: str
    """Its path, such as ``source.qemu.debian.iso_url``."""
    became: Became
    why: str = ""
    """Why it was changed, or is not supported."""
    mistake: bool = False
    """Whether it was changed because the template is wrong."""


class Coverage:
    """Collects what becomes of the fields, in the order in which they are met."""

    def __init__(self, findings: Iterable[Finding] = ()) -> None:
        self.findings = list(findings)

    def mapped(self, place: Span, field: str) -> None:
        """Note that a field says the same in the playbook."""
        self.findings.append(Finding(place, field, "mapped"))

    def changed(self, place: Span, field: str, why: str) -> None:
        """Note that a field is said otherwise."""
        self.findings.append(Finding(place, field, "changed", why))

    def mended(self, place: Span, field: str, why: str) -> None:
        """Note that a field was changed because the template is wrong there."""
        self.findings.append(Finding(place, field, "changed", why, mistake=True))

    def unsupported(self, place: Span, field: str, why: str) -> None:
        """Note that a field cannot be said."""
        self.findings.append(Finding(place, field, "unsupported", why))

    @property
    def complete(self) -> bool:
        """Whether all of the template is in the playbook."""
        return not any(each.became == "unsupported" for each in self.findings)

    def counts(self) -> dict[str, int]:
        """Return how many fields became what."""
        count = Counter(each.became for each in self.findings)
        return {word: count[word] for word in ("mapped", "changed", "unsupported")}

    def document(self) -> dict[str, Any]:
        """Return the report as plain data."""
        fields = [
            {
                "file": each.place.file.path, "line": each.place.line, "column": each.place.column,
                "field": each.field, "became": each.became, **({"why": each.why} if each.why else {}),
            }
            for each in self.findings
        ]
        return {"counts": self.counts(), "fields": fields}
