"""Make the plan of a playbook: play x source x matrix = build; its options and steps; the order of it all."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import NamedTuple

from runner import __version__, registry
from runner.diagnostics import Report
from runner.expand.error import ExpressionError, Late
from runner.expand.inputs import Input, texts_of
from runner.expand.render import render_bare
from runner.expand.scope import Scope
from runner.expand.world import World
from runner.model.plan import Action, Build, InputValue, Link, Plan, Step
from runner.model.playbook import Item, Play, Playbook, PostProcessor, Source, SourceUse, walk
from runner.planning.candidates import Candidate, Finder, with_needed
from runner.planning.digests import Digests, NoDigests, content, local_key
from runner.planning.files import named_files, readable
from runner.planning.graph import waves
from runner.planning.maker import StepMaker
from runner.planning.options import rendered_options, template_of
from runner.planning.scopes import Scopes
from runner.planning.selection import Selection, check_patterns, matches
from runner.planning.steps import Frame, handlers_of, late_names, role_variables, rules_of
from runner.text import Node, SourceFile
from runner.text.paths import is_file


class Ground(NamedTuple):
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


class Prepared(NamedTuple):
    """A plan, and what each build that is to be made stands on, by name."""

    plan: Plan
    grounds: Mapping[str, Ground]


def make_plan(
    playbook: Playbook, inputs: Mapping[str, Input], world: World, selection: Selection, report: Report
) -> Plan:
    """Return the plan. Everything that keeps a build from being made is in ``report``."""
    return prepare(playbook, inputs, world, selection, report).plan


def check_plan(
    playbook: Playbook,
    inputs: Mapping[str, Input],
    world: World,
    selection: Selection,
    report: Report,
    *,
    complete: bool = True,
) -> None:
    """Report everything that keeps a build from being made; no file's content is read for that, no key made.

    A playbook that is not ``complete`` may lack builds that others name.
    """
    _Planner(playbook, inputs, world, selection, report, NoDigests(), complete=complete).plan()


def prepare(
    playbook: Playbook, inputs: Mapping[str, Input], world: World, selection: Selection, report: Report
) -> Prepared:
    """Return the plan together with what its builds stand on, for whoever carries it out."""
    secrets = [text for each in inputs.values() if each.sensitive for text in texts_of(each.value)]
    digests = Digests(secrets, local_key(world.environ) if secrets else b"")
    planner = _Planner(playbook, inputs, world, selection, report, digests)
    plan = planner.plan()
    return Prepared(plan, planner.grounds)


class _Planner:
    def __init__(
        self,
        playbook: Playbook,
        inputs: Mapping[str, Input],
        world: World,
        selection: Selection,
        report: Report,
        digests: Digests,
        *,
        complete: bool = True,
    ) -> None:
        self.playbook = playbook
        self.inputs = inputs
        self.world = world
        self.selection = selection
        self.report = report
        self.digests = digests
        self.complete = complete
        self.scopes = Scopes(playbook, inputs, world)
        self.grounds: dict[str, Ground] = {}

    def plan(self) -> Plan:
        finder = Finder(self.playbook, self.scopes, self.selection, self.report, complete=self.complete)
        candidates = finder.candidates()
        links = [
            str(link.keywords["name"].value) if "name" in link.keywords else link.type
            for play in self.playbook.plays for chain in play.post_processors for link in chain
        ]
        if finder.complete and not candidates:
            first = self.playbook.files[0] if self.playbook.files else SourceFile(self.playbook.path, "")
            hint = "add a play that uses a source"
            self.report.add("W617", "the playbook makes no build", first.start(), hint=hint)
        elif finder.complete:
            check_patterns(self.selection, [each.names for each in candidates], links, self.report)
        needs = finder.needs(candidates)
        candidates = with_needed(candidates, needs, self.report)
        wanted = {each.name: needs[each.name] for each in candidates if each.refusal is None}
        places = {each.name: each.use.start for each in candidates}
        order = waves(wanted, places, self.report)
        builds = self._builds(candidates, needs, order)
        return Plan(
            playbook=self.playbook.path,
            variables={name: self._shown(found) for name, found in sorted(self.inputs.items())},
            builds=builds,
            order=order,
            files=self._files(builds),
            ingot=__version__,
        )

    def _builds(
        self, candidates: list[Candidate], needs: Mapping[str, tuple[str, ...]], order: tuple[tuple[str, ...], ...]
    ) -> tuple[Build, ...]:
        """Return the builds in the order of the playbook; they are worked out in that of the graph, for the keys."""
        by_name = {each.name: each for each in candidates}
        made: dict[str, Build] = {}
        for name in dict.fromkeys((*(name for wave in order for name in wave), *by_name)):
            made[name] = self._build(by_name[name], [made[need] for need in needs[name] if need in made])
        return tuple(made[each.name] for each in candidates)

    @property
    def _lacking(self) -> Report:
        """Where to report options that an empty variable leaves out: in a check without values, as a warning."""
        return self.report if self.digests.wanted else self.report.mild()

    def _shown(self, found: Input) -> InputValue:
        if not found.sensitive:
            return InputValue(found.value, found.origin)
        return InputValue(None, found.origin, sensitive=True, digest=self.digests.secret(str(found.value)))

    def _build(self, each: Candidate, bases: list[Build]) -> Build:
        entry = registry.find("builders", each.source.builder)
        assert entry is not None
        action: Action = "run" if each.refusal is None else "skip"
        build = Build(
            name=each.name, play=each.play.name, source=each.source.name, builder=entry.name, action=action,
            reason=each.refusal or each.note or "selected", runs=entry.runs,
            start_from=bases[0].name if bases else None, matrix=each.matrix,
        )
        if each.refusal is not None:
            return build
        scope = self.scopes.of_build(each.play.name or "", each.source, each.name, each.matrix)
        added = dict(each.use.options.items()) if each.use.options else {}
        options = Node({**dict(each.source.options.items()), **added}, each.source.place, each.source.place)
        values = rendered_options(options, scope, entry.schema, self.report, lacking=self._lacking)
        files = named_files(options, values, entry.schema, self.world.root, self.digests, self.report)
        key = self.digests.value(entry.name, values, content(files), [base.image_key for base in bases])
        frame = self._frame(each)

        def apart(section: str, items: tuple[Item, ...], inside: Frame) -> tuple[Step, ...]:
            return tuple(StepMaker(self.digests, self.report, key).steps(section, items, inside))

        handlers = apart("handlers", handlers_of(each.play), frame)
        maker = StepMaker(self.digests, self.report, key, handlers)
        steps = tuple(step for section, items in each.play.sections() for step in maker.section(section, items, frame))
        links = tuple(tuple(self._links(chain, each, scope)) for chain in each.play.post_processors)
        planned = build._replace(
            options=values,
            key=key,
            image_key=maker.key,
            steps=steps,
            handlers=handlers,
            verify=apart("verify", each.play.verify, frame),
            on_error=apart("on_error", each.play.on_error, frame),
            post_processors=links,
            files=files,
        )
        self.grounds[each.name] = Ground(planned, each.play, each.source, each.use, options, scope, frame)
        return planned

    def _frame(self, each: Candidate) -> Frame:
        play = each.play
        tasks = (task for _, items in play.sections() for task in walk(items, included=True))
        late = late_names(tasks)
        defaults_of_roles, vars_of_roles = role_variables(play)
        own = self.scopes.layers(play.name or "", each.source, each.name, each.matrix)
        early = (*own, play.vars, vars_of_roles)
        defaults = play.keywords.get("module_defaults")
        frame = Frame(
            base=(*self.scopes.base.layers, defaults_of_roles), early=early, fixed=self.scopes.fixed,
            names=each.names, selection=self.selection, world=self.world, late=late,
            keywords={key: node for key, node in play.keywords.items() if key != "when"},
            defaults={str(key): node for key, node in defaults.items()} if defaults else {},
            rules=rules_of(play),
        )
        tags = play.keywords.get("tags")
        return frame._replace(tags=tuple(dict.fromkeys(str(tag.value) for tag in tags.elements())) if tags else ())

    def _links(self, chain: tuple[PostProcessor, ...], each: Candidate, scope: Scope) -> Iterator[Link]:
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
            inner = scope.with_layers(late=late)
            options = rendered_options(link.options, inner, entry.schema, self.report, lacking=self._lacking)
            files = named_files(link.options, options, entry.schema, self.world.root, self.digests, self.report)
            kept = None if keep is None else bool(keep.value)
            yield Link(link.type, called, options, "run", "follows the build", kept, files)

    def _link_refusal(self, link: PostProcessor, each: Candidate, scope: Scope) -> str | None:
        for key, wanted in (("only", True), ("except", False)):
            patterns = [str(p.value) for p in link.keywords[key].elements()] if key in link.keywords else None
            if patterns is not None and any(matches(p, each.names) for p in patterns) is not wanted:
                return f"{key}: {', '.join(patterns)}"
        name = link.keywords.get("name")
        called = str(name.value) if name else link.type
        if called in self.selection.except_:
            return f"left out by --except {called}"
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
            found[file.path] = self.digests.file(path) if is_file(path) else self.digests.value(file.text)
        found |= readable(self.world.plugins.files(), self.digests)
        for build in builds:
            links = (link for chain in build.post_processors for link in chain)
            steps = (*build.steps, *build.handlers, *build.verify, *build.on_error)
            readers: tuple[Build | Step | Link, ...] = (build, *steps, *links)
            for each in readers:
                found |= each.files
        return dict(sorted(found.items()))


def last_key(build: Build) -> str:
    """Return the key of a build's image."""
    return build.image_key
