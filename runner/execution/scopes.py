"""Where tasks stand while a build runs, and what they know there."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from runner.execution.hands import Manner
from runner.execution.memory import Memory
from runner.execution.values import value_of
from runner.expand.dialect import Rules
from runner.expand.render import is_template
from runner.expand.scope import Layer, Scope
from runner.expand.world import Variables, World, lookup_functions
from runner.model.playbook import Item, RoleContext, Task
from runner.planning.files import directories, directory_for, search_path
from runner.planning.planner import Ground
from runner.planning.steps import Frame, target_refusal
from runner.text import Node

_WEAKEST = {"ansible_managed": "Ansible managed"}
"""What is set unless anybody sets it."""
_HANDED_DOWN = (
    "become", "become_user", "become_method", "become_flags", "cache", "check_mode", "delegate_to", "diff",
    "ignore_errors", "no_log",
)
"""Keywords that count for everything inside, the inner one replacing the outer."""


class Inside(NamedTuple):
    """Where tasks stand: planning's frame, and what only counts while the build runs.

    In the frame, ``conditions`` are all conditions around, and ``keywords`` those that are handed down.
    """

    frame: Frame
    section: str
    environment: tuple[Node, ...] = ()
    """The ``environment`` of everything around, the outermost first."""
    notify: tuple[Node, ...] = ()
    """Handlers that everything in here notifies."""
    params: tuple[Layer, ...] = ()
    """``vars`` of each ``include_tasks`` around."""
    mended: bool = False
    """Whether a ``rescue`` around mends what fails in here."""
    depth: int = 0
    """How many ``include_tasks`` are around."""


class Scopes:
    """Makes the scopes of one build's tasks."""

    def __init__(
        self, ground: Ground, world: World, memory: Memory, build: Callable[[], dict[str, Any]], usual: Manner
    ) -> None:
        self._ground = ground
        self._usual = usual
        self._world = world
        self._memory = memory
        self._build = build

    def outermost(self, section: str) -> Inside:
        """Return where the tasks of one of the play's lists stand."""
        frame = self._ground.frame
        handed = {name: frame.keywords[name] for name in _HANDED_DOWN if name in frame.keywords}
        environment = frame.keywords.get("environment")
        frame = frame._replace(late={}, keywords=handed)
        return Inside(frame, section, (environment,) if environment else ())

    def of(self, inside: Inside, task: Task | None = None, *more: Layer) -> Scope:
        """Return what a task knows in there, and beside it the names in ``more``.

        From weak to strong, as in Ansible: functions, defaults of roles, facts, variables of playbook and play, of
        roles, blocks and tasks, ``include_vars``, ``set_fact`` and results, parameters of roles and of includes.
        """
        frame, memory = inside.frame, self._memory
        role = task.role if task is not None else None
        defaults = (each.defaults for each in frame.roles)
        given = (each.params for each in frame.roles)
        magic = self._magic(inside, role)
        scope = Scope(
            _WEAKEST, *frame.base, memory.role_defaults, *defaults, memory.facts, *frame.early, memory.role_variables,
            *frame.upper, memory.included,
            memory.variables, *given, *inside.params, magic, *more, fixed=frame.fixed, dialect=frame.dialect,
        )
        magic["hostvars"] = {magic["inventory_hostname"]: Variables(scope)}
        magic |= lookup_functions(self._world, scope, partial(self._places, inside, task))
        return scope

    def _magic(self, inside: Inside, role: RoleContext | None) -> dict[str, Any]:
        """Return the names that the build itself gives values to."""
        ground, selection = self._ground, inside.frame.selection
        host = ground.source.name
        roles = [each.name for each in inside.frame.roles]
        names = self._build()
        role = role or (inside.frame.roles[-1] if roles else None)
        own = {} if role is None else {
            "role_name": role.name, "ansible_role_name": role.name, "role_path": str(role.path.resolve()),
        }
        return own | {
            "build": names, "ansible_connection": dict.get(names, "ConnType") or "local",
            "inventory_hostname": host, "inventory_hostname_short": host.split(".")[0],
            "groups": {"all": [host], "ungrouped": [host]}, "group_names": ["ungrouped"],
            "ansible_play_name": ground.play.name or host, "ansible_role_names": roles, "role_names": roles,
            "ansible_play_hosts": [host], "ansible_play_batch": [host], "play_hosts": [host],
            "ansible_parent_role_names": roles[:-1],
            "ansible_check_mode": self._usual.checking, "ansible_diff_mode": self._usual.showing,
            "ansible_verbosity": 0, "ansible_version": _version(inside.frame.rules),
            "ansible_run_tags": list(selection.tags) or ["all"], "ansible_skip_tags": list(selection.skip_tags),
        }

    def _places(self, inside: Inside, task: Task | None, where: str) -> list[Path]:
        roles, root = inside.frame.roles, self._world.root
        if task is None:
            return search_path(roles, root, where)
        return directories(where or directory_for(task), task, roles, root)

    def entered(self, inside: Inside, item: Item) -> Inside:
        """Return where what is in ``item`` stands. Raises ``ExpressionError`` when its tags have no value."""
        frame, keywords = inside.frame, item.keywords
        role = item.role
        if role is not None and not any(each is role for each in frame.roles):  # handlers stand outside their role
            frame = frame._replace(roles=(*frame.roles, role), upper=(*frame.upper, role.vars))
        if "vars" in keywords:
            frame = frame._replace(upper=(*frame.upper, _entries(keywords["vars"])))
        if "module_defaults" in keywords:
            frame = frame._replace(defaults={**frame.defaults, **_entries(keywords["module_defaults"])})
        if "when" in keywords:
            frame = frame._replace(conditions=(*frame.conditions, keywords["when"]))
        handed = {name: node for name, node in keywords.items() if name in _HANDED_DOWN}
        frame = frame._replace(keywords={**frame.keywords, **handed})
        inside = inside._replace(
            frame=frame, environment=_joined(inside.environment, keywords, "environment"),
            notify=_joined(inside.notify, keywords, "notify"),
        )
        tags = dict.fromkeys((*frame.tags, *self._tags(inside, keywords.get("tags"))))
        frame = frame._replace(tags=tuple(tags))
        refusal = frame.refusal or target_refusal(keywords, frame)
        if isinstance(item, Task) and refusal is None and inside.section != "handlers":  # they ignore tags
            refusal = frame.selection.tag_refusal(frame.tags)
        return inside._replace(frame=frame._replace(refusal=refusal))

    def _tags(self, inside: Inside, node: Node | None) -> list[str]:
        words: list[str] = []
        for each in node.elements() if node else ():
            value = value_of(each, self.of(inside)) if is_template(each) else each.value
            listed = value if isinstance(value, list) else str(value).split(",")
            words += [str(word).strip() for word in listed]
        return words


def _version(rules: Rules) -> dict[str, Any]:
    """Return the version of Ansible whose semantics are followed."""
    major, minor = map(int, rules.split("."))
    return {"full": f"{rules}.0", "string": f"{rules}.0", "major": major, "minor": minor, "revision": 0}


def _joined(outer: tuple[Node, ...], keywords: Mapping[str, Node], name: str) -> tuple[Node, ...]:
    return (*outer, keywords[name]) if name in keywords else outer


def _entries(node: Node) -> dict[str, Node]:
    return {str(key): child for key, child in node.items()}
