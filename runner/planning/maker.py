"""Tasks -> steps: blocks flattened, conditions and tags decided where they can be, options rendered."""

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

from runner.diagnostics import Report
from runner.expand.error import ExpressionError, Late
from runner.expand.render import is_template, render, render_bare
from runner.expand.scope import Scope
from runner.model.plan import Open, Step
from runner.model.playbook import Block, Item, Task
from runner.planning.arguments import check_arguments
from runner.planning.digests import Digests, content
from runner.planning.early import early_values, template_texts
from runner.planning.files import read_files, readable, reading_options
from runner.planning.loops import check_loop, early_items
from runner.planning.options import fixed_options, rendered, rendered_options, template_of
from runner.planning.steps import Frame, arguments_of, loop_of, target_refusal
from runner.reading.vocabulary import set_by
from runner.registry import Entry
from runner.text import Node

_SHOWN = frozenset({
    "loop", "register", "until", "retries", "delay", "changed_when", "failed_when", "notify", "listen", "become",
    "become_user", "environment", "ignore_errors", "delegate_to", "timeout", "pause_before", "max_retries",
    "continue_on_error", "check_mode", "async", "poll", "no_log", "loop_control", "cache", "checkpoint",
})
_HANDED_DOWN = frozenset({
    "become", "become_user", "environment", "ignore_errors", "delegate_to", "check_mode", "no_log",
    "cache",
})
"""Keywords that count for everything inside of what has them."""
_EFFECT = ("compat", "loop", "become", "become_user", "environment", "delegate_to", "check_mode")
"""Keywords that change what a task does, and so its key."""
_UNFORESEEN = ("include_tasks", "include_role")
"""Modules that bring tasks which may notify handlers."""
_ITEM = "it differs from item to item"


_CHECKED = Step("", "", "", "", {}, "run", "")
"""What stands for each step of a check, of which nobody looks at more than the mistakes."""
_NO_WORK: tuple[dict[str, Any], dict[str, str], dict[str, str]] = ({}, {}, {})


