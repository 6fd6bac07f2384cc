"""Collect what is found wrong, so that one run tells it all."""

from __future__ import annotations

from collections.abc import Iterable

from runner.diagnostics.diagnostic import Diagnostic, Invalid, Note
from runner.text import Span


class Report:
    """The diagnostics of one run. Checks add to it and go on; who needs sound input asks ``failed``."""

    def __init__(self) -> None:
        self._found: dict[tuple[str, str, str], Diagnostic] = {}
        self._mild = False

    def mild(self) -> Report:
        """Return a view of this report in which every error is a warning.

        It is for the tasks of roles: Ansible, for which they were written, refuses them only when they are reached.
        """
        view = Report()
        view._found = self._found
        view._mild = True
        return view

    def add(
        self, code: str, message: str, span: Span, *, hint: str | None = None, notes: Iterable[Note] = ()
    ) -> None:
        """Add a diagnostic; the same one at the same place is kept once."""
        self.extend((Diagnostic(code, message, span, hint, tuple(notes)),))

    def extend(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Add diagnostics that were made elsewhere."""
        for diagnostic in diagnostics:
            each = diagnostic._replace(mild=True) if self._mild else diagnostic
            self._found.setdefault((each.code, each.message, str(each.span)), each)

    @property
    def failed(self) -> bool:
        """Whether an error was found."""
        return any(d.severity == "error" for d in self._found.values())

    @property
    def diagnostics(self) -> tuple[Diagnostic, ...]:
        """Everything found, sorted by file, line and column."""
        return tuple(sorted(self._found.values(), key=lambda d: (d.span.file.path, *d.span[1:3], d.code)))

    def require(self) -> None:
        """Raise ``Invalid`` with everything found if there is an error among it."""
        if self.failed:
            raise Invalid(*self.diagnostics)
