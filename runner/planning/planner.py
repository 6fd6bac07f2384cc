"""Make the plan of a playbook: play x source x matrix = build; its options and steps; the order of it all."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from runner import __version__, registry
from runner.diagnostics import Report
from runner.expand.error import ExpressionError, Late
from runner.expand.inputs import Input
from runner.expand.render import render_bare
from runner.expand.scope import Layer, Namespace, Scope
from runner.expand.world import World, base_scope, early_scope
from runner.model.plan import Action, Build, InputValue, Link, Open, Plan, Step
from runner.model.playbook import Item, Play, Playbook, PostProcessor, Source, SourceUse, walk
from runner.planning.arguments import check_arguments
from runner.planning.digests import Digests, local_key
from runner.planning.graph import waves
from runner.planning.matrix import combinations, label
from runner.planning.options import rendered, rendered_options, template_of
from runner.planning.selection import Selection, check_patterns, matches
from runner.planning.steps import Frame, StepMaker, late_names
from runner.text import Node, Span


@dataclass(frozen=True)
class _Candidate:
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


@dataclass(frozen=True, eq=False)
class Ground:
    """What a build stands on: beside its plan, all that is needed to carry it out."""

    build: Build
    play: Play
    source: Source
    use: SourceUse
    options: Node
    """The builder's options as they are written."""
    scope: Scope
    """What these options and those of post-processors may use."""
    frame: Frame
    """What the play's tasks stand in."""


@dataclass(frozen=True, eq=False)
class Prepared:
    """A plan, and what each build that is to be made stands on, by name."""

    plan: Plan
    grounds: Mapping[str, Ground]


class _BuildNames(Mapping[str, Any]):
    """``build``: its name is known; its machine's address and the like are not, yet."""

    def __init__(self, known: Mapping[str, Any]) -> None:
        self._known = known

    def __getitem__(self, name: str) -> Any:
        if name in self._known:
            return self._known[name]
        raise Late(f"build.{name}", "only the running build knows it")

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)


def make_plan(
    playbook: Playbook, inputs: Mapping[str, Input], world: World, selection: Selection, report: Report
) -> Plan:
    """Return the plan. Everything that keeps a build from being made is in ``report``."""
    return prepare(playbook, inputs, world, selection, report).plan


def prepare(
    playbook: Playbook, inputs: Mapping[str, Input], world: World, selection: Selection, report: Report
) -> Prepared:
    """Return the plan together with what its builds stand on, for whoever carries it out."""
    planner = _Planner(playbook, inputs, world, selection, report)
    plan = planner.plan()
    return Prepared(plan, planner.grounds)


