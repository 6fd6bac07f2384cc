"""The comments of a YAML text, by the lines on which they stand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from runner.formats.places import Places
from runner.text import SourceFile


class Comment(NamedTuple):
    """A comment without its mark."""

    line: int
    column: int
    text: str
    alone: bool
    """Whether nothing else stands on its line."""


def comments(file: SourceFile) -> Iterator[Comment]:
    """Yield the comments of a text that is YAML: what begins with ``#`` between its tokens."""
    import yaml

    places, end = Places(file), 0
    for token in yaml.scan(file.text, Loader=yaml.CSafeLoader):
        start = token.start_mark.index
        while (mark := file.text.find("#", end, start)) >= 0:
            place = places.span(mark, mark)
            line = file.line(place.line)
            text = line[place.column :]
            if mark or not text.startswith("!"):  # that names the program that is to run the file
                alone = not line[: place.column - 1].strip()
                yield Comment(place.line, place.column, text.removeprefix(" ").rstrip(), alone)
            end = mark + 1 + len(text)
        end = max(end, token.end_mark.index)
