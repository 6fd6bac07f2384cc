"""Diagnostics as GitHub workflow commands, which become annotations on the lines of a pull request.

The form and its escapes are those of GitHub's documentation, "Workflow commands for GitHub Actions".
"""

from __future__ import annotations

from runner.diagnostics.diagnostic import Diagnostic

_MESSAGE = {"%": "%25", "\r": "%0D", "\n": "%0A"}
_IN_MESSAGE = str.maketrans(_MESSAGE)
_IN_PROPERTY = str.maketrans({**_MESSAGE, ":": "%3A", ",": "%2C"})


def command(diagnostic: Diagnostic) -> str:
    """Return the workflow command for one diagnostic, on one line."""
    span = diagnostic.span
    properties: dict[str, str | int] = {"file": span.file.path, "line": span.line, "endLine": span.end_line}
    if span.line == span.end_line:  # GitHub takes columns only within one line
        properties |= {"col": span.column, "endColumn": span.end_column}
    properties["title"] = diagnostic.code
    listed = ",".join(f"{name}={str(value).translate(_IN_PROPERTY)}" for name, value in properties.items())
    remarks = [f"{note.message} ({note.span})" if note.span else note.message for note in diagnostic.notes]
    hints = [] if diagnostic.hint is None else [f"hint: {diagnostic.hint}"]
    message = "\n".join((diagnostic.message, *remarks, *hints))
    line = f"::{diagnostic.severity} {listed}::{message.translate(_IN_MESSAGE)}"
    return line.encode("utf-8", "replace").decode()  # the name of a file need not be UTF-8
