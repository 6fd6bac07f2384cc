"""The part of a play that Ansible does, as an Ansible playbook."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple

from runner.formats.hcl.tree import Attr, Call, Expression, Item, Lit, Many, Ref
from runner.formats.yaml.write import Entry, Map, Seq, Value, write_list
from runner.model.playbook import Play, Playbook
from runner.packer.exporting.writing import Writing
from runner.text import Node

_OF_INGOT = frozenset({
    "sources", "post_processors", "verify", "on_error", "matrix", "when", "services", "description", "hosts", "name",
})
_SECTIONS = frozenset({"tasks", "pre_tasks", "post_tasks", "handlers"})
_BLOCK = frozenset({"block", "rescue", "always"})
_SELECTING = frozenset({"only", "except"})
_OF_PACKER = frozenset({*_SELECTING, "override", "pause_before", "max_retries", "continue_on_error"})
_WORD = re.compile(r"[A-Za-z_]\w*")


class AnsiblePlay(NamedTuple):
    """A play for Ansible, and the variables that it has to be given."""

    text: str
    variables: Expression | None


def ansible_play(play: Play, tasks: Sequence[Node] | None, playbook: Playbook, writing: Writing) -> AnsiblePlay:
    """Return a play with these tasks, or, without them, with all that a play does on its machine."""
    written = play.written
    assert written is not None
    entries: list[tuple[str, Entry]] = [("name", Entry(play.name))] if play.name else []
    entries.append(("hosts", Entry("all")))
    for key, node in written.items():
        if key in _OF_INGOT or (tasks is not None and key == "tasks"):
            continue
        told = _OF_PACKER if key in _SECTIONS else frozenset()
        entries.append((str(key), Entry(_tasks(node, told, writing) if told else _value(node, writing))))
    if tasks is not None:
        whole = Seq(tuple(Entry(_task(each, _OF_PACKER - _SELECTING, writing), gap=True) for each in tasks))
        entries.append(("tasks", Entry(whole)))
    text = write_list(Seq((Entry(Map(tuple(entries))),)))
    return AnsiblePlay(text, _variables(text, playbook, play))


def _tasks(node: Node, told: frozenset[str], writing: Writing) -> Value:
    return Seq(tuple(Entry(_task(each, told, writing)) for each in node.elements()))


def _task(node: Node, told: frozenset[str], writing: Writing) -> Value:
    """Return a task without the keywords that Packer's provisioners have and Ansible's tasks have not.

    Those in ``told`` are lost by that; the other ones the provisioner has that Ansible runs in.
    """
    if not isinstance(node.value, dict):
        return _value(node, writing)
    entries: list[tuple[str, Entry]] = []
    for key, each in node.items():
        if key in told:
            writing.coverage.unsupported(each.place, f"tasks.{key}", "Ansible has no such keyword")
        elif key in _BLOCK and isinstance(each.value, tuple):
            entries.append((str(key), Entry(_tasks(each, _OF_PACKER, writing))))
        elif key not in _OF_PACKER:
            entries.append((str(key), Entry(_value(each, writing))))
    return Map(tuple(entries))


def _value(node: Node, writing: Writing) -> Value:
    if isinstance(node.value, dict):
        return Map(tuple((str(key), Entry(_value(each, writing))) for key, each in node.value.items()))
    if isinstance(node.value, tuple):
        return Seq(tuple(Entry(_value(each, writing)) for each in node.value))
    if node.tag is not None:
        writing.coverage.unsupported(node.place, "tasks", f"a value tagged {node.tag} is not written")
    if node.value is None or isinstance(node.value, str | bool | int | float):
        return node.value
    return str(node.value)


def _variables(text: str, playbook: Playbook, play: Play) -> Expression | None:
    """Return the variables and locals of the playbook that a play may use, as JSON."""
    words = set(_WORD.findall(text)) - set(play.vars)
    place = play.place
    names = [("var", name) for name in playbook.variables if name in words and name not in playbook.locals]
    names += [("local", name) for name in playbook.locals if name in words]
    if not names:
        return None
    items = tuple(Item(Attr(Ref(space, place), name, place), Lit(name, place)) for space, name in names)
    return Call("jsonencode", (Many(items, keyed=True, place=place),), place)
