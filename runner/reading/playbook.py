"""A playbook's files -> one record, with every mistake in the report."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from runner import registry
from runner.diagnostics import Note, Report, did_you_mean
from runner.expand.dialect import Dialect
from runner.expand.role_plugins import RolePlugins
from runner.formats import documents
from runner.formats.documents import Opener
from runner.model.playbook import Data, Local, Playbook, Requirement, Source, Validation, Variable
from runner.reading.context import Context, Files, mapping_of, shown, text_of, warn_of_number_like, without
from runner.reading.data_names import check_data_names
from runner.reading.expressions import check_all_expressions
from runner.reading.literal_keys import check_literal_keys
from runner.reading.names import check_names
from runner.reading.plays import read_plays
from runner.reading.requirements import check_requirement
from runner.schema.check import check, refuse_keys, unknown_word
from runner.schema.published import definition
from runner.text import Key, Node, SourceFile, Span
from runner.text.paths import is_directory, is_file

_VARIABLE_KEYS = frozenset({"type", "default", "description", "rules", "sensitive", "env", "validation"})
_TEMPLATES = (".pkr.hcl", ".pkr.json")
_SECTIONS = ("variables", "locals", "data", "sources")


class Settings(NamedTuple):
    """Where else to look when a playbook is read."""

    roles_path: tuple[Path, ...] = ()
    sources: str | None = None
    """A file with the sources for an Ansible playbook."""
    vaults: Opener | None = None
    """What opens files that are encrypted."""
    plugins: RolePlugins | None = None
    """Is to know what roles and the playbook bring along."""


def read_playbook(path: str, report: Report, settings: Settings | None = None) -> Playbook | None:
    """Return what the playbook at ``path`` says (a file, a directory of ``*.ingot.yml``, or ``-``).

    Everything found wrong is in ``report``; the record holds what could be understood.
    """
    settings = settings or Settings()
    files = Files(report, settings.vaults)
    found = _documents(path, files, settings)
    if found is None:
        return None
    root, parts = found
    understood = [part for part in parts if part]
    if not understood:
        return None
    whole = _merge(understood, report)
    complete = len(understood) == len(parts) and all(_is_section(whole.get(key)) for key in _SECTIONS)
    return _assemble(path, root, whole, files, settings, complete=complete)


def read_document(file: SourceFile, root: Path, report: Report) -> Playbook | None:
    """Return what the playbook in a text says, as if it lay in ``root``."""
    settings = Settings()
    files = Files(report)
    node = documents.parse(file, report)
    part = node and _playbook_document(node, settings, report)
    return _assemble(file.path, root, part, files, settings, complete=True) if part else None


def read_requirements(path: str, report: Report) -> tuple[Path, tuple[Requirement, ...]] | None:
    """Return the directory of the playbook at ``path``, and what it requires; nothing when it cannot be read."""
    found = _documents(path, Files(report), Settings())
    if found is None or not any(found[1]):
        return None
    root, parts = found
    return root, _read_requires(_merge([part for part in parts if part], report).get("requires"), report)


def _documents(path: str, files: Files, settings: Settings) -> tuple[Path, list[Node | None]] | None:
    """Return the directory of a playbook and its documents; nothing when there is none."""
    report = files.report
    target = Path(path)
    directory = path != "-" and is_directory(target)
    paths = sorted(target.glob("*.ingot.yml")) if directory else [target]
    if directory and not paths:
        hint = "a directory is read as its files *.ingot.yml; name another file by its path"
        report.add("E001", f"{path} holds no *.ingot.yml", SourceFile(path, "").start(), hint=hint)
        return None
    templates = [each for each in paths if each.name.endswith(_TEMPLATES) and is_file(each)]
    for each in templates:
        _refuse_template(SourceFile(shown(each), "").start(), report)
    if templates:
        return None
    documents = [files.load(each) if path != "-" else _stdin(files) for each in paths]
    if settings.sources:
        documents.append(files.load(Path(settings.sources)))
    parts = [node and _playbook_document(node, settings, report) for node in documents]
    return (target if directory else target.parent if path != "-" else Path()), parts


def _is_section(node: Node | None) -> bool:
    return node is None or node.value is None or isinstance(node.value, dict)


def _stdin(files: Files) -> Node | None:
    file, node = documents.load("-", files.report)
    if file is not None:
        files.read["<stdin>"] = file
    return node


def _playbook_document(node: Node, settings: Settings, report: Report) -> Node | None:
    if node.value is None:
        message = "there are only comments in the file" if node.span.file.text.strip() else "the file is empty"
        report.add("E018", message, node.span, hint="`ingot new DIR` makes a playbook to start from")
        return None
    if isinstance(node.value, tuple):
        if settings.sources is None:
            report.add(
                "E133", "a list at the top is an Ansible playbook, which names no sources", node.span,
                hint="give the sources with --sources FILE, or write a mapping with 'sources' and 'plays'",
            )
            return None
        node = Node({"plays": Node(node.value, node.span, node.span)}, node.span)
    if not isinstance(node.value, dict):
        report.add("E104", "a playbook is a mapping", node.span, hint="it has the keys 'sources' and 'plays'")
        return None
    builders = node.get("builders")
    if builders is not None and isinstance(builders.value, tuple) and "plays" not in node.value:
        _refuse_template(builders.place, report)
        return None
    check(node, definition("playbook"), report, what="keyword")
    for section in (node.get(name) for name in _SECTIONS):
        refuse_keys(section, report)
    return node


def _refuse_template(place: Span, report: Report) -> None:
    report.add(
        "E137", "this is a template of Packer, and no playbook", place,
        hint=f"`ingot import {place.file.path}` makes one of it",
    )


def _merge(parts: Sequence[Node], report: Report) -> Node:
    """Return the documents of a directory as one; a name that is set twice is an error with both places."""
    if len(parts) == 1:
        return parts[0]
    whole: dict[Key, Node] = {}
    for part in parts:
        for key, child in part.items():
            whole[key] = _merged(whole[key], child, str(key), report) if key in whole else child
    return Node(whole, parts[0].span)


def _merged(first: Node, second: Node, key: str, report: Report) -> Node:
    if isinstance(first.value, tuple) and isinstance(second.value, tuple):
        return Node((*first.value, *second.value), first.span, first.key_span)
    if key in _SECTIONS and isinstance(first.value, dict) and isinstance(second.value, dict):
        for name in second.value.keys() & first.value.keys():
            notes = [Note("first set here", first.value[name].place)]
            report.add("E016", f"{name!r} is set twice in {key!r}", second.value[name].place, notes=notes)
        return Node({**second.value, **first.value}, first.span, first.key_span)
    report.add("E016", f"{key!r} is set twice", second.place, notes=[Note("first set here", first.place)])
    return first


def _assemble(
    path: str, root: Path, node: Node, files: Files, settings: Settings, *, complete: bool
) -> Playbook | None:
    """Return the record; nothing when it is not ``complete``: what the playbook declares is then not known."""
    report = files.report
    parts = mapping_of(node)
    unread: set[str] = set()
    names = tuple(mapping_of(parts.get("sources")))
    requires = _read_requires(parts.get("requires"), report)
    required = frozenset(each.name for each in requires if each.kind == "role")
    packer = _packer_plugins(parts.get("requires"))
    plugins = settings.plugins or RolePlugins()
    plugins.add(root)
    context = Context(files, root, settings.roles_path, root, node.span.file, plugins, packer, names, required=required)
    sources = _read_sources(parts.get("sources"), packer, report)
    playbook = Playbook(
        path=path,
        root=root,
        files=(),
        name=text_of(parts.get("name")) or (root.resolve().name if path == "-" else Path(shown(Path(path))).stem),
        description=text_of(parts.get("description")) or "",
        requires=requires,
        packer=_of_packer(parts.get("requires")),
        variables=_read_variables(parts.get("variables"), report, unread),
        locals={name: Local(name, child.place, child) for name, child in mapping_of(parts.get("locals")).items()},
        data=_read_data(parts.get("data"), packer, report, unread),
        sources=sources,
        plays=read_plays(parts.get("plays"), context),
        sensitive=_read_sensitive(parts.get("sensitive"), mapping_of(parts.get("locals")), report),
        unread=frozenset(unread),
    )
    if not complete:
        return None
    check_names(playbook, mapping_of(parts.get("sources")), report)
    check_all_expressions(playbook, Dialect(plugins), report)
    check_data_names(playbook, report)
    return _with_files(playbook, files)


def _of_packer(requires: Node | None) -> Node | None:
    return requires.get("packer") if requires else None


def _packer_plugins(requires: Node | None) -> frozenset[str]:
    packer = _of_packer(requires)
    return frozenset(mapping_of(packer.get("plugins"))) if packer else frozenset()


def _with_files(playbook: Playbook, files: Files) -> Playbook:

    return playbook._replace(files=tuple(files.read.values()))


def _read_variables(node: Node | None, report: Report, unread: set[str]) -> dict[str, Variable]:
    variables: dict[str, Variable] = {}
    for name, child in mapping_of(node).items():
        keys = mapping_of(child)
        if not isinstance(child.value, dict) or not (keys.keys() & _VARIABLE_KEYS):
            warn_of_number_like(child, report)
            variables[name] = Variable(name, child.place, default=child)
            continue
        sound = check(child, definition("variable"), report, what="keyword")
        unread.update(() if sound else (name,))
        sensitive = keys.get("sensitive")
        variables[name] = Variable(
            name, child.place,
            type=text_of(keys.get("type")) if sound else None,
            default=keys.get("default") or (None if sound else Node(None, child.span)),
            description=text_of(keys.get("description")) or "",
            rules=keys.get("rules") if sound else None,
            sensitive=sensitive is not None and str(sensitive.value).lower() in ("true", "yes", "on", "1"),
            env=text_of(keys.get("env")),
            validation=_read_validation(keys.get("validation"), report) if sound else (),
            written=child,
        )
        if "type" not in keys and "default" in keys:
            warn_of_number_like(keys["default"], report)
    return variables


def _read_validation(node: Node | None, report: Report) -> tuple[Validation, ...]:
    shape = definition("validation")
    written = node.elements() if node else ()
    rules = [mapping_of(each) for each in written if check(each, shape, report, what="keyword")]
    return tuple(Validation(each["condition"], text_of(each["error_message"]) or "") for each in rules)


def _read_sensitive(node: Node | None, written: Mapping[str, Node], report: Report) -> frozenset[str]:
    names = set()
    for each in node.elements() if node else ():
        name = str(each.value)
        if name in written:
            names.add(name)
        else:
            unknown_word("E213", "local", name, written, each.span, report)
    return frozenset(names)


def _read_data(
    node: Node | None, packer: frozenset[str], report: Report, unread: set[str]
) -> dict[str, Data]:
    data: dict[str, Data] = {}
    for name, child in mapping_of(node).items():
        unread.add(name)
        if not check(child, definition("data"), report, what="keyword"):
            continue
        kind = child.get("type")
        word = text_of(kind)
        assert kind is not None
        entry = registry.find_required("data_sources", word, packer) if word else None
        if entry is None:
            unknown_word(
                "E203", "data source", word or "", registry.names("data_sources"), kind.span, report,
                otherwise="`ingot doc --kind data_sources` lists the data sources",
            )
            continue
        options = without(child, frozenset({"type", "when", "options"}))
        if (more := child.get("options")) is not None:
            options = options._replace(value=dict([*options.items(), *more.items()]))
        check(options, entry.schema, report)
        check_literal_keys(options, report)
        data[name] = Data(name, child.place, entry.name, options, child.get("when"))
        unread.discard(name)
    return data


def _read_sources(node: Node | None, packer: frozenset[str], report: Report) -> dict[str, Source]:
    written = mapping_of(node)
    sources: dict[str, Source] = {}
    for name, child in written.items():
        if not check(child, definition("source"), report, what="keyword"):
            continue
        whole = _extended(name, written, report)
        if whole is None:
            continue
        builder = whole.get("builder")
        word = text_of(builder)
        if builder is not None and word is None and builder.span.text() == "null":
            report.add(
                "E110", "unquoted, null is no value in YAML, and the name of a builder is wanted", builder.span,
                hint='quote it: "null"',
            )
            continue
        if builder is None or word is None:
            others = (str(key) for key, _ in whole.items() if key != "builder")
            near = next((key for key in others if did_you_mean(key, ("builder",))), None)
            hint = f"is {near!r} meant to be 'builder'?" if near else "it names what makes the machine"
            report.add("E103", "keyword 'builder' is missing", child.place, hint=hint)
            continue
        entry = registry.find_required("builders", word, packer)
        if entry is None:
            unknown_word(
                "E202", "builder", word, registry.names("builders"), builder.span, report,
                otherwise="`ingot doc --kind builders` lists the builders",
            )
            continue
        check_literal_keys(child, report)
        beside = frozenset({"builder", "extends"})
        extends = text_of(child.get("extends")) or ""
        sources[name] = Source(
            name, child.place, entry.name, without(whole, beside), extends, without(child, beside)
        )
    return sources


def _extended(name: str, written: Mapping[str, Node], report: Report) -> Node | None:
    """Return a source with the options of those it extends; its own ones win."""
    last, chain = name, {name: written[name]}
    while (parent := chain[last].get("extends")) is not None and (word := text_of(parent)) is not None:
        if word in chain:
            _report_circle(list(chain), word, written, report)
            return None
        if word not in written:
            unknown_word("E206", "source", word, written.keys() - {last}, parent.span, report)
            return None
        last, chain[word] = word, written[word]
    nodes = list(reversed(chain.values()))
    if not all(isinstance(each.value, dict) for each in nodes):
        return None
    whole = {key: child for each in nodes for key, child in each.items()}
    return Node(whole, nodes[-1].span, nodes[-1].key_span) if len(nodes) > 1 else nodes[0]


def _report_circle(chain: list[str], back: str, written: Mapping[str, Node], report: Report) -> None:
    """Report a circle as beginning with the first of its sources, wherever it was entered: so it is told once."""
    circle = chain[chain.index(back) :]
    first = next(name for name in written if name in circle)
    start = circle.index(first)
    shown_as = " -> ".join((*circle[start:], *circle[:start], first))
    parent = written[first].get("extends")
    assert parent is not None
    report.add("E205", f"sources extend each other in a circle: {shown_as}", parent.span)


def _read_requires(node: Node | None, report: Report) -> tuple[Requirement, ...]:
    if node is None or not check(node, definition("requires"), report, what="keyword"):
        return ()
    found: list[Requirement] = []
    ingot = node.get("ingot")
    if ingot is not None:
        found.append(Requirement("ingot", "ingot", text_of(ingot) or "", ingot.span))
    for name, child in mapping_of(node.get("plugins")).items():
        found.append(Requirement("plugin", name, text_of(child) or "", child.place))
    for requirement in found:
        check_requirement(requirement, report)
    packer = node.get("packer")
    if packer is not None and check(packer, definition("requires_packer"), report, what="keyword"):
        for child in mapping_of(packer.get("plugins")).values():
            check(child, definition("packer_plugin"), report, what="keyword")
    roles = node.get("roles")
    for role in roles.elements() if roles else ():
        if check(role, definition("required_role"), report, what="keyword"):
            parts = mapping_of(role)
            version = text_of(parts.get("version")) or ""
            src = text_of(parts["src"]) or ""
            found.append(Requirement("role", text_of(parts["name"]) or "", version, role.span, src))
    return tuple(found)
