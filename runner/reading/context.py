"""What the readers of a playbook's parts share."""

from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

from runner import registry
from runner.diagnostics import Report
from runner.expand.render import has_template
from runner.expand.role_plugins import RolePlugins
from runner.formats import documents
from runner.formats.documents import Opener
from runner.model.playbook import RoleContext
from runner.schema.words import shown as shown_value
from runner.text import Node, SourceFile, Span

MAIN = ("main.yml", "main.yaml", "main.json", "main")
"""Names of the file that a directory of a role begins with."""
MOST_TASKS = 50_000
"""How many tasks a playbook may come to; those of a file that is imported twice count twice."""
MOST_EXPRESSIONS = 100_000
"""How many expressions a document may have; each takes some kilobytes to understand."""
DEEPEST_FILE = 500
"""How many files of tasks and roles may bring each other, one inside the other."""


class Files:
    """The files of one run: each is read once."""

    def __init__(self, report: Report, vaults: Opener | None = None) -> None:
        self.report = report
        self.vaults = vaults
        """What opens files that are encrypted."""
        self.read: dict[str, SourceFile] = {}
        self.tasks = 0
        """How many tasks have been read."""
        self._nodes: dict[Path, Node | None] = {}

    def load(self, path: Path, asked_at: Span | None = None) -> Node | None:
        """Return the document in ``path``, shown to users relative to where they stand."""
        key = path.resolve()
        if key not in self._nodes:
            file, node = documents.load(shown(path), self.report, asked_at=asked_at, vaults=self.vaults)
            if file is not None:
                self.read[str(key)] = file
                if file.text.count("{{") > MOST_EXPRESSIONS:
                    message = f"{file.path} has more than {MOST_EXPRESSIONS} expressions"
                    self.report.add("E406", message, file.first_line())
                    node = None
            self._nodes[key] = node
        return self._nodes[key]


def shown(path: Path) -> str:
    """Return ``path`` as users would write it: relative when it lies below the working directory."""
    try:
        return str(path.relative_to(Path.cwd())) if path.is_absolute() else str(path)
    except ValueError:
        return str(path)


class Context(NamedTuple):
    """Where tasks stand: which file, in which role, and where to look for others."""

    files: Files
    root: Path
    """The playbook's directory."""
    roles_path: tuple[Path, ...]
    directory: Path
    """The directory of the file being read."""
    file: SourceFile
    plugins: RolePlugins
    """What has been brought along so far."""
    packer: frozenset[str] = frozenset()
    """The plugins of Packer that the playbook requires."""
    sources: tuple[str, ...] = ()
    """Names of the playbook's sources, which ``hosts`` of an Ansible playbook selects from."""
    role: RoleContext | None = None
    importing: tuple[Path, ...] = ()
    """The files being imported, outermost first: one of them again would never end."""
    required: frozenset[str] = frozenset()
    """The roles that the playbook requires from elsewhere."""
    applying: tuple[str, ...] = ()
    """The roles being applied, outermost first."""
    depth: int = 0
    """How many files and roles this one is in."""

    @property
    def report(self) -> Report:
        """Where mistakes go; those in a role's tasks are mild."""
        return self.files.report.mild() if self.role is not None else self.files.report

    def module(self, name: str) -> registry.Entry | None:
        """Return the module of a name."""
        return self.plugins.module(name) or registry.find_required("modules", name, self.packer)

    def within(self, path: Path, file: SourceFile) -> "Context":
        """Return the context of a file that this one imports or includes."""
        inside = (*self.importing, path.resolve())
        return self._replace(directory=path.parent, file=file, importing=inside, depth=self.depth + 1)

    def takes(self, tasks: int, place: Span) -> bool:
        """Return whether there is room for more tasks; report what is too much.

        Few files may come to very many tasks, for each may be imported many times.
        """
        known = self.files.tasks > MOST_TASKS
        self.files.tasks += tasks
        if self.files.tasks > MOST_TASKS:
            if not known:
                message = f"with these, the playbook comes to more than {MOST_TASKS} tasks"
                hint = "tasks of a file or role that is used more than once count each time"
                self.files.report.add("E513", message, place, hint=hint)
            return False
        if self.depth > DEEPEST_FILE:
            message = f"these tasks stand more than {DEEPEST_FILE} files deep, each of which brings the next"
            self.files.report.add("E513", message, place)
            return False
        return True

    @property
    def lenient(self) -> bool:
        """Whether the text belongs to a role: written for Ansible, and judged as Ansible judges it."""
        return self.role is not None


def mapping_of(node: Node | None) -> Mapping[str, Node]:
    """Return the entries of a mapping with text keys; nothing for any other value."""
    if node is None or not isinstance(node.value, dict):
        return {}
    return {key: child for key, child in node.value.items() if isinstance(key, str)}


def text_of(node: Node | None) -> str | None:
    """Return a scalar as the text it was written as; nothing when there is none."""
    if node is None or node.value is None or isinstance(node.value, dict | tuple):
        return None
    return node.value if isinstance(node.value, str) else node.raw or str(node.value)


def without(node: Node, keys: frozenset[str]) -> Node:
    """Return a mapping without some of its keys."""
    assert isinstance(node.value, dict)
    return Node({k: v for k, v in node.value.items() if k not in keys}, node.span, node.key_span)


def only(node: Node, keys: frozenset[str]) -> Node:
    """Return a mapping with just these of its keys."""
    assert isinstance(node.value, dict)
    return Node({k: v for k, v in node.value.items() if k in keys}, node.span, node.key_span)


def check_environment(node: Node | None, context: Context) -> None:
    """Report an ``environment`` that gives no variables, and warn of values that are not what is written."""
    for each in node.elements() if node else ():
        if isinstance(each.value, dict):
            for child in each.value.values():
                warn_of_other_text(child, context)
        elif not has_template(each):
            message = f"{shown_value(each)} stands where a mapping of names to values is wanted"
            context.report.add("E104", message, each.span)


def warn_of_other_text(node: Node, context: Context) -> None:
    """Warn of a value that becomes a text other than what is written; what a role has as ``True`` is meant so."""
    report = context.report
    if isinstance(node.value, bool) and node.raw and not (context.lenient and node.raw.lower() in ("true", "false")):
        report.add("W110", f"unquoted, {node.raw} is the boolean {str(node.value).lower()} in YAML", node.span,
                   hint=f'if it is a text, quote it: "{node.raw}"')
    else:
        warn_of_number_like(node, report)


def warn_of_number_like(node: Node, report: Report) -> None:
    """Warn of versions and ports, alone or in a list, that YAML reads as other numbers than they look like."""
    if isinstance(node.value, tuple):
        for each in node.value:
            warn_of_number_like(each, report)
        return
    raw, value = node.raw or "", node.value
    if isinstance(value, bool) or not isinstance(value, int | float) or str(value) == raw:
        return
    if ":" in raw or (isinstance(value, float) and "." in raw and raw.endswith("0")) or raw.startswith("0"):
        meaning = f"{value} (base 60)" if ":" in raw else f"{value}"
        report.add("W110", f"unquoted, {raw} is the number {meaning} in YAML", node.span,
                   hint=f'if it is a text, such as a version, quote it: "{raw}"')
