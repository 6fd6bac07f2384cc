"""What this version cannot do yet, found before anything starts."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import chain
from typing import Any

from runner import registry
from runner.diagnostics import Diagnostic, Note
from runner.expand.render import is_template
from runner.model.plan import Build, Open, Step
from runner.model.playbook import Block, Item, Task, walk
from runner.planning.planner import Ground
from runner.planning.steps import handlers_of
from runner.schema.records import usual
from runner.text import Node, Span

_CODE = "E801"
HERE = ("localhost", "127.0.0.1", "::1")
"""What ``delegate_to`` calls this computer."""
_NAME = re.compile(r"\w+")
"""How what a plugin cannot do begins, if it begins with the option."""
WAYS_OUT = "the module 'ansible' runs it with Ansible; a plugin, or 'shell', may do the same"
"""What to do about a module that there is not."""


def refusals(grounds: Mapping[str, Ground]) -> list[Diagnostic]:
    """Return everything in the builds to be made that this version cannot run; then nothing is to be started."""
    found: dict[Diagnostic, list[str]] = {}
    for ground in grounds.values():
        if ground.build.action == "run":
            for each in _Refusals(ground).all():
                found.setdefault(each, []).append(ground.build.name)
    several = len(grounds) > 1
    return [each._replace(notes=(_in_builds(builds),)) if several else each for each, builds in found.items()]


def gap_of(plugin: Any, options: Mapping[str, Any]) -> str | None:
    """Return what a plugin cannot do of what its options ask for, however weakly they are typed."""
    found: str | None = plugin.gap(usual(plugin.options_type(), options))
    return found


def _in_builds(builds: list[str]) -> Note:
    return Note(f"in the build{'s' * (len(builds) > 1)} {', '.join(builds)}")


class _Refusals:
    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._build: Build = ground.build
        self._found: dict[Diagnostic, None] = {}
        self._machine = True

    def all(self) -> Iterable[Diagnostic]:
        """Return what is wrong with one build."""
        self._builder()
        play, build = self._ground.play, self._build
        sections = (items for _, items in play.sections())
        steps = iter(build.steps)
        for items in sections:
            self._steps(items, steps)
        self._steps(handlers_of(play), iter(build.handlers))
        self._steps(play.on_error, iter(build.on_error))
        self._verify()
        self._post_processors()
        return self._found

    def _add(self, message: str, place: Span, hint: str) -> None:
        self._found[Diagnostic(_CODE, message, place, hint)] = None

    def _builder(self) -> None:
        build, ground = self._build, self._ground
        entry = registry.find("builders", build.builder)
        assert entry is not None
        self._open(build.options, ground.options, ground.source.place)
        if not entry.runs:
            self._add(
                f"this version cannot run the builder {entry.name!r}", ground.source.place,
                "it can check and plan it; leave the build out with --except",
            )
            return
        plugin: Any = entry.load()
        self._machine = plugin.has_machine(usual(plugin.options_type(), build.options))
        if gap := gap_of(plugin, build.options):
            name = _NAME.match(gap)
            node = ground.options.get(name[0]) if name else None
            place = node.place if node else ground.use.place
            self._add(
                f"this version cannot use the builder {entry.name!r} with {gap}", place,
                "write communicator: none for work on this computer alone" if "communicator" in gap
                else "change the source's options, or leave the build out with --except",
            )

    def _steps(self, items: tuple[Item, ...], steps: Iterator[Step]) -> None:
        """Check the tasks that are sure to run: the plan has a step for each, in the same order.

        What depends on a condition or on a notification may never be reached, and fails if it is.
        """
        for task in walk(items):
            step = next(steps)
            if step.action == "run" and step.section != "handlers" and "when" not in step.keywords:
                self._task(task, step.options)
                for inner in _surely_run(task.included):
                    self._task(inner, inner.args.plain())

    def _task(self, task: Task, options: Mapping[str, Any]) -> None:
        entry = self._ground.frame.world.plugins.module(task.module)
        if entry is None:  # in a role, a module that nobody knows matters only when its task is reached
            return
        self._open(options, task.args, task.place)
        if not entry.runs:
            self._add(
                f"this version cannot run the {entry}", task.place,
                WAYS_OUT if entry.origin == "action"
                else "leave the task out with --skip-tags, or the build with --except",
            )
            return
        plugin: Any = entry.load()
        if gap := gap_of(plugin, options):
            self._add(f"this version cannot do that: {gap}", task.place, "leave the task out with --skip-tags")
        if not plugin.controller and not self._machine and "delegate_to" not in task.keywords:
            self._add(
                f"the module {entry.name!r} works on a machine, and there is none",
                task.place, "use shell_local for work on this computer",
            )
        self._keywords(task, controller=plugin.controller)

    def _keywords(self, task: Task, *, controller: bool) -> None:
        """Refuse the keywords that would have no effect yet."""
        delegate = task.keywords.get("delegate_to")
        if delegate is not None and delegate.value not in HERE and not is_template(delegate):
            self._add("a task can be delegated to localhost only", delegate.place, "write delegate_to: localhost")
        become = task.keywords.get("become")
        if controller and become is not None and become.value not in (False, "no", "false", None):
            self._add(f"{task.module!r} runs on this computer as you are, and 'become' is for the machine",
                      become.place, "remove it, or start the command with sudo")

    def _verify(self) -> None:
        if self._machine:
            return
        for task, step in zip(walk(self._ground.play.verify), self._build.verify, strict=True):
            if step.action == "run":
                self._add(
                    "'verify' checks a machine, and there is none", task.place,
                    "check with a task of the play, or with the post-processor shell-local",
                )
                return

    def _post_processors(self) -> None:
        written = chain.from_iterable(self._ground.play.post_processors)
        links = chain.from_iterable(self._build.post_processors)
        for writing, link in zip(written, links, strict=True):
            if link.action == "skip":
                continue
            entry = registry.find("post_processors", link.type)
            assert entry is not None
            self._open(link.options, writing.options, writing.place)
            if not entry.runs:
                self._add(f"this version cannot run the post-processor {entry.name!r}", writing.place,
                          "give it a name and leave it out with --except NAME")
            elif gap := gap_of(entry.load(), link.options):
                self._add(f"this version cannot do that: {gap}", writing.place, "leave the post-processor out")

    def _open(self, options: Mapping[str, Any], written: Node, place: Span) -> None:
        """Refuse values that not even the build will know: look-ups of kinds that this version cannot make."""
        for name, value in options.items():
            if isinstance(value, Open) and value.needs.startswith("data."):
                node = written.get(name)
                self._add(f"{value.needs} is not known: {value.reason}", node.place if node else place,
                          "give the value as a variable instead")


def _surely_run(items: Iterable[Item]) -> Iterator[Task]:
    """Yield the tasks of an included file that have no condition: the others may never be reached."""
    for item in items:
        if "when" in item.keywords:
            continue
        if isinstance(item, Block):
            yield from _surely_run((*item.tasks, *item.always))
        else:
            yield item
            yield from _surely_run(item.included)
