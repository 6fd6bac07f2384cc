"""What we tell users about their text."""

from typing import Literal, NamedTuple

from runner.text import Span

Severity = Literal["error", "warning"]


class Note(NamedTuple):
    """A remark beside a diagnostic, with a second place when it has one."""

    message: str
    span: Span | None = None


class Diagnostic(NamedTuple):
    """One thing that is wrong: where it is, and what to do about it.

    ``code`` is in the catalogue (``runner.diagnostics.catalogue``); codes starting with ``W`` are warnings.
    ``mild`` makes a warning of any other: a mistake in a place that may never be reached.
    """

    code: str
    message: str
    span: Span
    hint: str | None = None
    notes: tuple[Note, ...] = ()
    mild: bool = False

    @property
    def severity(self) -> Severity:
        """``error`` makes the input unusable; ``warning`` does not."""
        return "warning" if self.mild or self.code.startswith("W") else "error"


class Invalid(Exception):  # noqa: N818 - it reads as what it says: the text is invalid
    """The text cannot be used; every reason is in ``diagnostics``."""

    def __init__(self, *diagnostics: Diagnostic) -> None:
        super().__init__(*(d.message for d in diagnostics))
        self.diagnostics = diagnostics
