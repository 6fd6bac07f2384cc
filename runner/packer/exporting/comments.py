"""Comments of a playbook, in the template that is made of it.

A comment goes with what stands on its line, or below it, as far as that is in the template; one that is indented like
what it follows ends the block, or the list, which that is in.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from runner.formats.hcl.comments import BARE
from runner.formats.hcl.tree import Attribute, Block, Body, Expression, Item, Many
from runner.formats.yaml.comments import Comment, comments
from runner.text import SourceFile, Span

_HEAD = re.compile(r"(?:- )*[^\s#'\"{\[][^#'\"{\[]*:\s*(?:#.*)?$")
"""A line that only begins something."""


@dataclass
class _Part:
    """A part of a template that comments can stand at; the whole template has none above it and no line."""

    file: SourceFile
    line: int
    column: int
    parent: _Part | None
    above: list[str] = field(default_factory=list)
    beside: str = ""
    end: list[str] = field(default_factory=list)
    inner: list[int] = field(default_factory=list)
    """The columns of the parts in it."""


def with_comments(body: Body) -> Body:
    """Return a template with the comments that stand in the playbook at what it says."""
    whole = _Part(SourceFile("", ""), 0, 0, None)
    parts = list(_parts(body, whole))
    for file in dict.fromkeys(each.file for each in parts):
        if file.text and not file.path.endswith((".json", ".hcl")):
            _distribute(file, [each for each in parts if each.file is file], whole)
    found = iter(parts)
    items = tuple(_commented(item, found) for item in body.items)
    return body._replace(items=items, end=tuple(whole.end))


def _parts(record: Body | Attribute | Block | Item | Expression, parent: _Part) -> Iterator[_Part]:
    """Yield the parts of a record, each before those in it."""
    inner: tuple[Any, ...] = ()
    match record:
        case Body(items) | Many(items):
            inner = items
        case Attribute(value=value) | Item(value=value):
            parent = _part(record.place if isinstance(record, Attribute) else value.place, parent)
            yield parent
            inner = (value,) if isinstance(value, Many) else ()
        case Block(body=body, place=place):
            parent = _part(place, parent)
            yield parent
            inner = (body,)
    for each in inner:
        yield from _parts(each, parent)


def _part(place: Span, parent: _Part) -> _Part:
    before = place.file.line(place.line)[: place.column - 1]
    column = len(before) - 1 if before.endswith("- ") else place.column  # an item stands where its dash does
    parent.inner.append(column)
    return _Part(place.file, place.line, column, parent)


def _distribute(file: SourceFile, parts: list[_Part], whole: _Part) -> None:
    """Give each comment of a file to the part that it is about; what is about none is left out."""
    ordered = sorted(parts, key=lambda each: each.line)
    above: dict[int, list[Comment]] = {}
    for comment in comments(file):
        here = next((each for each in ordered if each.line == comment.line), None)
        if not comment.alone:
            row = file.line(comment.line)
            if here is not None:
                here.beside = here.beside or comment.text
            if here is not None or not _HEAD.fullmatch(row.strip()):
                continue
            comment = comment._replace(column=len(row) - len(row.lstrip()) + 1)  # noqa: PLW2901 - as if it stood above
        following = next((each for each in ordered if each.line > comment.line), None)
        rows = _rows(file, comment.line + 1, following.line + 1 if following else len(file.lines) + 1)
        first = next((row for row in rows if row), "")
        if following is None or comment.column - 1 > len(first) - len(first.lstrip()):
            last = next((each for each in reversed(ordered) if each.line <= comment.line), whole)
            _add(_ended(last, comment.column, whole).end, comment)
        elif all(_HEAD.fullmatch(row.strip()) for row in rows[:-1] if row):
            above.setdefault(id(following), []).append(comment)
            _above(following, above[id(following)], file)


def _rows(file: SourceFile, since: int, until: int) -> list[str]:
    """Return the lines between two, without what is only a comment."""
    lines = (file.line(number) for number in range(since, until))
    return ["" if line.lstrip().startswith("#") else line.rstrip() for line in lines]


def _ended(part: _Part, column: int, whole: _Part) -> _Part:
    """Return the part around ``part`` whose parts are not indented deeper than ``column``."""
    around: _Part | None = part
    while around is not None and not (around.inner and min(around.inner) <= column):
        around = around.parent
    return around or whole


def _above(part: _Part, found: list[Comment], file: SourceFile) -> None:
    """Write the comments above a part anew, with blank lines where there are some between or after them."""
    part.above = []
    for comment, after in zip(found, (*(each.line for each in found[1:]), part.line), strict=True):
        _add(part.above, comment)
        if any(not file.line(number).strip() for number in range(comment.line + 1, after)):
            part.above.append("")


def _add(lines: list[str], comment: Comment) -> None:
    lines.append(comment.text or BARE)


def _commented(record: Any, parts: Iterator[_Part]) -> Any:
    """Return a record with the comments of its parts, which come in the order of ``_parts``."""
    part = next(parts)
    above, beside = tuple(part.above), part.beside
    if isinstance(record, Block):
        items = tuple(_commented(each, parts) for each in record.body.items)
        inner = record.body._replace(items=items, end=(*record.body.end, *part.end))
        return record._replace(body=inner, above=(*record.above, *above), beside=record.beside or beside)
    value = record.value
    if isinstance(value, Many):
        items = tuple(_commented(each, parts) for each in value.items)
        value = value._replace(items=items, end=(*value.end, *part.end))
    return record._replace(value=value, above=(*record.above, *above), beside=record.beside or beside)
