"""Roles -> blocks of tasks, with what the role's other files say."""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NamedTuple

from runner.diagnostics import did_you_mean
from runner.model.playbook import Block, Item, RoleContext, Task
from runner.reading.context import MAIN, Context, mapping_of, only, shown, text_of, without
from runner.reading.tasks import read_tasks
from runner.schema.check import check
from runner.schema.published import definition
from runner.text import Key, Node, Span
from runner.text.paths import is_directory, is_file

INSTALLED = Path(".ingot") / "roles"
"""Where ``ingot init`` installs roles, below the directory of the playbook."""
_KEYWORDS = frozenset({"role", "name", "vars", "tags", "when", "become", "become_user", "cache", "environment"})


@cache
def built_in() -> Path:
    """Return where the built-in roles lie: inside the installed package, or in the source tree."""
    package = Path(__file__).parent.parent
    installed = package / "_data" / "roles"
    return installed if installed.is_dir() else package.parent / "roles"


class Applied(NamedTuple):
    """What the roles of a play come to."""

    items: tuple[Item, ...]
    handlers: tuple[Item, ...]


class _Found(NamedTuple):
    """A role that was read."""

    block: Block
    duplicates: bool
    """Whether it may be applied more than once alike."""


class Entry(NamedTuple):
    """Which files of a role are used: ``main`` of each kind, unless said otherwise."""

    tasks: str = "main"
    vars: str = "main"
    defaults: str = "main"
    handlers: str = "main"
    validate: bool = True
    """Whether the role's arguments are to be checked."""


def read_roles(node: Node | None, context: Context) -> Applied:
    """Return the blocks and handlers of a play's ``roles``. A role that is named twice alike is applied once."""
    seen: set[str] = set()
    items: list[Item] = []
    handlers: list[Item] = []
    for use in node.value if node and isinstance(node.value, tuple) else ():
        found = _apply(use, context, seen)
        if found:
            items.append(found.block)
            handlers += found.block.handlers
    return Applied(tuple(items), tuple(handlers))


def read_included_role(task: Task, name: str, place: Span, context: Context) -> Block | None:
    """Return the block of ``import_role`` (or what ``include_role`` will bring); its handlers come with the block."""
    parts = {part: text_of(task.args.get(f"{part}_from")) for part in ("tasks", "vars", "defaults", "handlers")}
    open_parts = [part for part, value in parts.items() if value and "{{" in value]
    if open_parts:
        if task.module == "import_role":
            _report_open(open_parts[0], task, context)
        return None
    validate = task.args.get("rolespec_validate")
    named = {part: Path(value).stem for part, value in parts.items() if value}
    entry = Entry(**named, validate=validate is None or _is_true(validate))
    found = _read_role(name, place, Node({}, place), context, entry, needed=task.module == "import_role")
    if found is None:
        return None
    assert found.block.role is not None
    for part, value in parts.items():
        if value and not _files(found.block.role.path, part, Path(value).stem):
            _report_missing(part, value, found.block.role, task, context)
    keywords = {key: child for key, child in task.keywords.items() if key != "name"}
    silent = {key: child for key, child in keywords.items() if key != "notify"}
    handlers = tuple(each._replace(keywords=silent) for each in found.block.handlers)
    given = task.keywords.get("vars")
    duplicates = task.args.get("allow_duplicates")
    return found.block._replace(
        keywords=keywords, handlers=handlers, identity=repr((name, named, given.plain() if given else {})),
        once=duplicates is not None and not _is_true(duplicates),
    )


def _report_open(part: str, task: Task, context: Context) -> None:
    node = task.args.get(f"{part}_from")
    assert node is not None
    message = f"{part}_from of import_role has to be known before the build"
    context.report.add("E501", message, node.span, hint="use include_role")


def _report_missing(part: str, value: str, role: RoleContext, task: Task, context: Context) -> None:
    node = task.args.get(f"{part}_from")
    assert node is not None
    hint = did_you_mean(Path(value).stem, {each.stem for each in (role.path / part).glob("*.*")})
    context.report.add("E502", f"the role {role.name!r} has no {part} called {value!r}", node.span, hint=hint)


def _apply(use: Node, context: Context, seen: set[str]) -> _Found | None:
    if isinstance(use.value, str):
        use = Node({"role": use}, use.span)
    if not isinstance(use.value, dict):
        context.report.add("E505", "the entry names no role", use.span, hint="write a name, or 'role: NAME'")
        return None
    if not check(use, definition("role_use"), context.report, what="keyword", lenient=context.lenient):
        return None
    role = use.get("role") or use.get("name")
    name = text_of(role)
    if role is None or name is None:
        context.report.add("E505", "the entry names no role", use.span, hint="write a name, or 'role: NAME'")
        return None
    if "{{" in name:
        context.report.add(
            "E501", "the name of a role has to be known before the build", role.span, hint="use include_role in tasks"
        )
        return None
    rest = without(use, frozenset({"role", "name"}))
    identity = f"{name} {rest.plain()!r}"
    if identity in seen:
        return None
    found = _read_role(name, role.span, rest, context, Entry(), seen)
    if found is not None and not found.duplicates:
        seen.add(identity)
    return found


