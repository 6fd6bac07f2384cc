"""The one place that writes to the terminal; secrets are masked here."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterable
from typing import IO, Literal

from runner.diagnostics import Diagnostic

Format = Literal["text", "json", "sarif", "github"]


class Output:
    """Writes results to standard output and remarks to standard error.

    Diagnostics for programs are a result, too, unless they are to stand ``apart`` from one that programs read.
    """

    def __init__(
        self, format: Format = "text", secrets: Iterable[str] = (), *, apart: bool = False  # noqa: A002 - the option's name
    ) -> None:
        self._format = format
        self._apart = apart
        self._secrets = tuple(secrets)
        self._mask: Callable[[str], str] = str
        if any(self._secrets):
            from runner.events.secrets import Masker

            self._mask = Masker(self._secrets)

    def with_secrets(self, secrets: Iterable[str]) -> Output:
        """Return an output that masks more."""
        return Output(self._format, (*self._secrets, *secrets), apart=self._apart)

    def mask(self, text: str) -> str:
        """Return ``text`` with every secret masked."""
        return self._mask(text)

    def line(self, text: str = "") -> None:
        """Write a line of the result."""
        sys.stdout.write(self.mask(text) + "\n")

    def raw(self, text: str) -> None:
        """Write a text of the result to the letter, but for secrets."""
        sys.stdout.write(self.mask(text))

    def about(self, text: str) -> None:
        """Write a line about a result that lies in files: for people only."""
        if self._format == "text":
            self.line(text)

    def remark(self, text: str) -> None:
        """Write a line beside the result."""
        sys.stderr.write(self.mask(text) + "\n")

    def diagnostics(self, diagnostics: Iterable[Diagnostic]) -> None:
        """Write diagnostics: for people to standard error, for programs to standard output unless they are apart."""
        found = tuple(diagnostics)
        if not found and self._format in ("text", "github"):
            return
        from runner.diagnostics.render import render, summary

        if self._format == "text":
            self.remark(f"{render(found, 'text', color=colored(sys.stderr))}\n{summary(found)}")
        elif self._apart:
            sys.stderr.write(self.mask(render(found, self._format)))
        else:
            self.raw(render(found, self._format))


def colored(stream: IO[str]) -> bool:
    """Return whether to use colours: on a terminal, unless ``NO_COLOR`` is set (https://no-color.org)."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
