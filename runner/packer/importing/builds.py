"""Sources and builds become sources and plays."""

from __future__ import annotations

from collections.abc import Iterator

from runner import registry
from runner.formats.hcl.tree import Attribute, Block, Body, Expression, Lit, Many
from runner.formats.yaml.write import Entry, Map, Seq, Value
from runner.packer.importing.chains import chains
from runner.packer.importing.dynamic import block_type, unrolled
from runner.packer.importing.options import Options
from runner.packer.importing.tasks import Tasks
from runner.packer.names import Names, address, source_address
from runner.packer.to_jinja import ToJinja
from runner.text import NOTHING

Entries = list[tuple[str, Entry]]


class Builds:
    """Translates the sources and builds of one template."""

    def __init__(self, body: Body, names: Names, jinja: ToJinja) -> None:
        self._body = body
        self._names = names
        self._jinja = jinja
        self._extended: Entries = []
        self._taken = set(names.sources.values())
        self._unnamed: set[str] = set()
        """The sources of builds that have no name: a second build of one has to have a name."""

    def sources(self) -> Entries:
        """Return the sources; those that a build makes of another by a name of its own come last."""
        found: Entries = []
        for block in self._body.blocks("source"):
            kind, name = block.labels
            entry = registry.find("builders", kind)
            options = Options(self._jinja, f"source.{kind}.{name}", entry.schema if entry else NOTHING)
            self._jinja.coverage.mapped(block.place, f"source.{kind}.{name}")
            whole = options.map(block.body, first=(("builder", Entry(kind)),))
            found.append((self._names.sources[kind, name], Entry(whole, block.above, block.beside, gap=True)))
        return [*found, *self._extended]

    def plays(self) -> list[Entry]:
        """Return a play for each build. To be called before ``sources``, to which builds may add some."""
        return [self._play(block, number) for number, block in enumerate(self._body.blocks("build"), 1)]

    def _play(self, block: Block, number: int) -> Entry:
        path = f"build.{number}"
        known: dict[str, str] = {}
        entries, uses = self._head(block, known, path)
        if block.body.get("name") is None:
            if self._unnamed & set(known.values()):
                entries.insert(0, ("name", Entry(f"build-{number}")))
                self._jinja.coverage.changed(block.place, path, "an earlier build of a source has no name, either")
            self._unnamed |= set(known.values())
        work = Tasks(self._jinja, known)
        found: dict[str, list[Entry]] = {"sources": uses, "tasks": [], "on_error": []}
        for item in block.body.blocks():
            match block_type(item):
                case "provisioner":
                    found["tasks"].append(work.task(item, path))
                case "error-cleanup-provisioner":
                    found["on_error"].append(work.task(item, path))
                case "post-processor" | "post-processors":
                    continue
                case "source" if item.type == "source" or unrolled(item, self._names):
                    continue
                case _:
                    self._unsupported(item, f"{path}.{item.type}")
        found["post_processors"] = list(chains(block.body, work, path))
        entries += [(name, Entry(Seq(tuple(items)))) for name, items in found.items() if items]
        return Entry(Map(tuple(entries), block.body.end), block.above, gap=True)

    def _head(self, block: Block, known: dict[str, str], path: str) -> tuple[Entries, list[Entry]]:
        """Return what a build is called, and its sources, which become ``known`` by ``TYPE.NAME``."""
        entries: Entries = []
        uses: list[Entry] = []
        for item in block.body.items:
            match item:
                case Attribute("name", value):
                    if (name := self._named(value, item, path)) is not None:
                        entries.append(("name", Entry(name, item.above, item.beside)))
                case Attribute("description", value):
                    entries.append(("description", Entry(self._jinja.value(value), item.above, item.beside)))
                case Attribute("sources", value):
                    uses += self._sources(value, item, known, path)
                case Block("source"):
                    uses.append(self._use(item, known, path))
                case Block("dynamic", ("source",)):
                    made = unrolled(item, self._names)
                    uses += [self._use(each, known, path) for each in made]
                    if made:
                        why = f"each of the {len(made)} elements of its list has a source of its own"
                        self._jinja.coverage.changed(item.place, f"{path}.dynamic", why)
                    continue
                case Attribute(name):
                    self._unsupported(item, f"{path}.{name}")
                    continue
                case _:
                    continue
            self._jinja.coverage.mapped(item.place, f"{path}.{item.name if isinstance(item, Attribute) else item.type}")
        return entries, uses

    def _unsupported(self, item: Attribute | Block, field: str) -> None:
        self._jinja.coverage.unsupported(item.place, field, "a play has no such thing")

    def _named(self, value: Expression, item: Attribute, path: str) -> Value:
        name = self._jinja.value(value)
        if not isinstance(value, Lit):
            self._jinja.coverage.changed(item.place, f"{path}.name", "the name of a play is no expression")
            return None
        if isinstance(name, str) and "." in name:
            self._jinja.coverage.changed(item.place, f"{path}.name", "the name of a play has no dot")
            return name.replace(".", "-")
        return name

    def _sources(self, value: Expression, item: Attribute, known: dict[str, str], path: str) -> Iterator[Entry]:
        """Yield the sources that a list names; of a list that is computed, all sources, each if it is in the list."""
        if isinstance(value, Many):
            for each in value.items:
                name = address(each.value)
                key = self._key(name)
                if key is None or name is None:
                    why = "it names a source that is not there"
                    self._jinja.coverage.unsupported(item.place, f"{path}.sources", why)
                    continue
                known[name] = key
                yield Entry(key, each.above, each.beside)
            return
        with self._jinja.inside(f"{path}.sources"):
            code = self._jinja.code(value)
        for (kind, name), key in self._names.sources.items():
            known[f"{kind}.{name}"] = key
            condition = f"'source.{kind}.{name}' in {code}"
            yield Entry(Map(((key, Entry(Map((("when", Entry(condition)),)))),)))

    def _key(self, named: str | None) -> str | None:
        kind, _, name = (named or "").partition(".")
        return self._names.sources.get((kind, name))

    def _use(self, block: Block, known: dict[str, str], path: str) -> Entry:
        """Return a source with what a build adds to it; under another name it is a source of its own."""
        named = source_address(block.labels[0])
        kind = named.partition(".")[0]
        key = self._key(named)
        if key is None:
            self._jinja.coverage.unsupported(block.place, f"{path}.source", f"there is no source {named!r}")
            return Entry(named)
        entry = registry.find("builders", kind)
        options = Options(self._jinja, f"{path}.source.{named}", entry.schema if entry else NOTHING)
        name = block.body.get("name")
        if name is None or not isinstance(name.value, Lit):
            known[named] = key
            added = options.map(block.body, ("name",))
            value: Value = Map(((key, Entry(added)),)) if added.entries or added.end else key
            return Entry(value, block.above, block.beside)
        own = self._own_name(kind, str(name.value.value))
        known[f"{kind}.{name.value.value}"] = own
        whole = options.map(block.body, ("name",), (("extends", Entry(key)),))
        self._extended.append((own, Entry(whole, block.above, gap=True)))
        return Entry(own)

    def _own_name(self, kind: str, name: str) -> str:
        found = name if name not in self._taken else f"{kind}.{name}"
        self._taken.add(found)
        return found
