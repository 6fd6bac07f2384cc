"""Find what HCL (version 2, native syntax) is made of: statements, brackets, strings, heredocs, comments.

The grammar that reads expressions (``tree-sitter-hcl``) knows neither where a line has to end nor all of strings and
heredocs. So this comes first: it finds the statements, which end with their line unless a bracket is open, takes the
strings and heredocs apart, and leaves for the grammar a text of the same length in which they are blank.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, field

from runner.diagnostics import Note, Report
from runner.formats.places import Places

MAX_DEPTH = 100
"""How deeply brackets and templates may be nested."""

_NAME = r"[A-Za-z_\x80-\U0010ffff][\w\-\x80-\U0010ffff]*+"
_CODE = re.compile(
    rf"""(?P<space>[ \t]++) | (?P<newline>\r?\n) | (?P<comment>(?:\#|//)[^\n]*+ | /\*(?s:.*?)\*/)
    | (?P<name>{_NAME}) | (?P<number>[0-9]++(?:\.[0-9]++)?+(?:[eE][-+]?+[0-9]++)?+) | (?P<quote>")
    | (?P<heredoc><<-?+{_NAME}\r?\n) | (?P<opener>[(\[{{]) | (?P<closer>[)\]}}])
    | (?P<operator>(?!::|/\*|<<)[-+*/%!<>=&|?:.,~]) | (?P<stray>'[^'\r\n]*+'? | /\* | :: | << | (?s:.))""",
    re.VERBOSE,
)
_QUOTED = re.compile(
    r"""(?P<text>(?:[^"\\$%\r\n] | \\["\\nrt] | \\u(?![dD][89a-fA-F])[0-9a-fA-F]{4}
        | \\U(?!0000[dD][89a-fA-F])(?:0010|000[0-9a-fA-F])[0-9a-fA-F]{4} | \$\$\{ | %%\{ | [$%](?!\{))++)
    | (?P<insert>[$%]\{) | (?P<quote>") | (?P<escape>\\(?:u[0-9a-fA-F]{0,4}|U[0-9a-fA-F]{0,8}|[^"\r\n])?)
    | (?P<newline>[\r\n])""",
    re.VERBOSE,
)
_HEREDOC_LINE = re.compile(r"(?:[^$%\r\n]|\r(?=\n)|\$\$\{|%%\{|[$%](?!\{))*+\n?(?P<insert>[$%]\{)?")
_NEW_STATEMENT = re.compile(rf"\s*+(?:\#|//|{_NAME}[ \t]*+=)", re.VERBOSE)
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_CLOSER = {"(": ")", "[": "]", "[for": "]", "{": "}", "{for": "}", "${": "}", "%{": "}"}
_OPERANDS = frozenset(("name", "number", "quote", "heredoc"))
_EXPECTED = {"": "a new line", "{": "a new line, ',' or '}'", "[": "',' or ']'", "(": "')'", "${": "'}'"}
_NO_LINE_END_AFTER = frozenset("=:+-/%!<>&|?")
_ESCAPES = r"a backslash is written \\; the escapes are \n \r \t \" \\ \uXXXX \UXXXXXXXX with hexadecimal digits"
_ONE_LINE = "a value goes on in the next line only inside ( ) and [ ]"
_STRAY = {
    "'": "a text stands in double quotes",
    "\u2018": "a text stands in double quotes",
    "\u2019": "a text stands in double quotes",
    "\u201c": 'write "',
    "\u201d": 'write "',
    "\xa0": "it looks like a space; write a space",
    "\r": "lines end with LF or CRLF",
    ";": "each attribute stands on a line of its own",
    "$": "${ } is for strings; outside them the expression stands by itself",
    "/": "a comment that starts with /* ends with */",
    "<": "a heredoc starts with <<NAME or <<-NAME, and nothing follows the name on its line",
}


@dataclass(frozen=True, slots=True)
class Piece:
    """A stretch of a template by its offsets: text as it is written or an insert, ``${ }`` or ``%{ }``.

    ``code`` is what stands between the braces of an insert, for the grammar; it is none for text.
    """

    start: int
    end: int
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Template:
    """A quoted string or, with an ``introducer`` (``<<`` or ``<<-``), a heredoc."""

    start: int
    end: int
    pieces: tuple[Piece, ...]
    introducer: str = ""


@dataclass(frozen=True, slots=True)
class Statement:
    """An attribute or block by its offsets; ``sound`` when no mistake was found in it so far."""

    start: int
    end: int
    sound: bool


@dataclass(frozen=True, slots=True)
class Lexed:
    """What a text is made of.

    ``code`` is the text for the grammar, as far as it was read: of the same length, comments and the insides of strings
    blank, heredocs like strings, all else ASCII. ``templates`` are the strings and heredocs by their first offset,
    ``comments`` the offsets where comments start and end.
    """

    code: str
    statements: tuple[Statement, ...]
    templates: dict[int, Template]
    comments: tuple[tuple[int, int], ...]


def lex(places: Places, report: Report) -> Lexed:
    """Take the text of ``places`` apart; report what is wrong with it (E031, E034).

    Where the rest cannot be understood, for a bracket is never closed say, there are no further statements.
    """
    lexer = _Lexer(places, report)
    with suppress(_Stop):
        lexer.run()
    return Lexed("".join(lexer.code[0]), tuple(lexer.statements), lexer.templates, tuple(lexer.comments))


class _Stop(Exception):  # noqa: N818 - no error by itself: the report has it
    """Reading cannot go on; the reason is in the report."""


@dataclass(slots=True)
class _Open:
    """A bracket, insert or template that is not closed yet.

    ``kind`` is the bracket, ``[for`` and ``{for`` when it holds a for expression, ``${``, ``%{``, ``"`` or ``<<``;
    nothing for the text as a whole. ``assigned`` is whether a value has begun: in braces, only after a ``=``.
    The rest is for templates: the offset where the latest text in it begins, how a heredoc starts and ends.
    """

    kind: str
    start: int
    assigned: bool = True
    text_start: int = 0
    introducer: str = ""
    marker: str = ""
    pieces: list[Piece] = field(default_factory=list)


class _Lexer:
    """Goes once through the text, with a stack instead of recursion; ``at`` is the offset of what comes next."""

    def __init__(self, places: Places, report: Report) -> None:
        self.text = places.file.text
        self.places = places
        self.report = report
        self.code: list[list[str]] = [[]]  # of the text, then of each insert that is open
        self.statements: list[Statement] = []
        self.templates: dict[int, Template] = {}
        self.comments: list[tuple[int, int]] = []
        self.open = [_Open("", 0, assigned=False)]
        self.at = 0
        self.start: int | None = None  # of the statement
        self.end = 0
        self.sound = True
        self.after_operand = False
        self.previous = ""  # lexeme; "\n" where an item of a brace is to begin
        self.line_end: int | None = None  # where the code has the end of an item of a brace that has no comma

    def run(self) -> None:
        """Read the whole text; raises ``_Stop`` where the rest makes no sense."""
        if self.text.startswith("\ufeff"):
            self.at = 1
            self._emit(" ")
        while self.at < len(self.text):
            kind = self.open[-1].kind
            if kind == '"':
                self._in_string()
            elif kind == "<<":
                self._in_heredoc()
            else:
                self._in_code()
        if len(self.open) > 1:
            self._never_closed(self.open[-1])
        self._end_statement()

    def _in_code(self) -> None:
        found = _CODE.match(self.text, self.at)
        assert found, "any character matches"
        kind, lexeme, start = found.lastgroup, found[0], self.at
        self.at = found.end()
        if kind == "newline":
            self._end_line(start)
        elif kind not in ("space", "comment"):
            self._token(kind or "", lexeme, start)
            self.end = self.at
            return
        if kind == "comment":
            self.comments.append((start, self.at))
        self._emit(" " * (len(lexeme) - 1) + ("\n" if kind == "newline" else " "))

    def _token(self, kind: str, lexeme: str, start: int) -> None:
        if self.start is None:
            self.start = start
        if kind in _OPERANDS and self.after_operand:
            self._two_operands(lexeme, start)
        self.after_operand = kind in ("name", "number", "closer")
        if kind == "name":
            self._name(lexeme, start)
        elif kind == "number":
            self._emit("1" * len(lexeme))
        elif kind == "opener":
            if lexeme == "(" and self.previous == "\n" and self.line_end is not None:
                # to the grammar, which knows no lines, it would be the call of what is before it
                self.code[-1][self.line_end] = self.code[-1][self.line_end].replace("\n", ",")
            self._emit(lexeme)
            self._push(_Open(lexeme, start, assigned=lexeme != "{"))
        elif kind == "closer":
            self._close(lexeme, start)
        elif kind == "operator":
            self._operator(lexeme, start)
        elif kind == "stray":
            self._stray(lexeme, start)
        else:
            introducer = lexeme[: 3 if lexeme.startswith("<<-") else 2] if kind == "heredoc" else ""
            marker = lexeme[len(introducer) :].rstrip("\r\n")
            template = _Open("<<" if introducer else '"', start, text_start=self.at)
            template.introducer, template.marker = introducer, marker
            self._push(template)
        self.previous = lexeme

    def _emit(self, code: str) -> None:
        self.code[-1].append(code)

    def _name(self, lexeme: str, start: int) -> None:
        if not lexeme.isascii():
            spelled = lexeme.replace("-", "_")
            wrong = next((n for n, c in enumerate(spelled) if not ("a" * (n > 0) + c).isidentifier()), None)
            if wrong is not None:
                self._cannot_stand(lexeme[wrong], start + wrong)
        if lexeme == "for" and self.previous in ("[", "{"):
            self.open[-1].kind += "for"
        self._emit(_NOT_ASCII.sub("x", lexeme))

    def _two_operands(self, lexeme: str, start: int) -> None:
        """Report a value right after a value. Where no value has begun, it is the head of a block."""
        top = self.open[-1]
        if top.kind in _EXPECTED and self.sound and (top.assigned or self.previous == "}"):
            found = lexeme.rstrip()
            self._mistake(f"expected {_EXPECTED[top.kind]}, found '{found}'", start, start + len(found))

    def _operator(self, lexeme: str, start: int) -> None:
        if self.previous == "\n" and lexeme not in "-!":
            self._mistake(
                f"a line in braces cannot begin with '{lexeme}'", start, self.at,
                "put it at the end of the line before" if lexeme == "," else _ONE_LINE,
            )
        top = self.open[-1]
        if top.kind in ("", "{"):
            top.assigned = lexeme in "=:" or (top.assigned and lexeme != ",")
        self._emit(lexeme)

    def _stray(self, lexeme: str, start: int) -> None:
        self._emit(" " * len(lexeme))
        self._cannot_stand(lexeme, start)
        if lexeme in ("/*", "<<"):
            raise _Stop

    def _cannot_stand(self, lexeme: str, start: int) -> None:
        shown = repr(lexeme.strip("'") or lexeme) if lexeme.isprintable() else f"U+{ord(lexeme[0]):04X}"
        message = "the comment is never closed" if lexeme == "/*" else f"{shown} cannot stand here"
        self._mistake(message, start, start + len(lexeme), _STRAY.get(lexeme[0]))

    def _end_line(self, start: int) -> None:
        if len(self.open) == 1:
            self._end_statement()
        elif self.open[-1].kind == "{":
            if self.previous != "\n":
                self.line_end = len(self.code[-1]) if self.after_operand else None
            self.open[-1].assigned = self.after_operand = False
            if self.previous in _NO_LINE_END_AFTER:
                self._mistake(f"expected a value after '{self.previous}' on the same line", start, start)
            if self.previous != "{":
                self.previous = "\n"

    def _end_statement(self) -> None:
        if self.start is not None:
            self.statements.append(Statement(self.start, self.end, self.sound))
        self.start = None
        self.sound = True
        self.previous = ""
        self.open[0].assigned = self.after_operand = False

    def _push(self, opened: _Open) -> None:
        if len(self.open) > MAX_DEPTH:
            message = f"brackets and strings are nested more than {MAX_DEPTH} deep"
            self.report.add("E034", message, self.places.span(opened.start, opened.start + 1))
            raise _Stop
        self.open.append(opened)

    def _close(self, lexeme: str, start: int) -> None:
        if len(self.open) == 1:
            self._mistake(f"'{lexeme}' closes nothing", start, self.at)
            self._emit(" ")
            return
        top = self.open[-1]
        if lexeme != _CLOSER[top.kind]:
            notes = (Note("opened here", self.places.span(top.start, top.start + 1)),)
            self._mistake(f"expected '{_CLOSER[top.kind]}', found '{lexeme}'", start, self.at, notes=notes)
            raise _Stop
        self.open.pop()
        if top.kind in ("${", "%{"):
            self.open[-1].pieces.append(Piece(top.start, self.at, "".join(self.code.pop())))
            self.open[-1].text_start = self.at
        else:
            self._emit(lexeme)

    def _in_string(self) -> None:
        found = _QUOTED.match(self.text, self.at)
        top = self.open[-1]
        assert found, "any character matches"
        kind, start = found.lastgroup, self.at
        self.at = found.end()
        if kind == "insert":
            self._insert(top, start)
        elif kind == "quote":
            self._end_template(top, start, self.at)
        elif kind == "escape":
            self._mistake(f"'{found[0]}' is no escape sequence", start, self.at, _ESCAPES)
        elif kind == "newline":
            self.at = start
            self._never_closed(top)
            self._end_template(top, start, start)

    def _in_heredoc(self) -> None:
        top = self.open[-1]
        if self.text[self.at - 1] == "\n":
            end = self.text.find("\n", self.at)
            line = self.text[self.at : end]
            if end != -1 and line.strip() == top.marker:
                start = self.at
                self.at += len(line.rstrip())
                self._end_template(top, start, self.at)
                return
        found = _HEREDOC_LINE.match(self.text, self.at)
        assert found, "it matches nothing too"
        self.at = found.end()
        if found["insert"]:
            self._insert(top, self.at - 2)
        elif not found[0]:
            self.at += 1
            self._cannot_stand("\r", self.at - 1)

    def _insert(self, template: _Open, start: int) -> None:
        self._text_piece(template, start)
        self._push(_Open(self.text[start : self.at], start))
        self.code.append([])
        self.after_operand = False
        self.previous = ""

    def _text_piece(self, template: _Open, end: int) -> None:
        if template.text_start < end:
            template.pieces.append(Piece(template.text_start, end))

    def _end_template(self, template: _Open, text_end: int, end: int) -> None:
        self._text_piece(template, text_end)
        self.templates[template.start] = Template(template.start, end, tuple(template.pieces), template.introducer)
        self.open.pop()
        self.end = end
        self.previous = '"'
        self.after_operand = True
        self._emit(f'"{" " * (end - template.start - 2)}"'[: end - template.start])

    def _never_closed(self, opened: _Open) -> None:
        """Report what is never closed; where brackets are open around it, nobody knows what follows."""
        span_end = opened.start + max(1, len(opened.introducer + opened.marker))
        if opened.kind == '"':
            hint = 'close it with "; a line end in it is written \\n; several lines stand in a heredoc, <<EOT'
            self._mistake("the string is not closed on its line", opened.start, self.at, hint)
        elif opened.kind == "<<":
            hint = f"it ends with a line that holds nothing but {opened.marker}, and a line end after that"
            self._mistake("the heredoc is never closed", opened.start, span_end, hint)
        else:
            kind = opened.kind.removesuffix("for")
            self._mistake(f"'{kind}' is never closed", opened.start, opened.start + len(kind))
        if self.open[-2].kind or not _NEW_STATEMENT.match(self.text, self.at):
            raise _Stop

    def _mistake(
        self, message: str, start: int, end: int, hint: str | None = None, notes: tuple[Note, ...] = ()
    ) -> None:
        self.report.add("E031", f"not HCL: {message}", self.places.span(start, end), hint=hint, notes=notes)
        self.sound = False
