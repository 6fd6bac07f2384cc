"""Tasks become provisioners; what only Ansible can do goes to an Ansible playbook beside the template."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import count
from typing import Any, Protocol

from runner.formats.hcl.tree import (
    Attr,
    Attribute,
    Binary,
    Block,
    Body,
    Call,
    Conditional,
    Expression,
    Item,
    Lit,
    Many,
    Ref,
    Template,
    Unary,
)
from runner.model.playbook import Block as TaskBlock
from runner.model.playbook import Item as Written
from runner.model.playbook import Play, Playbook, Task
from runner.packer.catalogue import options
from runner.packer.exporting.ansible_play import AnsiblePlay, ansible_play
from runner.packer.exporting.writing import Items, Writing, dynamic
from runner.text import Key, Node

PROVISIONERS = frozenset({
    "shell", "shell_local", "powershell", "windows_shell", "windows_restart", "windows_update", "ansible",
    "ansible_local", "puppet_masterless", "puppet_server", "chef_client", "chef_solo", "salt_masterless", "converge",
    "inspec", "hcp_sbom", "breakpoint", "azure_dtlartifact",
})
"""Modules that are provisioners of Packer, too: with a dash for each underscore."""
_KEYWORDS = ("name", "pause_before", "max_retries", "timeout", "continue_on_error")
_SELECTING = ("only", "except")
_SAYABLE = frozenset({*_KEYWORDS, *_SELECTING, "override", "when", "loop", "loop_control"})
_SHELL = frozenset({"inline", "script", "scripts"})
_NOT_OF_FILES = re.compile(r"[^\w.-]+")
_OF_ALL_TASKS = (
    "become", "become_user", "become_method", "environment", "module_defaults", "ignore_errors", "no_log", "check_mode",
)
"""Keywords of a play that say how its tasks run; provisioners of Packer know none of them."""
_PLAY = ("roles", "pre_tasks", "post_tasks", "handlers", "vars", "vars_files")
"""Parts of a play that have to stay together."""


class Targets(Protocol):
    """The sources of a play."""

    def addresses(self, pattern: str) -> list[str]:
        """Return the sources that a pattern selects, as ``TYPE.NAME``."""


class Tasks:
    """Translates the tasks of one play; the files that go with its template are added to ``files``: name -> text."""

    def __init__(
        self, writing: Writing, targets: Targets, playbook: Playbook, stem: str, files: dict[str, str]
    ) -> None:
        self.writing = writing
        self._targets = targets
        self._playbook = playbook
        self._stem = stem
        self._files = files

    def provisioners(self, play: Play, field: str) -> Items:
        """Return the provisioners that do a play's work."""
        found: Items = []
        written = play.written
        assert written is not None
        if any(written.get(part) is not None for part in _PLAY):
            whole = [item for _, items in play.sections() for item in items]
            found.append(self._ansible(play, field, whole, None))
        else:
            tasks = written.get("tasks")
            self._refuse_keywords(play, field)
            elements = tasks.elements() if tasks else ()
            found += self._groups(play, field, list(zip(play.tasks, elements, strict=False)))
        for number, item in enumerate(play.on_error):
            if number or not isinstance(item, Task) or not _is_provisioner(item):
                why = "Packer has one error-cleanup-provisioner, of a type of its own"
                self.writing.coverage.unsupported(item.place, f"{field}.on_error", why)
                continue
            made = self._provisioner(item, f"{field}.on_error")
            found.append(made._replace(type="error-cleanup-provisioner"))
        return found

    def _refuse_keywords(self, play: Play, field: str) -> None:
        """Tell the keywords of a play that its provisioners would have to know."""
        if not any(isinstance(item, Task) and _is_provisioner(item) for item in play.tasks):
            return
        for name in _OF_ALL_TASKS:
            node = play.written.get(name) if play.written else None
            if node is not None:
                why = "provisioners of Packer do not know it"
                self.writing.coverage.unsupported(node.place, f"{field}.{name}", why)

    def _groups(self, play: Play, field: str, tasks: Sequence[tuple[Written, Node]]) -> Iterator[Block]:
        """Yield provisioners; tasks of Ansible that follow each other, for the same sources, are one."""
        waiting: list[tuple[Written, Node]] = []
        for item, node in tasks:
            own = item if isinstance(item, Task) and _is_provisioner(item) else None
            if waiting and (own is not None or _selection(item) != _selection(waiting[0][0])):
                yield self._ansible(play, field, [each for each, _ in waiting], [each for _, each in waiting])
                waiting = []
            if own is None:
                waiting.append((item, node))
                continue
            when = own.keywords.get("when")
            if when is None or when.value is not False:  # what never runs need not be said
                yield self._provisioner(own, field)
        if waiting:
            yield self._ansible(play, field, [each for each, _ in waiting], [each for _, each in waiting])

    def _ansible(
        self, play: Play, field: str, items: Sequence[Written], nodes: Sequence[Node] | None
    ) -> Block:
        """Return the provisioner that runs tasks by Ansible, from a file of their own."""
        stem = f"{self._stem}-{_NOT_OF_FILES.sub('-', play.name or 'play')}"
        names = (f"{stem}{f'-{number}' if number > 1 else ''}.ansible.yml" for number in count(1))
        name = next(each for each in names if each not in self._files)
        made: AnsiblePlay = ansible_play(play, nodes, self._playbook, self.writing)
        self._files[name] = made.text
        for item in items:
            place = item.place
            what = item.name if isinstance(item, TaskBlock) else item.module
            self.writing.coverage.changed(place, f"{field}.{what}", f"Ansible does it, by {name}")
        place = play.place
        file = Template((Attr(Ref("path", place), "root", place), Lit(f"/{name}", place)), place)
        body: Items = [Attribute("playbook_file", file, place)]
        if nodes is not None:
            for key in _selection(items[0]):
                body += self.selection(key, items[0].keywords[key])
        if made.variables is not None:
            listed = Many((Item(Lit("--extra-vars", place)), Item(made.variables)), keyed=False, place=place)
            body.append(Attribute("extra_arguments", listed, place))
        return Block("provisioner", ("ansible",), Body(tuple(body), place), place, gap=True)

    # ------------------------------------------------------------------ one provisioner

    def _provisioner(self, task: Task, field: str) -> Block:
        kind = _provisioner_name(task)
        path = f"{field}.{task.module}"
        iterator = self._iterator(task)
        items = self._keywords(task, path)
        with self.writing.jinja.binding(iterator[1] if iterator else {}):
            items += self._options(task, path)
        self.writing.coverage.mapped(task.place, path)
        place = task.place
        made = Block("provisioner", (kind,), Body(tuple(items), place), place, gap=True)
        if iterator is not None:
            over = self.writing.value(task.keywords["loop"], f"{path}.loop")
            if over is not None:
                made = dynamic("provisioner", over, iterator[0], made.body, (kind,))._replace(gap=True)
        if "when" in task.keywords:
            condition = self.writing.condition(task.keywords["when"], f"{path}.when")
            chosen = None if condition is None else selected(condition)
            if chosen is not None:
                items.insert(0, Attribute(*chosen, place))
                made = made._replace(body=Body(tuple(items), place))
            elif condition is not None:
                made = conditional(condition, made)
        return made

    def _iterator(self, task: Task) -> tuple[str, dict[str, Expression]] | None:
        """Return the name of a loop's iterator, and what the names of the loop are; nothing when there is none."""
        if "loop" not in task.keywords or _is_list_of_sources(task):
            return None
        control = task.keywords.get("loop_control")
        words = {str(key): str(node.value) for key, node in control.items()} if control else {}
        name, place = words.get("loop_var", "item"), task.place
        found: dict[str, Expression] = {name: Attr(Ref(name, place), "value", place)}
        if "index_var" in words:
            found[words["index_var"]] = Attr(Ref(name, place), "key", place)
        return name, found

    def _keywords(self, task: Task, path: str) -> Items:
        items: Items = []
        for name, node in task.keywords.items():
            if name in _KEYWORDS:
                items += self.writing.attribute(name, node, path)
            elif name in _SELECTING:
                items += self.selection(name, node)
            elif name == "override":
                items += self._override(node, path)
            elif name not in _SAYABLE:
                why = "a provisioner of Packer has no such keyword"
                self.writing.coverage.unsupported(node.place, f"{path}.{name}", why)
        if "name" not in task.keywords and task.name != task.module:
            items.insert(0, Attribute("name", Lit(task.name, task.place), task.place))
        return items

    def selection(self, name: str, node: Node) -> Items:
        """Return ``only`` or ``except`` as Packer names sources."""
        names = [each for child in node.elements() for each in self._targets.addresses(str(child.value))]
        items = tuple(Item(Lit(each, node.span)) for each in names)
        listed = Many(items, keyed=False, place=node.span, one_line=len(items) == 1)
        return [Attribute(name, listed, node.place)]

    def _override(self, node: Node, path: str) -> Items:
        value = self.writing.value(node, f"{path}.override")
        if not isinstance(value, Many):
            return []
        items = tuple(
            item._replace(key=Lit(self._short(str(item.key.value)), item.key.place))
            for item in value.items if isinstance(item.key, Lit)
        )
        return [Attribute("override", value._replace(items=items), node.place)]

    def _short(self, key: str) -> str:
        """Return the name, without its type, of a source, as an override has it."""
        found = self._targets.addresses(key)
        return found[0].partition(".")[2] if found else key

    def _options(self, task: Task, path: str) -> Items:
        entries = dict(task.args.items())
        kind = _provisioner_name(task)
        if kind == "file":
            entries = _file(task, entries)
        elif kind == "shell" and "cmd" in entries:
            return self._script(entries, path)
        return self.writing.options(entries, options("provisioner", kind), path)

    def _script(self, entries: dict[Key, Node], path: str) -> Items:
        """Return a script as the commands that it has, one a line when it ends with the first that fails."""
        node = entries["cmd"]
        text = str(node.value)
        strict = text.startswith("set -e\n")
        lines = text.removeprefix("set -e\n").rstrip("\n").split("\n") if strict else [text]
        values = [self.writing.value(node._replace(value=line), f"{path}.cmd") for line in lines]
        if None in values:
            return []
        listed = tuple(Item(value) for value in values if value is not None)
        items: Items = [Attribute("inline", Many(listed, keyed=False, place=node.span), node.place)]
        if not strict and "\n" in text.rstrip("\n"):
            items.append(Attribute("inline_shebang", Lit("/bin/sh", node.span), node.place))
        return items


