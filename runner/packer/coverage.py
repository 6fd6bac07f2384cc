"""What became of each field of a template."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any, Literal, NamedTuple

from runner.model.encode import encode
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


class Counts(NamedTuple):
    """How many fields became what."""

    mapped: int
    """They say the same on the other side."""
    changed: int
    """They are said otherwise."""
    unsupported: int
    """They are not there."""


class Field(NamedTuple):
    """One field of a template or part of a playbook, and what became of it."""

    file: str
    """As it was given on the command line."""
    line: int
    column: int
    field: str
    """Its path, such as ``source.qemu.debian.iso_url``."""
    became: Became
    why: str | None = None
    """Why it was changed, or is not supported."""


class CoverageReport(NamedTuple):
    """What ``import --report`` and ``export --report`` write."""

    counts: Counts
    fields: tuple[Field, ...]
    """In the order in which they were met."""


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
        fields = tuple(
            Field(each.place.file.path, each.place.line, each.place.column, each.field, each.became, each.why or None)
            for each in self.findings
        )
        found: dict[str, Any] = encode(CoverageReport(Counts(**self.counts()), fields))
        return found