class StepMaker:
    """Makes the steps of one build, each key following from the one before."""

    def __init__(self, digests: Digests, report: Report, key: str, handlers: tuple[Step, ...] = ()) -> None:
        self._digests = digests
        self._report = report
        self._handlers = [step.key for step in handlers]
        self._notified = False
        self.key = key
        """The key of the last step."""

    def section(self, name: str, items: tuple[Item, ...], frame: Frame) -> Iterator[Step]:
        """Yield the steps of one of the play's lists; at the end of all but ``roles``, notified handlers run."""
        yield from self.steps(name, items, frame)
        if name != "roles":
            self._flush()

    def _flush(self) -> None:
        """Let what follows stand on the handlers, too, if a step may have notified one."""
        if self._handlers and self._notified:
            self.key = self._digests.value(self.key, self._handlers)
        self._notified = False

    def steps(self, section: str, items: tuple[Item, ...], frame: Frame) -> Iterator[Step]:
        """Yield the steps of ``items`` in the order in which they run."""
        for item in items:
            inner = self._entered(item, frame, tagged=section != "handlers")
            if isinstance(item, Block):
                for part in (item.tasks, item.rescue, item.always):
                    yield from self.steps(section, part, inner)
            else:
                yield self._step(section, item, inner)

    def _entered(self, item: Item, frame: Frame, *, tagged: bool) -> Frame:
        """Return the frame inside of an item: its keywords joined with those around it. Handlers ignore tags."""
        keywords = item.keywords
        role = item.role
        if role is not None and not any(each is role for each in frame.roles):  # handlers stand outside their role
            frame = frame._replace(roles=(*frame.roles, role), upper=(*frame.upper, role.vars))
        if "vars" in keywords and isinstance(keywords["vars"].value, dict):
            frame = frame._replace(upper=(*frame.upper, _entries(keywords["vars"])))
        if "module_defaults" in keywords:
            frame = frame._replace(defaults={**frame.defaults, **_entries(keywords["module_defaults"])})
        tags = frame.tags
        if "tags" in keywords:
            tags = tuple(dict.fromkeys((*tags, *self._tags(keywords["tags"], frame))))
        if keywords:
            frame = frame._replace(tags=tags, keywords=_joined(frame.keywords, keywords))
        # Tags count where the work is: 'always' on one task of a block must win over the block's own tags.
        refusal = frame.selection.tag_refusal(frame.tags) if tagged and isinstance(item, Task) else None
        refusal = refusal or target_refusal(keywords, frame)
        if refusal and not frame.refusal:
            frame = frame._replace(refusal=refusal)
        if "when" in keywords and not frame.refusal:
            frame = self._decided(item, keywords["when"], frame)
        if tagged and isinstance(item, Block) and item.kind == "role" and item.role is not None:
            check_arguments(item.role, frame, self._report)
        return frame

    def _report_of(self, frame: Frame) -> Report:
        return self._report.mild() if frame.roles else self._report

    def _tags(self, node: Node, frame: Frame) -> Iterator[str]:
        for each in node.elements():
            value = rendered(each, frame.scope(), self._report_of(frame)) if is_template(each) else each.value
            for word in value if isinstance(value, list) else str(value).split(","):
                if not isinstance(value, Open):
                    yield str(word).strip()

    def _decided(self, item: Item, when: Node, frame: Frame) -> Frame:
        """Decide ``when`` if that is possible now. A loop's ``when`` is decided for each item, by the build."""
        for each in when.elements():
            looped = isinstance(item, Task) and loop_of(item) is not None
            late = {"item": _ITEM, **dict.fromkeys(set_by(item), _ITEM)} if looped and isinstance(item, Task) else {}
            scope = frame.scope(late=late)
            try:
                if not render_bare(each, scope):
                    return frame._replace(refusal=f"when: {template_of(each)} is false")
            except Late:
                # A check need not know: what stands behind an open condition is not held against the playbook.
                if self._digests.wanted and isinstance(each.value, str) and _is_false(each.value, scope):
                    return frame._replace(refusal=f"when: {each.value} is false, whatever the build finds")
                frame = frame._replace(guarded=True, conditions=(*frame.conditions, each))
            except ExpressionError as error:
                if not frame.guarded:
                    self._report_of(frame).extend([error.diagnostic])
        return frame

    def _step(self, section: str, task: Task, frame: Frame) -> Step:
        entry = frame.world.plugins.module(task.module)
        options, files, contents = self._work(task, entry, frame) if entry and not frame.refusal else _NO_WORK
        if not self._digests.wanted:
            return _CHECKED
        role = frame.roles[-1].name if frame.roles else None
        place = f"{task.place.file.path}:{task.place.line}"
        name, keywords = self._name(task, frame), self._keywords(task, frame)
        if frame.refusal:
            return Step(section, name, task.module, place, {}, "skip", frame.refusal, role=role, tags=frame.tags)
        if entry is None:  # in a role, which was warned of: it does no harm unless it is reached
            self.key = self._digests.value(self.key, task.module)
            reason = "it names no module that is known, and fails when it is reached"
            return Step(
                section, name, task.module, place, {}, "run", reason, self.key, role, frame.tags, keywords
            )
        key = self.key = self._next_key(task, options, (files, contents), frame)
        self._notified = self._notified or "notify" in frame.keywords or task.module in _UNFORESEEN
        if task.module == "meta" and options.get("action") == "flush_handlers":
            self._flush()
        return Step(
            section, name, task.module, place, options, "run", self._reason(options, frame), key, role,
            frame.tags, keywords, files,
        )

    def _work(self, task: Task, entry: Entry, frame: Frame) -> tuple[dict[str, Any], dict[str, str], dict[str, str]]:
        """Return a task's options, the digests of the files that it reads, and the texts of templates among them."""
        args, schema = arguments_of(task, frame), entry.schema
        check_loop(task, frame.scope(), self._report_of(frame))
        options = fixed_options(args, schema)
        if options is None:
            options = rendered_options(
                args, self._task_scope(task, frame), schema, self._report_of(frame),
                lenient=True, guarded=frame.guarded, checked=args is task.args,
            )
        return options, *self._files(task, args, options, frame)

    def _keywords(self, task: Task, frame: Frame) -> dict[str, Any]:
        """Return what the plan shows of the keywords that hold for a task."""
        own = {key for key in task.keywords if key in _SHOWN or key[:5] == "with_"}
        keywords = {key: node.plain() for key, node in frame.keywords.items() if key in _HANDED_DOWN or key in own}
        if frame.conditions:
            keywords["when"] = [template_of(each) for each in frame.conditions]
        return keywords

    def _files(
        self, task: Task, args: Node, options: Mapping[str, Any], frame: Frame
    ) -> tuple[dict[str, str], dict[str, str]]:
        """Return the digests of the files that a step reads, for any item of its loop, and the texts of templates."""
        reading = reading_options(task.module)
        if not any(name in options for name in reading):
            return {}, {}
        entry = frame.world.plugins.module(task.module)
        assert entry is not None
        read = partial(
            read_files, task, schema=entry.schema, roles=frame.roles, root=frame.root, digests=self._digests
        )
        files, contents = read(options, report=self._report_of(frame))
        late = (key for key, value in options.items() if isinstance(value, Open))
        waiting = any(key in reading for key in late)
        control = task.keywords.get("loop_control")
        name = control.get("loop_var") if control else None
        for item in early_items(task, frame.scope()) if waiting else ():
            inside = frame.scope({str(name.value) if name else "item": item})
            more, texts = read(rendered_options(args, inside, entry.schema, Report(), guarded=True), report=Report())
            files |= more
            contents |= texts
        return files, contents

    def _next_key(
        self,
        task: Task,
        options: Mapping[str, Any],
        files: tuple[Mapping[str, str], Mapping[str, str]],
        frame: Frame,
    ) -> str:
        """Return the key of a step: that of the one before, and all that decides what this one does."""
        if not self._digests.wanted:
            return ""
        entry = frame.world.plugins.module(task.module)
        assert entry is not None
        scope = self._task_scope(task, frame)
        effective = [key for key in frame.keywords if key in _EFFECT or key[:5] == "with_"]
        effects = {key: rendered(frame.keywords[key], scope, self._report_of(frame), guarded=True) for key in effective}
        late = [*_open(arguments_of(task, frame), options, entry.schema)]
        late += [frame.keywords[key] for key, value in effects.items() if isinstance(value, Open)]
        digests, contents = files
        texts = (*contents.values(), *template_texts(late), *template_texts(frame.conditions, bare=True))
        when = [template_of(each) for each in frame.conditions]
        early = early_values(texts, scope)
        written = " ".join((*texts, *map(str, early.values())))
        brought = readable(frame.world.plugins.files_for(task.module, written), self._digests)
        return self._digests.value(
            self.key, task.module, entry.about.get("version", 1), options, content({**digests, **brought}), effects,
            when, early,
        )

    def _reason(self, options: Mapping[str, Any], frame: Frame) -> str:
        if frame.conditions:
            return f"the build decides: when {template_of(frame.conditions[0])}"
        late = (value for value in options.values() if isinstance(value, Open))
        waiting = sorted({value.needs for value in late if value.needs and value.reason != _ITEM})
        if waiting:
            return f"not built yet; uses {', '.join(waiting)} of the build"
        return "not built yet"

    def _name(self, task: Task, frame: Frame) -> str:
        if "{{" not in task.name:
            return task.name
        try:
            return str(render(Node(task.name, task.place), frame.scope()))
        except (Late, ExpressionError):
            return task.name

    def _task_scope(self, task: Task, frame: Frame) -> Scope:
        loop = {"item": _ITEM, "ansible_loop": _ITEM} if loop_of(task) is not None else {}
        control = task.keywords.get("loop_control")
        for key in ("loop_var", "index_var"):
            node = control.get(key) if control else None
            if node is not None:
                loop[str(node.value)] = _ITEM
        return frame.scope(late=loop)


def _is_false(condition: str, scope: Scope) -> bool:
    """Return whether a condition is false although the build alone knows a part of it."""
    if " and " not in condition and " or " not in condition:
        return False
    from runner.expand.decide import decided

    return decided(condition, scope) is False


def _open(args: Node, options: Mapping[str, Any], schema: Mapping[str, Any]) -> Iterator[Node]:
    """Yield the arguments whose values only the build knows."""
    for key, node in args.items():
        name = str(key)
        if isinstance(options.get(schema["properties"].get(name, {}).get("x-alias-of", name)), Open):
            yield node


def _joined(outer: Mapping[str, Node], inner: Mapping[str, Node]) -> Mapping[str, Node]:
    """Return the keywords inside of a block: its own replace those around it, but for ``environment``, which adds."""
    if not outer:
        return inner
    around, own = outer.get("environment"), inner.get("environment")
    joined = {**outer, **inner}
    if around is not None and own is not None:
        joined["environment"] = Node((*around.elements(), *own.elements()), own.span, own.key_span)
    return joined


def _entries(node: Node) -> dict[str, Node]:
    return {str(key): child for key, child in node.items()}
