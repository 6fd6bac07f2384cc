"""A whole template becomes a playbook."""

from __future__ import annotations

from typing import NamedTuple

from runner.formats.hcl.comments import head_of
from runner.formats.hcl.tree import Attribute, Body
from runner.formats.yaml.write import Entry, Map, Seq, write
from runner.packer.coverage import Coverage
from runner.packer.importing import inputs
from runner.packer.importing.builds import Builds
from runner.packer.names import names_of
from runner.packer.to_jinja import ToJinja

_KNOWN = frozenset({"packer", "variable", "variables", "local", "locals", "data", "source", "build"})


class Imported(NamedTuple):
    """A playbook that was made of a template."""

    text: str
    coverage: Coverage


def to_playbook(body: Body, coverage: Coverage) -> Imported:
    """Return the playbook that a template becomes, and what became of each of its fields."""
    names = names_of(body)
    jinja = ToJinja(names, coverage)
    builds = Builds(body, names, jinja)
    for item in body.items:
        if isinstance(item, Attribute) or item.type not in _KNOWN:
            path = item.name if isinstance(item, Attribute) else item.type
            coverage.unsupported(item.place, path, "a playbook has no such thing")
    above, body = head_of(body)
    entries: list[tuple[str, Entry]] = []
    if (required := inputs.requires(body, jinja)) is not None:
        entries.append(("requires", Entry(required)))
    if variables := inputs.variables(body, jinja):
        entries.append(("variables", Entry(Map(tuple(variables)))))
    found, sensitive = inputs.locals_(body, jinja)
    if found:
        entries.append(("locals", Entry(Map(tuple(found)))))
    if sensitive:
        entries.append(("sensitive", Entry(Seq(tuple(map(Entry, sensitive))))))
    if data := inputs.data(body, names, jinja):
        entries.append(("data", Entry(Map(tuple(data)))))
    plays = builds.plays()
    if sources := builds.sources():
        entries.append(("sources", Entry(Map(tuple(sources)))))
    if plays:
        entries.append(("plays", Entry(Seq(tuple(plays)))))
    sections = tuple((name, entry._replace(gap=True)) for name, entry in entries)
    return Imported(write(Map(sections, body.end), above), coverage)


def to_values(body: Body, coverage: Coverage) -> str:
    """Return the file of variables that a file of Packer's variables becomes."""
    above, body = head_of(body)
    jinja = ToJinja(names_of(body), coverage)
    entries = []
    for item in body.attributes():
        with jinja.inside(item.name):
            entries.append((item.name, Entry(jinja.value(item.value), item.above, item.beside, item.gap)))
        coverage.mapped(item.place, item.name)
    return write(Map(tuple(entries), body.end), above)