def _read_role(
    name: str, place: Span, use: Node, context: Context, entry: Entry, seen: set[str] | None = None, *,
    needed: bool = True,
) -> _Found | None:
    path = _find(name, place, context, needed=needed)
    if path is None:
        return None
    if name in context.applying:
        chain = " -> ".join((*context.applying, name))
        context.files.report.add("E506", f"roles depend on each other in a circle: {chain}", place)
        return None
    if not context.takes(1, place):
        return None
    context.plugins.add(path)
    role = _role_context(name, path, place, use, context, entry)
    inner = context._replace(role=role, applying=(*context.applying, name), importing=(), depth=context.depth + 1)
    meta = _document(path, "meta", "main", inner)
    if meta is not None and meta.value is not None:
        check(meta, definition("role_meta"), context.report, what="keyword", lenient=True)
    before: list[Item] = []
    handlers: list[Item] = []
    dependencies = meta.get("dependencies") if meta else None
    for dependency in dependencies.value if dependencies and isinstance(dependencies.value, tuple) else ():
        found = _apply(_source_form(dependency), inner, seen if seen is not None else set())
        if found:
            before.append(found.block)
            handlers += found.block.handlers
    role = role._replace(arguments=_argument_spec(meta, path, entry, inner) if entry.validate else None)
    inner = inner._replace(role=role)
    tasks = _tasks(path, "tasks", entry.tasks, inner)
    handlers += _tasks(path, "handlers", entry.handlers, inner, part="handler")
    keywords = mapping_of(only(use, _KEYWORDS - {"vars"})) if isinstance(use.value, dict) else {}
    block = Block(place, "role", name, keywords, (*before, *tasks), role=role)
    block = block._replace(handlers=(block._replace(tasks=tuple(handlers)),) if handlers else ())
    return _Found(block, duplicates=_is_true(meta.get("allow_duplicates") if meta else None))


def _is_true(node: Node | None) -> bool:
    return node is not None and str(node.value).lower() in ("true", "yes", "on", "1")


def _source_form(dependency: Node) -> Node:
    """Return a dependency without what only says where Galaxy finds it."""
    if isinstance(dependency.value, dict):
        return without(dependency, frozenset({"src", "version", "scm"}))
    return dependency


def _role_context(
    name: str, path: Path, place: Span, use: Node, context: Context, entry: Entry
) -> RoleContext:
    name = Path(name).name  # it may be given as a path
    params: dict[str, Node] = {key: child for key, child in mapping_of(use).items() if key not in _KEYWORDS}
    given = {**params, **mapping_of(use.get("vars"))}
    role = RoleContext(name, path, params=given, place=place)
    inner = context._replace(role=role)
    return role._replace(defaults=_values(path, "defaults", entry.defaults, inner),
                   vars=_values(path, "vars", entry.vars, inner))


def _find(name: str, place: Span, context: Context, *, needed: bool) -> Path | None:
    """Return the role's directory: a path, or a name under ``roles/``, ``--roles-path`` or the built-in roles.

    One that is ``needed`` has to be there, also where it is a role that asks for it.
    """
    nearby = (context.role.path.parent,) if context.role else ()
    directories = (context.root / "roles", context.root / INSTALLED, *nearby, *context.roles_path, built_in())
    candidates = [context.root / name] if "/" in name else [directory / name for directory in directories]
    for candidate in candidates:
        if is_directory(candidate):
            return candidate
    known = {each.name for directory in directories if is_directory(directory) for each in directory.iterdir()}
    looked = f"looked in {', '.join(shown(each) for each in dict.fromkeys(directories[:-1]))}"
    if "/" in name:
        looked = f"there is no directory {shown(candidates[0])}"
    report = context.files.report if needed else context.report
    if name in context.required:
        looked = "the playbook requires it: `ingot init` installs it"
    report.add("E504", f"no role called {name!r}", place, hint=did_you_mean(name, known) or looked)
    return None


def _files(path: Path, kind: str, stem: str) -> list[Path]:
    """Return the files of one kind: ``main.yml`` or its like, or everything in a directory ``main/``."""
    directory = path / kind
    names = MAIN if stem == "main" else (stem, f"{stem}.yml", f"{stem}.yaml", f"{stem}.json")
    found = next((directory / name for name in names if is_file(directory / name)), None)
    if found:
        return [found]
    inside = directory / stem
    if not is_directory(inside):
        return []
    return sorted(each for each in inside.rglob("*") if each.suffix in (".yml", ".yaml", ".json"))


def _document(path: Path, kind: str, stem: str, context: Context) -> Node | None:
    found = _files(path, kind, stem)
    return context.files.load(found[0]) if found else None


def _tasks(path: Path, kind: str, stem: str, context: Context, *, part: str = "task") -> tuple[Item, ...]:
    found = _files(path, kind, stem)
    if not found:
        return ()
    node = context.files.load(found[0])
    return read_tasks(node, context.within(found[0], node.span.file), part=part) if node else ()


def _values(path: Path, kind: str, stem: str, context: Context) -> Mapping[str, Node]:
    values: dict[str, Node] = {}
    for file in _files(path, kind, stem):
        node = context.files.load(file)
        if node is None or node.value is None:
            continue
        if not isinstance(node.value, dict):
            context.files.report.add("E507", f"the {kind} of a role are a mapping of names to values", node.span)
            continue
        values.update(mapping_of(node))
    return values


def _argument_spec(meta: Node | None, path: Path, entry: Entry, context: Context) -> Node | None:
    document = _document(path, "meta", "argument_specs", context) or meta
    specs = document.get("argument_specs") if document else None
    spec: Node | None = specs.get(entry.tasks) if specs else None
    options: Key = "options"
    return spec.get(options) if spec else None
