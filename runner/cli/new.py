"""``ingot new DIR``: scaffold a project whose first build works on any machine."""

from __future__ import annotations

import json
import re
import shlex
import shutil
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from pathlib import Path
from string import Template

from runner import __version__
from runner.cli import common
from runner.cli.output import Output
from runner.diagnostics import Diagnostic
from runner.schema.published import directory
from runner.text import SourceFile

_NO_TEXT = frozenset({"yes", "no", "on", "off", "true", "false", "null", "y", "n"})
PLAYBOOK = """\
# yaml-language-server: $$schema=.ingot/schemas/playbook.json
name: $quoted
description: A first image; change it into yours

requires:
  ingot: ">=$version"

variables:
  greeting:
    type: string
    default: Hello
    description: What the page says
    rules: {minlength: 1}

locals:
  page: "{{ greeting }} from Ingot\\n"

sources:
  page:  # the `file` builder needs no machine; `ingot doc --kind builders` lists the others
    builder: file
    content: "{{ page }}"
    target: out/page.txt

plays:
  - name: first
    sources: [page]
    roles:
      - role: hello
        vars: {hello_name: $quoted}
    tasks:
      - name: Say what is being built
        debug: {msg: "building {{ build.name }} with the builder {{ source.type }}"}
    post_processors:
      - checksum: {checksum_types: [sha256], output: out/page.sha256}
"""
TASKS = """\
- name: Check the name
  assert:
    that: hello_name | length > 0
    quiet: true

- name: Greet
  debug: {msg: "{{ hello_greeting }}, {{ hello_name }}"}
"""
DEFAULTS = """\
hello_greeting: Hello
"""
ARGUMENTS = """\
argument_specs:
  main:
    short_description: Greet somebody
    options:
      hello_name:
        type: str
        required: true
        description: Whom to greet
      hello_greeting:
        type: str
        default: Hello
        description: What to say
"""
IGNORE = """\
.ingot/
out/
ingot-manifest.json
"""
README = """\
# $name

    ingot validate playbook.yml
    ingot plan playbook.yml
    ingot build playbook.yml

The image's contents are in `roles/`, what is built from what in `playbook.yml`. Editors complete and check the
playbook with the schemas in `.ingot/schemas`; `ingot schema --write .ingot/schemas` makes them anew.
"""
GITHUB = """\
name: images
on: [push, pull_request]
jobs:
  build:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-python@v5
        with: {python-version: "3.12"}
      - run: pip install "$${INGOT_PACKAGE:?set this variable to your Ingot, as a wheel, a path or a git URL}"
        env: {INGOT_PACKAGE: "$${{ vars.INGOT_PACKAGE }}"}
      - run: ingot fmt --check --recursive .
      - run: ingot validate playbook.yml --format github
      - run: ingot plan playbook.yml --out plan.json
      - run: ingot build plan.json
"""
GITLAB = """\
image: python:3.12

build:
  script:
    - pip install "$${INGOT_PACKAGE:?set this variable to your Ingot, as a wheel, a path or a git URL}"
    - ingot fmt --check --recursive .
    - ingot validate playbook.yml
    - ingot plan playbook.yml --out plan.json
    - ingot build plan.json
"""
CI = {"github": {".github/workflows/images.yml": GITHUB}, "gitlab": {".gitlab-ci.yml": GITLAB}, "none": {}}


def configure(parser: ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument("directory", metavar="DIR", help="where to put the project; it must be new or empty")
    parser.add_argument("--name", help="name of the project; the directory's unless given")
    parser.add_argument("--ci", choices=tuple(CI), default="github", help="the CI service to write a file for")


def run(arguments: Namespace) -> int:
    """Write the files and say what to do next."""
    output = Output()
    target = Path(arguments.directory)
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        place = SourceFile("DIR", arguments.directory).first_line()
        problem = Diagnostic("E702", f"{arguments.directory} is not an empty directory", place, hint="name a new one")
        output.diagnostics([problem])
        return common.INVALID
    name = arguments.name or target.resolve().name
    _write(files(name, arguments.ci), target)
    output.line(f"{arguments.directory} is ready:\n  cd {shlex.quote(arguments.directory)}\n  ingot build playbook.yml")
    return 0


def _write(texts: Mapping[str, str], target: Path) -> None:
    """Write the files into a directory that is new or empty, all or none. Raises ``OSError`` with the file's name."""
    new = not target.exists()
    try:
        for path, text in texts.items():
            file = target / path
            try:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_text(text, encoding="utf-8")
            except OSError as error:
                error.filename = str(file)  # a disk that is full does not tell
                raise
    except BaseException:
        for each in (target,) if new else tuple(target.iterdir()):
            shutil.rmtree(each, ignore_errors=True)
        raise


def files(name: str, service: str) -> dict[str, str]:
    """Return the files of a new project by their paths."""
    templates = {
        "playbook.yml": PLAYBOOK,
        "roles/hello/tasks/main.yml": TASKS,
        "roles/hello/defaults/main.yml": DEFAULTS,
        "roles/hello/meta/argument_specs.yml": ARGUMENTS,
        "README.md": README,
        ".gitignore": IGNORE,
        **CI[service],
    }
    words = {"name": name, "quoted": _quoted(name), "version": __version__}
    made = {path: Template(text).substitute(words) for path, text in templates.items()}
    schemas = {
        f".ingot/schemas/{path.relative_to(directory())}": path.read_text(encoding="utf-8")
        for path in sorted(directory().rglob("*.json"))
    }
    return made | schemas


def _quoted(name: str) -> str:
    """Return a text as YAML writes it: in quotes where it would be something else without."""
    plain = re.fullmatch("[A-Za-z][A-Za-z0-9_-]*", name) and name.lower() not in _NO_TEXT
    return name if plain else json.dumps(name, ensure_ascii=False)
