"""Read YAML without losing where anything was.

The events come from libyaml; the tree is built here, without recursion and with limits on depth and on what
aliases expand to, so that no file costs more than its size allows.
"""

from __future__ import annotations

import re
from typing import Any

import yaml
from yaml.reader import ReaderError

from runner.diagnostics import Note, Report, did_you_mean
from runner.formats.places import Places
from runner.formats.scalars import MERGE, construct, implicit_tag
from runner.formats.yaml.errors import report_half_character, report_syntax_error, report_unreadable_character
from runner.text import Key, Node, SourceFile, Span

MAX_DEPTH = 200
"""How deeply lists and mappings may be nested."""
MAX_VALUES = 1_000_000
"""How many values a document may have once its aliases are expanded."""

_TEXT_TAGS = {"!vault": "!vault", "!vault-encrypted": "!vault", "!unsafe": "!unsafe"}
_SHOWN = 40
"""How many characters of a scalar a message repeats."""
_KINDS = {
    "tag:yaml.org,2002:null": "nothing",
    "tag:yaml.org,2002:bool": "true or false",
    "tag:yaml.org,2002:int": "a whole number",
    "tag:yaml.org,2002:float": "a number",
    "tag:yaml.org,2002:timestamp": "a date",
    "tag:yaml.org,2002:binary": "binary data",
}
_LIST_TAGS = {"tag:yaml.org,2002:seq", "!unsafe"}
_MAPPING_TAGS = {"tag:yaml.org,2002:map", "!unsafe"}
_ONLY_YAML_BREAKS = re.compile("[\x85\u2028\u2029]")
"""Characters that end a line for YAML 1.1, and for no editor."""


def load(file: SourceFile, report: Report) -> Node | None:
    """Return the document tree of ``file``; nothing when it is not usable YAML. An empty file is a null."""
    reader = _Reader(file, report)
    try:
        return reader.read()
    except yaml.MarkedYAMLError as error:
        report_syntax_error(error, file, report)
    except ReaderError as error:
        report_unreadable_character(error, file, report)
    except UnicodeEncodeError as error:
        report_half_character(error, file, report)
    except _Stop:
        pass
    return None


class _Stop(Exception):  # noqa: N818 - no error by itself: the report has it
    """Reading cannot go on; the reason is in the report."""


def _short(text: str) -> str:
    """Return as much of a scalar as a message can take."""
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"


class _Frame:
    """A list or mapping that is being read."""

    __slots__ = (
        "anchor", "end", "expression", "items", "key", "key_span", "mapping", "merged", "start", "tag", "weight",
    )

    def __init__(self, event: Any, *, mapping: bool) -> None:
        self.mapping = mapping
        self.items: Any = {} if mapping else []
        self.start = self.end = event.start_mark
        self.anchor: str | None = event.anchor
        self.tag: str | None = event.tag
        self.key: Any = _NO_KEY
        self.key_span: Span | None = None
        self.merged: list[Node] = []
        self.expression = False
        """Whether it is an expression without its quotes: ``{{ name }}``."""
        self.weight = 1


_NO_KEY: Any = object()
_MERGE_KEY: Any = object()
_BAD_KEY: Any = object()


