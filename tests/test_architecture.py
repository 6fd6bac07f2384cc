"""Who may import whom, and which library has its door where."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from fnmatch import fnmatch
from importlib.util import find_spec, resolve_name
from pathlib import Path

import pytest

TREE = Path(__file__).parent.parent
RUNNER = TREE / "runner"

_OPTIONS = "builders.*shared*"  # the options that builders, post-processors and data sources of a cloud have in common
ROOMS: dict[str, tuple[str, ...]] = {
    "text": (),
    "frozen": (),
    "in_time": (),
    "events": ("frozen",),
    "model": ("text",),
    "diagnostics": ("text",),
    "formats": ("text", "diagnostics"),
    "schema": ("text", "diagnostics", "sdk"),
    "sdk": ("frozen", "model", "events"),
    "registry": ("text", "sdk", "schema"),
    "communicators": ("sdk",),
    "builders": ("frozen", "sdk", "communicators"),
    "modules": ("sdk", "in_time"),
    "post_processors": ("sdk", _OPTIONS, "builders.amazon.parts*"),  # an import ends as a build of an AMI does
    "data_sources": ("sdk", _OPTIONS),
    "expand": ("text", "in_time", "diagnostics", "formats", "schema", "model", "sdk", "registry"),
    "reading": ("text", "diagnostics", "formats", "schema", "model", "sdk", "registry", "expand"),
    "planning": ("text", "diagnostics", "model", "schema", "registry", "expand", "reading"),
    "execution": (
        "text", "diagnostics", "model", "sdk", "events", "schema", "registry", "expand", "reading", "planning", "store",
        "communicators",
    ),
    "packer": ("text", "diagnostics", "formats", "model", "schema", "registry", "expand", "reading"),
    "requirements": ("text", "diagnostics", "formats", "model", "sdk"),
    "store": ("text", "model", "events", "sdk"),
    "reports": ("model", "events", "diagnostics"),
    "cli": ("*",),
}
"""Room -> what it may import beside itself: a room, or a pattern of modules in one."""

DOORS: dict[str, tuple[str, ...]] = {
    "bcrypt": ("expand/filters/crypto.py", "expand/functions/crypto.py", "modules/support/passwords.py"),
    "cryptography": (
        "expand/vault.py", "expand/functions/crypto.py", "modules/support/certificates.py",
        "modules/support/public_keys.py", "builders/shared/rfb.py",
    ),
    "jmespath": ("expand/filters/mappings.py",),
    "asyncssh": ("communicators/ssh*.py",),
    "boto3": (
        "builders/amazon/*", "builders/shared/sources.py", "data_sources/amazon*", "expand/functions/secrets*",
        "post_processors/shared/s3.py",
    ),
    "botocore": (
        "builders/amazon/*", "builders/shared/sources.py", "data_sources/amazon*", "expand/functions/secrets*",
        "post_processors/shared/s3.py",
    ),
    "cerberus": ("expand/*",),
    "docker": ("*/docker*",),
    "jinja2": ("expand/*", "packer/from_jinja*.py"),
    "jsonschema": ("schema/*",),
    "lxml": ("modules/support/xml_tree.py",),
    "markupsafe": ("expand/*",),
    "packaging": ("reading/requirements.py", "expand/*", "modules/support/versions.py"),
    "requests": ("communicators/docker*",),  # Docker's library is made of it and of urllib3, and raises their errors
    "shtab": ("cli/*",),
    "tree_sitter": ("formats/hcl*",),
    "tree_sitter_hcl": ("formats/hcl*",),
    "urllib3": ("communicators/docker*",),
    "yaml": ("formats/*", "expand/*"),
}
"""Library -> the files of runner/ that may import it."""

SLOW_TO_IMPORT = (
    *("asyncio", "asyncssh", "boto3", "botocore", "docker", "jsonschema", "lxml", "rich"),
    *("ast", "dataclasses", "inspect", "subprocess", "traceback"),
)

MODULES = sorted(path.relative_to(RUNNER).as_posix() for path in RUNNER.rglob("*.py"))


def imported_by(source: str, module: str) -> Iterator[str]:
    """Yield the dotted name of everything that the source of ``module`` imports, at whatever depth."""
    package = module if module.endswith("__init__") else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = resolve_name("." * node.level + (node.module or ""), package.removesuffix(".__init__"))
            yield from (f"{base}.{alias.name}" for alias in node.names)


def trespasses(path: str, imported: str) -> str | None:
    """Say what is wrong when the file ``path`` of runner/ imports ``imported``; nothing when it may."""
    room = path.split("/", maxsplit=1)[0].removesuffix(".py")
    top, _, inner = imported.partition(".")
    if top == "runner":
        other = inner.split(".")[0]
        allowed = (*ROOMS.get(room, ()), room)
        if other in ("", "__version__") or any(fnmatch(other, each) or fnmatch(inner, each) for each in allowed):
            return None
        return f"{room} may not import runner.{inner}"
    if top in sys.stdlib_module_names or any(fnmatch(path, pattern) for pattern in DOORS.get(top, ())):
        return None
    return f"{top} is imported only in {', '.join(DOORS[top])}" if top in DOORS else f"{top} has no door"


@pytest.mark.parametrize("path", MODULES)
def test_imports_point_inward(path: str) -> None:
    module = f"runner.{path.removesuffix('.py').replace('/', '.')}"
    source = (RUNNER / path).read_text(encoding="utf-8")
    assert [wrong for each in imported_by(source, module) if (wrong := trespasses(path, each))] == []


def test_every_room_has_its_row() -> None:
    rooms = {path.split("/")[0].removesuffix(".py") for path in MODULES if path != "__init__.py"}
    assert rooms <= set(ROOMS)


def test_rooms_have_no_circle() -> None:
    settled: set[str] = set()
    while left := [room for room in ROOMS if room not in settled]:
        free = [room for room in left if {each.split(".")[0] for each in ROOMS[room]} - {"*"} <= settled]
        assert free, f"these rooms import each other in a circle: {', '.join(left)}"
        settled.update(free)


RULES = [
    ("text/node.py", "runner.diagnostics.Report", True),
    ("formats/yaml/reader.py", "runner.text.Node", False),
    ("formats/yaml/reader.py", "runner.formats.scalars.construct", False),
    ("formats/yaml/reader.py", "runner.cli.main.main", True),
    ("execution/build.py", "runner.cli.main", True),
    ("cli/build.py", "runner.execution.supervisor.run", False),
    ("cli/version.py", "runner.__version__", False),
    ("data_sources/amazon_ami.py", "runner.builders.amazon.shared.access.AwsAccess", False),
    ("data_sources/amazon_ami.py", "runner.builders.amazon.ebs.Ebs", True),
    ("modules/apt.py", "runner.builders.shared.group.group", True),
    ("builders/amazon/ebs.py", "boto3", False),
    ("builders/qemu.py", "boto3", True),
    ("communicators/docker/transport.py", "docker.errors.NotFound", False),
    ("communicators/ssh/transport.py", "docker", True),
    ("formats/hcl/syntax.py", "tree_sitter.Parser", False),
    ("reports/console.py", "rich.console", True),
    ("reports/console.py", "json", False),
]


@pytest.mark.parametrize(("path", "imported", "wrong"), RULES)
def test_the_rules_themselves(path: str, imported: str, wrong: bool) -> None:  # noqa: FBT001 - a table's column
    assert bool(trespasses(path, imported)) is wrong


def test_every_form_of_import_is_seen() -> None:
    source = "import a.b, c\nfrom d.e import f as g\ndef x():\n    from . import h\n    from ..i import j\n"
    found = ["a.b", "c", "d.e.f", "runner.room.h", "runner.i.j"]
    assert list(imported_by(source, "runner.room.file")) == found
    assert list(imported_by(source, "runner.room.__init__")) == found


PLAYBOOK = """
sources:
  out: {builder: file, target: out.txt, content: hello}
plays:
  - sources: [out]
    tasks:
      - shell_local: {inline: [echo hello]}
"""

VALIDATE = """
import sys
from runner.cli.main import main
sys.argv = ["ingot", "validate", sys.argv[1]]
try:
    status = main()
except SystemExit as end:
    status = end.code
print("status", status or 0, *(name for name in %r if name in sys.modules))
"""


@pytest.mark.skipif(
    find_spec("runner.cli") is None or find_spec("runner.cli.main") is None, reason="there is no command line yet"
)
def test_validate_loads_no_library_it_does_not_need(tmp_path: Path) -> None:
    playbook = tmp_path / "small.yml"
    playbook.write_text(PLAYBOOK)
    command = [sys.executable, "-c", VALIDATE % (SLOW_TO_IMPORT,), str(playbook)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=TREE)
    assert done.stdout.splitlines()[-1:] == ["status 0"], done.stderr
