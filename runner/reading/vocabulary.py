"""Which names expressions may use, and where."""

from __future__ import annotations

from runner.model.playbook import Block, Item, Play, Playbook, RoleContext, Task
from runner.text import Node

EARLY = frozenset({
    "var", "local", "data", "path", "ingot", "playbook_dir", "omit", "source", "build", "matrix",
})
"""Names that the plan knows, beside variables, locals and functions."""
LATE = frozenset({
    "ansible_facts", "inventory_hostname", "inventory_hostname_short", "inventory_dir", "inventory_file", "hostvars",
    "groups", "group_names", "play_hosts", "role_path", "role_name", "role_names", "ansible_role_names",
    "ansible_play_name", "ansible_play_hosts", "ansible_play_batch", "ansible_check_mode", "ansible_diff_mode",
    "ansible_version", "ansible_managed", "ansible_loop", "ansible_loop_var", "ansible_index_var",
    "ansible_failed_task", "ansible_failed_result", "ansible_parent_role_names", "ansible_parent_role_paths",
    "ansible_run_tags", "ansible_skip_tags", "ansible_search_path", "ansible_verbosity", "ansible_limit",
    "ansible_config_file", "ansible_playbook_python", "item", "template_path", "template_host", "template_uid",
    "template_run_date", "template_fullpath", "template_destpath", "artifact",
})
"""Names that only the build knows."""
_NONE: frozenset[str] = frozenset()
_FACT_PREFIXES = ("ansible_", "getent_", "packer_")


def is_fact(name: str) -> bool:
    """Return whether a name is one that facts or the build provide."""
    return name in LATE or name.startswith(_FACT_PREFIXES)


def early_names(playbook: Playbook) -> frozenset[str]:
    """Return the names that sources, locals and data may use."""
    return EARLY | frozenset(playbook.variables) | frozenset(playbook.locals)


def task_names(play: Play) -> frozenset[str]:
    """Return the names that a play sets somewhere: variables, results, facts, loop variables."""
    names: set[str] = set(play.vars) | LATE
    for _, items in play.sections():
        _collect(items, names)
    for items in (play.handlers, play.on_error, play.verify):
        _collect(items, names)
    return frozenset(names)


def _collect(items: tuple[Item, ...], names: set[str]) -> None:
    for item in items:
        if "vars" in item.keywords:
            names.update(str(key) for key, _ in item.keywords["vars"].items())
        if isinstance(item, Block):
            if item.role is not None:
                names.update(_role_names(item.role))
            for part in (item.tasks, item.rescue, item.always):
                _collect(part, names)
        else:
            names.update(set_by(item))
            _collect(item.included, names)


def _role_names(role: RoleContext) -> frozenset[str]:
    return frozenset((*role.defaults, *role.vars, *role.params))


def set_by(task: Task) -> frozenset[str]:
    """Return the names that a task sets: its result, its facts, its loop variables."""
    keywords = task.keywords
    if task.module != "set_fact" and "register" not in keywords and "loop_control" not in keywords:
        return _NONE
    names: set[str] = set()
    register = keywords.get("register")
    if register is not None and isinstance(register.value, str):
        names.add(register.value)
    if task.module == "set_fact":
        names.update(str(key) for key, _ in task.args.items() if key != "cacheable")
    control = keywords.get("loop_control")
    for key in ("loop_var", "index_var"):
        node: Node | None = control.get(key) if control else None
        if node is not None and isinstance(node.value, str):
            names.add(node.value)
    return frozenset(names)
