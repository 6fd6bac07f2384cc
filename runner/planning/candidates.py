"""Which builds there are, which of them are made, and what each starts from."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from runner.diagnostics import Report
from runner.expand.error import UNUSABLE, ExpressionError, Late
from runner.expand.render import render_bare
from runner.model.plan import Open
from runner.model.playbook import Play, Playbook, Source, SourceUse
from runner.planning.matrix import combinations, label
from runner.planning.options import rendered, template_of
from runner.planning.scopes import Scopes
from runner.planning.selection import Selection
from runner.schema.check import unknown_word
from runner.text import Node, Span


class Candidate(NamedTuple):
    """A build before its options and steps are worked out."""

    name: str
    play: Play
    source: Source
    use: SourceUse
    matrix: dict[str, Any]
    names: tuple[str, ...]
    """Every name by which it may be called."""
    refusal: str | None = None
    """Why it is not made."""
    note: str | None = None
    """Why it is made although nobody asked for it, or what is still open."""


class Finder:
    """Finds the builds of one playbook."""

    def __init__(
        self, playbook: Playbook, scopes: Scopes, selection: Selection, report: Report, *, complete: bool = True
    ) -> None:
        self._playbook = playbook
        self._scopes = scopes
        self._selection = selection
        self._report = report
        self.complete = complete
        """Whether every build is known; what names none of them may otherwise still be right."""

    def candidates(self) -> list[Candidate]:
        """Return every build there could be, in the order of the playbook."""
        found: list[Candidate] = []
        for play in self._playbook.plays:
            known = combinations(play.matrix, self._scopes.early, self._report)
            self.complete = self.complete and bool(known)
            for combination in known or ():
                for use in play.sources:
                    source = self._playbook.sources.get(use.name)
                    if source is not None:
                        found.append(self._candidate(play, use, source, combination))
        return found

    def _candidate(self, play: Play, use: SourceUse, source: Source, combination: dict[str, Any]) -> Candidate:
        bare = f"{play.name}.{use.name}" if play.name else use.name
        name = bare + label(combination)
        names = (name, bare) if combination else (name,)
        every = (*names, use.name) if play.name else names
        refusal, note = self._selection.refusal(every), None
        for when in (play.keywords.get("when"), use.when):
            if when is not None and refusal is None:
                refusal, note = self._decided(when, play, source, name, combination)
        return Candidate(name, play, source, use, combination, every, refusal, note)

    def _decided(
        self, when: Node, play: Play, source: Source, name: str, combination: dict[str, Any]
    ) -> tuple[str | None, str | None]:
        scope = self._scopes.of_build(play.name or "", source, name, combination)
        for each in when.elements():
            try:
                if not render_bare(each, scope):
                    return f"when: {template_of(each)} is false", None
            except ExpressionError as error:
                self._report.extend([error.diagnostic])
            except Late as late:
                return None, f"its condition needs {late.name}: {late.reason}"
        return None, None

    def needs(self, candidates: list[Candidate]) -> dict[str, tuple[str, ...]]:
        """Return what each build starts from, by name."""
        needs: dict[str, tuple[str, ...]] = {}
        for each in candidates:
            if each.name in needs:
                place = each.play.matrix.place if each.play.matrix else each.use.place
                self._report.add("E016", f"two builds are called {each.name!r}", place)
            node = each.use.start_from
            needs[each.name] = ()
            if node is None:
                continue
            scope = self._scopes.of_build(each.play.name or "", each.source, each.name, each.matrix)
            wanted = rendered(node, scope, self._report)
            if isinstance(wanted, Open):
                if wanted.needs and wanted.reason != UNUSABLE:
                    message = f"'from' needs {wanted.needs}, which only the build knows"
                    self._report.add("E612", message, node.span)
                continue
            needs[each.name] = self._target(str(wanted), each, candidates, node.span)
        return needs

    def _target(
        self, wanted: str, build: Candidate, candidates: list[Candidate], place: Span
    ) -> tuple[str, ...]:
        """Return the build meant: of a matrix, the one with the same values where none is named."""
        exact = [each for each in candidates if each.name == wanted]
        of_name = exact or [each for each in candidates if each.names[1:2] == (wanted,)]
        alike = [
            each for each in of_name
            if all(build.matrix.get(key, value) == value for key, value in each.matrix.items())
        ]
        if len(alike) == 1:
            return (alike[0].name,)
        if not of_name:
            if self.complete:
                known = {each.name for each in candidates if each.name != build.name}
                unknown_word("E207", "build", wanted, known, place, self._report)
        else:
            names = ", ".join(each.name for each in of_name)
            self._report.add("E615", f"{wanted!r} is more than one build: {names}", place, hint="name one of them")
        return ()


def with_needed(
    candidates: list[Candidate], needs: Mapping[str, tuple[str, ...]], report: Report
) -> list[Candidate]:
    """Make also what wanted builds start from; complain when that was left out on purpose."""
    by_name = {each.name: each for each in candidates}
    queue = [each.name for each in candidates if each.refusal is None]
    while queue:
        name = queue.pop()
        for need in needs[name]:
            base = by_name[need]
            if base.refusal is None:
                continue
            if not base.refusal.startswith("not selected"):
                report.add(
                    "E616", f"{name!r} starts from {need!r}, which is not made: {base.refusal}",
                    by_name[name].use.start, hint="leave both out, or none",
                )
                continue
            by_name[need] = base._replace(refusal=None, note=f"needed by {name}")
            queue.append(need)
    return [by_name[each.name] for each in candidates]