def selected(condition: Expression) -> tuple[str, Expression] | None:
    """Return ``only`` or ``except`` with the list that a condition looks for the source in."""
    match condition:
        case Call("contains", (listed, Template((Attr(Ref("source"), "type"), Lit("."), Attr(Ref("source"), "name"))))):
            return "only", listed.left if isinstance(listed, Binary) and listed.operator == "||" else listed
        case Unary("!", inner) if (found := selected(inner)) is not None:
            return "except", found[1]
    return None


def conditional(condition: Expression, made: Block) -> Block:
    """Return a block that is there if a condition holds."""
    place = made.place
    one = Many((Item(Lit(1, place)),), keyed=False, place=place, one_line=True)
    over = Conditional(condition, one, Many((), keyed=False, place=place, one_line=True), place)
    return dynamic(made.type, over, made.type, made.body, made.labels)._replace(gap=True)


def _provisioner_name(task: Task) -> str:
    if task.module in ("copy", "fetch"):
        return "file"
    return task.module.removeprefix("packer/").replace("_", "-") if "/" not in task.module else (
        task.module.removeprefix("packer/")
    )


def _is_provisioner(task: Task) -> bool:
    """Return whether Packer itself can do a task."""
    keywords = frozenset(task.keywords)
    names = {str(key) for key, _ in task.args.items()}
    if task.role is None and _is_packers(task, names):
        return True
    if not keywords <= _SAYABLE or task.role is not None:
        return False
    if task.module == "copy":
        mode = task.args.get("mode")
        return names <= {"src", "dest", "content", "mode"} and (mode is None or mode.value == "preserve")
    if task.module == "fetch":
        flat = task.args.get("flat")
        return names <= {"src", "dest", "flat"} and flat is not None and flat.value is True
    if task.module == "shell" and not names & _SHELL and "override" not in keywords:
        return names == {"cmd"}
    return False


def _is_packers(task: Task, names: set[str]) -> bool:
    """Return whether a task is one that Ansible cannot do: a provisioner, with options of Packer's."""
    if task.module == "shell":
        return bool(names & _SHELL) or ("override" in task.keywords and "cmd" not in names)
    return task.module in PROVISIONERS or task.module.startswith("packer/")


def _selection(item: Written) -> dict[str, Any]:
    """Return what selects the sources that a task is for."""
    return {key: item.keywords[key].plain() for key in _SELECTING if key in item.keywords}


def _is_list_of_sources(task: Task) -> bool:
    """Return whether a task copies the files of a list: the file provisioner's ``sources``."""
    src = task.args.get("src")
    return task.module in ("copy", "fetch") and src is not None and src.value == "{{ item }}"


def _file(task: Task, entries: dict[Key, Node]) -> dict[Key, Node]:
    names: dict[Key, str] = {"src": "source", "dest": "destination", "content": "content"}
    found: dict[Key, Node] = {names[key]: node for key, node in entries.items() if key in names}
    if _is_list_of_sources(task):
        found["sources"] = task.keywords["loop"]
        del found["source"]
    if task.module == "fetch":
        found["direction"] = Node("download", task.place, task.place)
    return found



