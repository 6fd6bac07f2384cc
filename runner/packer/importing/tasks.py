"""Provisioners become tasks."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from runner import registry
from runner.formats.hcl.tree import Attribute, Block, Body, Expression, Item, Lit, Many, Template
from runner.formats.yaml.write import Entry, Map, Seq, Value
from runner.packer.importing.dynamic import dynamic
from runner.packer.importing.options import Options
from runner.packer.names import address
from runner.packer.to_jinja import DISJUNCT, OPERAND, ToJinja
from runner.text import NOTHING

Entries = list[tuple[str, Entry]]
_KEYWORDS = (
    "name", "only", "except", "override", "pause_before", "max_retries", "timeout", "continue_on_error",
    "keep_input_artifact",
)


class Tasks:
    """Translates the provisioners and post-processors of a build, whose sources are ``known`` by ``TYPE.NAME``."""

    def __init__(self, jinja: ToJinja, known: Mapping[str, str]) -> None:
        self.jinja = jinja
        self.known = known

    def task(self, block: Block, path: str) -> Entry:
        """Return a provisioner as a task."""
        if block.type == "dynamic":
            return self._looped(block, path)
        kind = block.labels[0]
        path = f"{path}.provisioner.{kind}"
        self.jinja.coverage.mapped(block.place, path)
        keywords = self.keywords(block.body, path)
        name = [pair for pair in keywords if pair[0] == "name"]
        rest = [pair for pair in keywords if pair[0] != "name"]
        work = self._file(block, path) if kind == "file" else [self._module(block, kind, path)]
        return Entry(Map((*name, *work, *rest)), block.above, block.beside, gap=block.gap)

    def keywords(self, body: Body, path: str) -> Entries:
        """Return what is said beside a component's own options."""
        found: Entries = []
        for item in body.attributes():
            if item.name not in _KEYWORDS:
                continue
            self.jinja.coverage.mapped(item.place, f"{path}.{item.name}")
            with self.jinja.inside(f"{path}.{item.name}"):
                found += [(name, Entry(value, item.above, item.beside)) for name, value in self._keyword(item)]
        return found

    def _keyword(self, item: Attribute) -> Iterator[tuple[str, Value]]:
        if item.name in ("only", "except") and isinstance(item.value, Many | Lit):
            yield from self._selection(item)
        elif item.name in ("only", "except"):
            yield "when", self._membership(item)
        elif item.name == "override" and isinstance(item.value, Many):
            items = tuple(each._replace(key=self._source(each)) for each in item.value.items)
            yield item.name, self.jinja.value(item.value._replace(items=items))
        else:
            yield item.name, self.jinja.value(item.value)

    def _membership(self, item: Attribute) -> str:
        """Return the condition that a computed list names the source, or does not; what is no list says nothing."""
        own = "source.type ~ '.' ~ source.name"
        word, nothing = ("in", f"[{own}]") if item.name == "only" else ("not in", "[]")
        if self.jinja.names.kind(item.value) == "list":
            return f"{own} {word} {self.jinja.code(item.value, OPERAND)}"
        return f"{own} {word} ({self.jinja.code(item.value, DISJUNCT)} or {nothing})"

    def _source(self, item: Item) -> Expression | None:
        """Return the key of an override as the playbook names the source."""
        match item.key:
            case Lit(str(name), place):
                found = next((key for full, key in self.known.items() if name in (full, full.partition(".")[2])), name)
                return Lit(found, place)
        return item.key

    def _selection(self, item: Attribute) -> Iterator[tuple[str, Value]]:
        """Yield ``only`` or ``except`` with the names of the playbook; what the build has no source for is left out."""
        listed = item.value.items if isinstance(item.value, Many) else (Item(item.value),)
        found = [address(each.value) for each in listed]
        names = list(dict.fromkeys(self.known[each] for each in found if each is not None and each in self.known))
        lost = [each for each in found if each not in self.known]
        if lost:
            shown = ", ".join(str(each) for each in lost)
            self.jinja.coverage.changed(item.place, self.jinja.field, f"the build has no source {shown}")
        if names:
            yield item.name, Seq(tuple(map(Entry, names)))
        elif item.name == "only":
            yield "when", False

    def _module(self, block: Block, kind: str, path: str) -> tuple[str, Entry]:
        entry = registry.find("modules", kind)
        overridden = block.body.get("override") is not None  # and cannot be a script here and a list there
        if kind == "shell" and not overridden and (script := self._script(block, path)) is not None:
            return "shell", script
        options = Options(self.jinja, path, entry.schema if entry else NOTHING)
        return entry.name if entry else kind, Entry(options.map(block.body, _KEYWORDS))

    def _script(self, block: Block, path: str) -> Entry | None:
        """Return commands as a script, if they are all there is: like Packer's, it ends with the first that fails.

        Commands with comments stay a list, where these are beside them and not in what the shell is given.
        """
        own = [item for item in block.body.items if not (isinstance(item, Attribute) and item.name in _KEYWORDS)]
        match own:
            case [Attribute("inline", Many(items, keyed=False) as many) as inline] if items and not many.end:
                pass
            case _:
                return None
        if not all(isinstance(each.value, Lit | Template) and not each.above and not each.beside for each in items):
            return None
        with self.jinja.inside(f"{path}.inline"):
            texts = [self.jinja.value(item.value) for item in items]
        commands = [text for text in texts if isinstance(text, str)]
        simple = all(text.strip() and "\n" not in text and "PACKER_" not in text for text in commands)
        if len(commands) != len(items) or not simple:
            return None
        self.jinja.coverage.mapped(inline.place, f"{path}.inline")
        script = commands[0] if len(commands) == 1 else "\n".join(("set -e", *commands)) + "\n"
        return Entry(script, inline.above, inline.beside)

    def _file(self, block: Block, path: str) -> Entries:
        """Return an upload as ``copy``, a download as ``fetch``."""
        options = dict(Options(self.jinja, path).map(block.body, _KEYWORDS).entries)
        direction = options.pop("direction", Entry("upload")).value
        if (generated := options.pop("generated", None)) and generated.value not in (False, None):
            place = block.body.get("generated")
            why = "a file that is not there yet is only a warning"
            self.jinja.coverage.changed(place.place if place else block.place, f"{path}.generated", why)
        several = options.pop("sources", None)
        args: Entries = []
        if several is not None:
            args.append(("src", Entry("{{ item }}")))
        names = {"source": "src", "destination": "dest", "content": "content"}
        args += [(names.get(name, name), entry) for name, entry in options.items()]
        if direction == "download":
            args.append(("flat", Entry(value=True)))
        elif "content" not in options:
            args.append(("mode", Entry("preserve")))
        work: Entries = [("fetch" if direction == "download" else "copy", Entry(Map(tuple(args))))]
        return [*work, ("loop", several)] if several is not None else work

    def _looped(self, block: Block, path: str) -> Entry:
        """Return the provisioners that ``dynamic`` makes as one task with a loop."""
        made = dynamic(block)
        if made is None:
            self.jinja.coverage.unsupported(block.place, f"{path}.dynamic", "it has no one type and content")
            return Entry(Map((("fail", Entry(Map((("msg", Entry("The template makes tasks here.")),)))),)))
        if made.condition is not None:
            entry = self.task(made.block, path)
            more: Entries = [("when", Entry(self.jinja.condition(made.condition)))]
        else:
            index = f"{made.iterator}_index"
            with self.jinja.binding({f"{made.iterator}.value": made.iterator, f"{made.iterator}.key": index}):
                entry = self.task(made.block, path)
            control = [("loop_var", Entry(made.iterator)), ("index_var", Entry(index))]
            more = [("loop", Entry(self.jinja.value(made.over))), ("loop_control", Entry(Map(tuple(control))))]
        assert isinstance(entry.value, Map)
        return entry._replace(value=entry.value._replace(entries=(*entry.value.entries, *more)))
