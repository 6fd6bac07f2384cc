"""What the tasks of a build stand in, and what the plan asks of a task before it makes a step of it."""

from collections.abc import Iterator, Mapping
from functools import partial
from pathlib import Path
from typing import NamedTuple

from runner.expand.dialect import Dialect, Rules
from runner.expand.scope import Layer, Scope
from runner.expand.world import World, lookup_functions
from runner.model.playbook import Block, Item, Play, RoleContext, Task
from runner.planning.files import search_path
from runner.planning.selection import Selection, matches
from runner.reading.context import text_of
from runner.reading.vocabulary import set_by
from runner.text import NOTHING, Node

_WORLD = "only the build knows it"
_TASK = "it is the result of a task"


class Frame(NamedTuple):
    """What the tasks of a build stand in: the layers of names and everything blocks hand down."""

    base: tuple[Layer, ...]
    """Functions and the like: the weakest names."""
    early: tuple[Layer, ...]
    """Variables, locals, matrix values, the play's variables."""
    fixed: Layer
    names: tuple[str, ...]
    """Names by which ``only`` and ``except`` may call the build."""
    selection: Selection
    world: World
    late: Mapping[str, str] = NOTHING
    roles: tuple[RoleContext, ...] = ()
    upper: tuple[Layer, ...] = ()
    """Variables of roles and blocks around the task."""
    tags: tuple[str, ...] = ()
    conditions: tuple[Node, ...] = ()
    refusal: str | None = None
    """Why nothing in here is to be run."""
    guarded: bool = False
    """Whether a condition around it is left to the build."""
    keywords: Mapping[str, Node] = NOTHING
    defaults: Mapping[str, Node] = NOTHING
    """``module_defaults``."""
    rules: Rules = "2.19"
    """By which the play's expressions are evaluated."""

    def scope(self, *more: Layer, late: Mapping[str, str] = NOTHING) -> Scope:
        """Return the scope of a task in here: role defaults are the weakest of its own names, parameters win."""
        return _TaskScope(self, more, {**self.late, **late} if late else self.late)

    @property
    def dialect(self) -> Dialect:
        """What the expressions in here are written in."""
        return Dialect(self.world.plugins, self.rules)

    @property
    def root(self) -> Path:
        """The playbook's directory."""
        return self.world.root


class _TaskScope(Scope):
    """What a task knows. Its layers are put together when a name is looked for in them, which few tasks need."""

    def __init__(self, frame: Frame, more: tuple[Layer, ...], late: Mapping[str, str]) -> None:
        super().__init__(fixed=frame.fixed, late=late, unknown=_WORLD, dialect=frame.dialect)
        self._frame = frame
        self._more = more

    @property
    def layers(self) -> tuple[Layer, ...]:
        """The layers, the weakest first."""
        if not self._layers:
            frame = self._frame
            defaults = (role.defaults for role in frame.roles)
            given = (role.params for role in frame.roles)
            functions = lookup_functions(frame.world, self, partial(search_path, frame.roles, frame.root))
            self._layers = (*frame.base, *defaults, *frame.early, *frame.upper, *self._more, *given, functions)
        return self._layers


def arguments_of(task: Task, frame: Frame) -> Node:
    """Return a task's options with ``module_defaults`` below and ``override`` for this build on top."""
    override = task.keywords.get("override")
    if not frame.defaults and override is None:
        return task.args
    entries = dict(task.args.items())
    for name, defaults in frame.defaults.items():
        found = frame.world.plugins.module(name)
        if found is not None and found.name == task.module:
            entries = {**dict(defaults.items()), **entries}
    for target, changed in override.items() if override else ():
        if matches(str(target), frame.names):
            entries |= dict(changed.items())
    return Node(entries, task.args.span, task.args.key_span)


def target_refusal(keywords: Mapping[str, Node], frame: Frame) -> str | None:
    """Return why ``only`` or ``except`` keep an item out of this build; nothing when they do not."""
    for key, wanted in (("only", True), ("except", False)):
        if key not in keywords:
            continue
        patterns = [str(each.value) for each in keywords[key].elements()]
        if any(matches(pattern, frame.names) for pattern in patterns) is not wanted:
            return f"{key}: {', '.join(patterns)}"
    return None


def loop_of(task: Task) -> Node | None:
    """Return what ``loop`` or ``with_...`` says; nothing when the task runs once."""
    for key, node in task.keywords.items():
        if key == "loop" or key[:5] == "with_":
            return node
    return None


def rules_of(play: Play) -> Rules:
    """Return the rules that ``compat`` chooses for the expressions of a play."""
    return "2.18" if text_of(play.keywords.get("compat")) == "2.18" else "2.19"


def role_variables(play: Play) -> tuple[Layer, Layer]:
    """Return the defaults and the variables of a play's roles: every task of the play sees them, as in Ansible."""
    defaults: dict[str, Node] = {}
    variables: dict[str, Node] = {}
    for _, items in play.sections():
        for block in _roles(items):
            if block.role is not None:
                defaults |= block.role.defaults
                variables |= block.role.vars
    return defaults, variables


def handlers_of(play: Play) -> tuple[Item, ...]:
    """Return the handlers of a play, and those of roles that its tasks import, in the order in which they run."""
    found = list(play.handlers)
    known = {id(block) for block in _roles(play.handlers)}
    for _, items in play.sections():
        for block in (each for role in _roles(items) for each in role.handlers if id(each) not in known):
            found.append(block)
            known.update(id(each) for each in _roles((block,)))
    return tuple(found)


def _roles(items: tuple[Item, ...]) -> Iterator[Block]:
    for item in items:
        if isinstance(item, Block):
            if item.kind == "role":
                yield item
            for part in (item.tasks, item.rescue, item.always):
                yield from _roles(part)


def late_names(tasks: Iterator[Task]) -> dict[str, str]:
    """Return the names that tasks give values to, each with the reason why the plan does not know them."""
    found: dict[str, str] = {}
    for task in tasks:
        names = set_by(task)
        loop = bool(names) and loop_of(task) is not None
        for name in names:
            registered = task.keywords.get("register")
            if not loop or task.module == "set_fact" or (registered is not None and registered.value == name):
                found[name] = _TASK
        if task.module == "include_vars" and task.role is not None:
            found |= dict.fromkeys(task.role.defaults, "include_vars may set it")
    return found