class _Reader:
    def __init__(self, file: SourceFile, report: Report) -> None:
        self.file = file
        self.report = report
        self.anchors: dict[str, tuple[Node, int]] = {}
        self.open_anchors: set[str] = set()
        self.stack: list[_Frame] = []
        self.root: Node | None = None
        self.places = Places(file) if _ONLY_YAML_BREAKS.search(file.text) else None

    def read(self) -> Node:
        parser = yaml.CSafeLoader(self.file.text)
        handlers = {
            yaml.ScalarEvent: self.scalar,
            yaml.MappingStartEvent: self.begin_mapping,
            yaml.SequenceStartEvent: self.begin_list,
            yaml.MappingEndEvent: self.finish,
            yaml.SequenceEndEvent: self.finish,
            yaml.AliasEvent: self.alias,
            yaml.DocumentStartEvent: self.document,
        }
        get_event = parser.get_event
        while (event := get_event()) is not None:
            handle = handlers.get(type(event))
            if handle is not None:
                handle(event)
        return self.root or Node(None, self.file.start())

    def span(self, start: Any, end: Any) -> Span:
        if self.places:  # libyaml's lines are not those of editors; its indexes are
            return self.places.span(start.index, end.index)
        return Span(self.file, start.line + 1, start.column + 1, end.line + 1, end.column + 1)

    def document(self, event: Any) -> None:
        if self.root is not None:
            self.report.add(
                "E014", "a second document begins here", self.span(event.start_mark, event.end_mark),
                hint="a file holds one document; put the other one into its own file",
            )
            raise _Stop

    def scalar(self, event: Any) -> None:
        start, end, text = event.start_mark, event.end_mark, event.value
        span = self.span(start, end)
        if event.tag is not None and event.tag != "!":
            node = self.tagged(event.tag, text, span)
        elif event.implicit[0] and event.style != "'" and (tag := implicit_tag(text)) is not None:
            frame = self.stack[-1] if self.stack else None
            if tag == MERGE:
                merging = frame is not None and frame.mapping and frame.key is _NO_KEY
                node = Node(_MERGE_KEY if merging else text, span)
            else:
                node = self.constructed(tag, text, span)
        else:
            node = Node(text, span)
        self.put(node, 1, event.anchor, end)

    def constructed(self, tag: str, text: str, span: Span) -> Node:
        try:
            return Node(construct(tag, text), span, None, text)
        except ValueError:
            short = _short(text)
            hint = f'quote it: "{text}"' if short == text else "put it in quotes"
            self.report.add("E012", f"{short!r} looks like {_KINDS[tag]}, and is none", span, hint=hint)
            return Node(text, span)

    def tagged(self, tag: str, text: str, span: Span) -> Node:
        if tag in _TEXT_TAGS:
            return Node(text, span, None, None, _TEXT_TAGS[tag])
        try:
            return Node(construct(tag, text), span)
        except KeyError:
            self.unknown_tag(tag, span)
        except ValueError:
            self.report.add("E012", f"{_short(text)!r} is not {_KINDS[tag]}, as its tag says", span)
        return Node(text, span)

    def unknown_tag(self, tag: str, span: Span) -> None:
        shown = tag.replace("tag:yaml.org,2002:", "!!")
        hint = "quote a text that begins with '!'; the tags known are !vault and !unsafe"
        self.report.add("E013", f"the tag {shown!r} is not known", span, hint=hint)

    def begin_mapping(self, event: Any) -> None:
        self.begin(event, _Frame(event, mapping=True), _MAPPING_TAGS)

    def begin_list(self, event: Any) -> None:
        self.begin(event, _Frame(event, mapping=False), _LIST_TAGS)

    def begin(self, event: Any, frame: _Frame, tags: set[str]) -> None:
        span = self.span(event.start_mark, event.end_mark)
        if len(self.stack) >= MAX_DEPTH:
            self.report.add("E011", f"nested more than {MAX_DEPTH} levels deep", span)
            raise _Stop
        if event.tag is not None and event.tag not in tags and event.tag != "!":
            self.unknown_tag(event.tag, span)
        if event.anchor:
            self.open_anchors.add(event.anchor)
        self.stack.append(frame)

    def finish(self, event: Any) -> None:
        frame = self.stack.pop()
        # A block collection's own end mark lies at the next token; the end of its last value is what a reader sees.
        flow = event.end_mark.index > event.start_mark.index
        end = event.end_mark if flow else frame.end
        span = self.span(frame.start, end)
        if frame.expression:
            node = Node(span.text(), span)
        else:
            node = Node(_with_merged(frame) if frame.mapping else tuple(frame.items), span)
            node = _unsafe(node) if frame.tag == "!unsafe" else node
        if frame.anchor:
            self.open_anchors.discard(frame.anchor)
        self.put(node, frame.weight, frame.anchor, end)

    def alias(self, event: Any) -> None:
        span = self.span(event.start_mark, event.end_mark)
        if event.anchor in self.open_anchors:
            self.report.add("E010", f"*{event.anchor} stands inside the value it names", span)
            raise _Stop
        if event.anchor not in self.anchors:
            hint = did_you_mean(event.anchor, self.anchors) or f'if a text is meant, quote it: "*{event.anchor}"'
            self.report.add("E010", f"there is no anchor &{event.anchor} before this alias", span, hint=hint)
            raise _Stop
        node, weight = self.anchors[event.anchor]
        self.put(Node(node.value, node.span, None, node.raw, node.tag), weight, None, event.end_mark)

    def put(self, node: Node, weight: int, anchor: str | None, end: Any) -> None:
        """Hand a finished value to what it stands in."""
        if anchor:
            self.anchors[anchor] = (node if node.value is not _MERGE_KEY else Node("<<", node.span), weight)
        if not self.stack:
            self.root = node
            return
        frame = self.stack[-1]
        frame.weight += weight
        frame.end = end
        if frame.weight > MAX_VALUES:
            self.report.add("E010", f"more than {MAX_VALUES} values, those that aliases stand for included", node.span)
            raise _Stop
        if not frame.mapping:
            frame.items.append(node)
        elif frame.key is _NO_KEY:
            frame.key, frame.key_span = self.key(frame, node), node.span
        else:
            self.entry(frame, node)

    def key(self, frame: _Frame, node: Node) -> Any:
        if node.value is _MERGE_KEY or isinstance(node.value, str | int | float | bool | None):
            return node.value
        if node.raw is not None:
            return node.raw
        if not isinstance(node.value, tuple | dict):
            return str(node.value)
        span = node.span
        if self.file.line(span.line)[max(span.column - 2, 0) :].startswith("{{"):
            frame.expression = True
            hint = 'an expression at the start of a value is quoted: "{{ ... }}"'
            self.report.add("E015", "unquoted, {{ begins a mapping in YAML, and no expression", span, hint=hint)
        else:
            self.report.add("E015", "a list or mapping cannot be a key", span)
        return _BAD_KEY

    def entry(self, frame: _Frame, node: Node) -> None:
        key, place = frame.key, frame.key_span
        frame.key = _NO_KEY
        assert place is not None
        if key is _BAD_KEY:
            return
        if key is _MERGE_KEY:
            self.merge(frame, node, place)
            return
        if key in frame.items:
            first = frame.items[key].place
            shown = repr(key) if isinstance(key, str) else place.text()
            same = "" if first.text() == place.text() else f", as {first.text()}"
            self.report.add("E016", f"{shown} is set twice", place, notes=[Note(f"first set here{same}", first)])
            return
        frame.items[key] = Node(node.value, node.span, place, node.raw, node.tag)

    def merge(self, frame: _Frame, node: Node, place: Span) -> None:
        parts = node.value if isinstance(node.value, tuple) else (node,)
        wrong = next((part for part in parts if not isinstance(part.value, dict)), None)
        if wrong is not None:
            notes = [Note("this is none", wrong.span)]
            self.report.add("E017", "<< merges mappings, and is given something else", place, notes=notes)
        # The first mapping of a list wins, and of several << the last.
        frame.merged[:0] = [part for part in parts if isinstance(part.value, dict)]


def _unsafe(node: Node) -> Node:
    """Return a value in which no text is a template."""
    if isinstance(node.value, dict):
        return node._replace(value={key: _unsafe(child) for key, child in node.value.items()})
    if isinstance(node.value, tuple):
        return node._replace(value=tuple(_unsafe(child) for child in node.value))
    return node._replace(tag="!unsafe") if isinstance(node.value, str) else node


def _with_merged(frame: _Frame) -> dict[Key, Node]:
    """Return the entries; what is merged in never replaces what is written, and the first merged one wins."""
    entries: dict[Key, Node] = frame.items
    for merged in frame.merged:
        for key, node in merged.items():
            entries.setdefault(key, node)
    return entries