class _Planner:
    def __init__(
        self, playbook: Playbook, inputs: Mapping[str, Input], world: World, selection: Selection, report: Report
    ) -> None:
        self.playbook = playbook
        self.inputs = inputs
        self.world = world
        self.selection = selection
        self.report = report
        secrets = [text for each in inputs.values() if each.sensitive for text in _texts(each.value)]
        self.digests = Digests(secrets, local_key(world.environ) if secrets else b"")
        self.base = base_scope(world)
        self.early = early_scope(playbook, inputs, world)
        self.names = Namespace("names", (*playbook.variables, *playbook.locals), self.early)
        self.grounds: dict[str, Ground] = {}

    def plan(self) -> Plan:
        self._check_locals()
        candidates = self._candidates()
        links = [
            str(link.keywords["name"].value) if "name" in link.keywords else link.type
            for play in self.playbook.plays for chain in play.post_processors for link in chain
        ]
        check_patterns(self.selection, [each.names for each in candidates], links, self.report)
        needs = self._needs(candidates)
        candidates = _with_needed(candidates, needs, self.report)
        wanted = {each.name: needs[each.name] for each in candidates if each.refusal is None}
        places = {each.name: each.use.place for each in candidates}
        order = waves(wanted, places, self.report)
        builds = tuple(self._build(each, needs[each.name]) for each in candidates)
        return Plan(
            playbook=self.playbook.path,
            variables={name: self._shown(found) for name, found in sorted(self.inputs.items())},
            builds=builds,
            order=order,
            files=self._files(builds),
            ingot=__version__,
        )

    def _shown(self, found: Input) -> InputValue:
        if not found.sensitive:
            return InputValue(found.value, found.origin)
        return InputValue(None, found.origin, sensitive=True, digest=self.digests.secret(str(found.value)))

    def _check_locals(self) -> None:
        """Work every local out, so that a wrong one is found even when nothing uses it; look no data up for that."""
        scope = early_scope(self.playbook, self.inputs, replace(self.world, read_data=False))
        for name in self.playbook.locals:
            try:
                scope.lookup(name)
            except ExpressionError as error:
                self.report.extend([error.diagnostic])
            except Late:
                continue

    def _candidates(self) -> list[_Candidate]:
        found: list[_Candidate] = []
        for play in self.playbook.plays:
            for combination in combinations(play.matrix, self.early, self.report):
                for use in play.sources:
                    source = self.playbook.sources.get(use.name)
                    if source is not None:
                        found.append(self._candidate(play, use, source, combination))
        return found

    def _candidate(self, play: Play, use: SourceUse, source: Source, combination: dict[str, Any]) -> _Candidate:
        bare = f"{play.name}.{use.name}" if play.name else use.name
        name = bare + label(combination)
        names = (name, bare) if combination else (name,)
        refusal, note = self.selection.refusal(names), None
        for when in (play.keywords.get("when"), use.when):
            if when is not None and refusal is None:
                refusal, note = self._decided(when, play, source, name, combination)
        every = (*names, use.name) if play.name else names
        return _Candidate(name, play, source, use, combination, every, refusal, note)

    def _decided(
        self, when: Node, play: Play, source: Source, name: str, combination: dict[str, Any]
    ) -> tuple[str | None, str | None]:
        scope = self._scope(play, source, name, combination)
        for each in when.elements():
            try:
                if not render_bare(each, scope):
                    return f"when: {template_of(each)} is false", None
            except ExpressionError as error:
                self.report.extend([error.diagnostic])
            except Late as late:
                return None, f"its condition needs {late.name}: {late.reason}"
        return None, None

    def _needs(self, candidates: list[_Candidate]) -> dict[str, tuple[str, ...]]:
        """Return what each build starts from, by name."""
        needs: dict[str, tuple[str, ...]] = {}
        for each in candidates:
            if each.name in needs:
                self.report.add("E016", f"two builds are called {each.name!r}", each.use.place)
            node = each.use.start_from
            needs[each.name] = ()
            if node is None:
                continue
            scope = self._scope(each.play, each.source, each.name, each.matrix)
            wanted = rendered(node, scope, self.report)
            if isinstance(wanted, Open):
                if wanted.needs:
                    message = f"'from' needs {wanted.needs}, which only the build knows"
                    self.report.add("E612", message, node.span)
                continue
            needs[each.name] = self._target(str(wanted), each, candidates, node.span)
        return needs

    def _target(
        self, wanted: str, build: _Candidate, candidates: list[_Candidate], place: Span
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
            known = {each.name for each in candidates}
            if self.playbook.sources.get(wanted.rpartition(".")[2]) or "[" in wanted:
                hint = f"builds are {', '.join(sorted(known))}"
                self.report.add("E207", f"unknown build {wanted!r}", place, hint=hint)
        else:
            names = ", ".join(each.name for each in of_name)
            self.report.add("E615", f"{wanted!r} is more than one build: {names}", place, hint="name one of them")
        return ()

    def _layers(self, play: Play, source: Source, name: str, combination: dict[str, Any]) -> tuple[Layer, ...]:
        spaces = {key: layer[key] for layer in self.early.layers for key in ("var", "local", "data") if key in layer}
        own = {
            **spaces,
            "source": {"name": source.name, "type": source.builder},
            "build": _BuildNames({"name": name, "play": play.name or "", "type": source.builder}),
            "matrix": combination,
        }
        return (self.names, own, combination)

    def _scope(self, play: Play, source: Source, name: str, combination: dict[str, Any]) -> Scope:
        fixed = {key: found.value for key, found in self.inputs.items() if found.given}
        return Scope(*self.base.layers, *self._layers(play, source, name, combination), fixed=fixed)

    def _build(self, each: _Candidate, needs: tuple[str, ...]) -> Build:
        entry = registry.find("builders", each.source.builder)
        assert entry is not None
        action: Action = "run" if each.refusal is None else "skip"
        build = Build(
            name=each.name, play=each.play.name, source=each.source.name, builder=entry.name, action=action,
            reason=each.refusal or each.note or "selected", runs=entry.runs,
            start_from=needs[0] if needs else None, matrix=each.matrix,
        )
        if each.refusal is not None:
            return build
        scope = self._scope(each.play, each.source, each.name, each.matrix)
        added = dict(each.use.options.items()) if each.use.options else {}
        options = Node({**dict(each.source.options.items()), **added}, each.source.place, each.source.place)
        values = rendered_options(options, scope, entry.schema, self.report)
        key = self.digests.value(entry.name, values, needs)
        maker = StepMaker(self.digests, self.report, key)
        frame = self._frame(each)
        check_arguments(each.play, frame, self.report)
        steps = tuple(step for section, items in each.play.sections() for step in maker.steps(section, items, frame))

        def apart(section: str, items: tuple[Item, ...], inside: Frame) -> tuple[Step, ...]:
            return tuple(StepMaker(self.digests, self.report, key).steps(section, items, inside))

        links = tuple(tuple(self._links(chain, each, scope)) for chain in each.play.post_processors)
        planned = replace(
            build,
            options=values,
            key=key,
            steps=steps,
            handlers=apart("handlers", each.play.handlers, replace(frame, selection=Selection())),
            verify=apart("verify", each.play.verify, frame),
            on_error=apart("on_error", each.play.on_error, frame),
            post_processors=links,
        )
        self.grounds[each.name] = Ground(planned, each.play, each.source, each.use, options, scope, frame)
        return planned

    def _frame(self, each: _Candidate) -> Frame:
        play = each.play
        tasks = (task for _, items in play.sections() for task in walk(items, included=True))
        late = late_names(tasks)
        early = (*self._layers(play, each.source, each.name, each.matrix), play.vars)
        defaults = play.keywords.get("module_defaults")
        frame = Frame(
            base=self.base.layers, early=early, fixed={k: f.value for k, f in self.inputs.items() if f.given},
            names=each.names, selection=self.selection, root=Path(self.playbook.root), late=late,
            keywords={key: node for key, node in play.keywords.items() if key != "when"},
            defaults={str(key): node for key, node in defaults.items()} if defaults else {},
        )
        tags = play.keywords.get("tags")
        return replace(frame, tags=tuple(str(tag.value) for tag in tags.elements()) if tags else ())

    def _links(self, chain: tuple[PostProcessor, ...], each: _Candidate, scope: Scope) -> Iterator[Link]:
        late = {"artifact": "the build makes it"}
        for link in chain:
            entry = registry.find("post_processors", link.type)
            assert entry is not None
            keep = link.keywords.get("keep_input_artifact")
            name = link.keywords.get("name")
            refusal = self._link_refusal(link, each, scope)
            called = str(name.value) if name else link.type
            if refusal:
                yield Link(link.type, called, {}, "skip", refusal)
                continue
            options = rendered_options(link.options, scope.with_layers(late=late), entry.schema, self.report)
            kept = None if keep is None else bool(keep.value)
            yield Link(link.type, called, options, "run", "follows the build", kept)

    def _link_refusal(self, link: PostProcessor, each: _Candidate, scope: Scope) -> str | None:
        for key, wanted in (("only", True), ("except", False)):
            patterns = [str(p.value) for p in link.keywords[key].elements()] if key in link.keywords else None
            if patterns is not None and any(matches(p, each.names) for p in patterns) is not wanted:
                return f"{key}: {', '.join(patterns)}"
        name = link.keywords.get("name")
        if name is not None and str(name.value) in self.selection.except_:
            return f"left out by --except {name.value}"
        when = link.keywords.get("when")
        for condition in when.elements() if when else ():
            try:
                if not render_bare(condition, scope):
                    return f"when: {template_of(condition)} is false"
            except ExpressionError as error:
                self.report.extend([error.diagnostic])
            except Late:
                continue
        return None

    def _files(self, builds: tuple[Build, ...]) -> dict[str, str]:
        found: dict[str, str] = {}
        for file in self.playbook.files:
            path = Path(file.path)
            found[file.path] = self.digests.file(path) if path.is_file() else self.digests.value(file.text)
        for build in builds:
            for step in (*build.steps, *build.handlers, *build.verify, *build.on_error):
                found |= step.files
        return dict(sorted(found.items()))


def _with_needed(
    candidates: list[_Candidate], needs: Mapping[str, tuple[str, ...]], report: Report
) -> list[_Candidate]:
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
                    by_name[name].use.place,
                )
                continue
            by_name[need] = replace(base, refusal=None, note=f"needed by {name}")
            queue.append(need)
    return [by_name[each.name] for each in candidates]


def _texts(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
    elif value is not None and not isinstance(value, bool) and str(value):
        yield str(value)
