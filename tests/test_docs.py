"""What README, guide and contributing page show is tried out: YAML is validated, commands are run, links are followed.

A ``yaml`` block is a whole playbook, unless a comment on the line before says otherwise:

- ``<!-- top -->``, ``<!-- play -->``, ``<!-- tasks -->``: a part of one, put into a small playbook
- ``<!-- file: PATH -->``: a file that later blocks use, in any language
- ``<!-- wrong: CODE -->``, also with one of the parts: a mistake, and the code of its diagnostic
- ``<!-- other -->``: of another program, and only formatted

A ``console`` block holds commands after ``$`` and what they print; ``...`` stands for anything. All blocks of a page
share a directory, in which the last whole playbook is called ``playbook.yml``.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from textwrap import indent
from typing import NamedTuple

import pytest
import yaml

from runner.cli.main import COMMANDS
from runner.formats.yaml.format import CannotFormat, format_yaml

ROOT = Path(__file__).parents[1]
GUIDE = sorted((ROOT / "docs/guide").glob("*.md"))
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *GUIDE]
FENCE = re.compile(r"(?:^<!-- ([^\n]*?) -->\n)?^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"\]\((?!https?:)(?P<path>[^)#]*)(?:#(?P<anchor>[^)]*))?\)")
SOURCES = """\
sources:
  debian: {builder: docker, image: debian, commit: true}
  vm: {builder: qemu, iso_url: debian.iso, iso_checksum: none, ssh_username: root, shutdown_command: poweroff}
  page: {builder: file, target: out/page.txt}
"""
"""What a part of a playbook may use without showing it."""
CODE = re.compile(r"(?:error|warning)\[([EW]\d{3})\]")


class Block(NamedTuple):
    """A fenced block of a page."""

    page: Path
    line: int
    mark: str
    language: str
    text: str

    def __str__(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


def blocks(page: Path) -> Iterator[Block]:
    text = page.read_text()
    for found in FENCE.finditer(text):
        yield Block(page, text.count("\n", 0, found.start(2)) + 1, found[1] or "", found[2], found[3])


def whole(part: str, text: str) -> str:
    """Return a whole playbook made of a part of one."""
    if part == "tasks":
        part, text = "play", f"sources: [debian]\ntasks:\n{indent(text, '  ')}"
    if part == "play":
        sources = "" if re.search(r"^sources:", text, re.MULTILINE) else "sources: [debian]\n"
        text = "plays:\n  - " + indent(sources + text, "    ").lstrip()
    keys = yaml.load(text, yaml.BaseLoader)
    if "sources" not in keys:
        text += SOURCES
    if "plays" not in keys:
        text += f"plays: [{{sources: [{', '.join(keys.get('sources', {'debian': {}}))}]}}]\n"
    return text


@pytest.fixture
def environment(tmp_path: Path) -> dict[str, str]:
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    return {"PATH": path, "HOME": str(tmp_path / "home"), "LC_ALL": "C.UTF-8", "SOURCE_DATE_EPOCH": "1735041600"}


def run(script: str, directory: Path, environment: dict[str, str]) -> str:
    done = subprocess.run(
        ["bash", "-c", script], cwd=directory, env=environment, text=True, check=False, stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )
    return done.stdout


def check_format(block: Block) -> Iterator[str]:
    """Yield what is wrong with the form of a block of YAML."""
    try:
        formatted = format_yaml(block.text)
    except CannotFormat as error:
        formatted = str(error)
    if formatted != block.text:
        yield f"{block}: not formatted:\n{formatted}"


def check_yaml(block: Block, directory: Path, environment: dict[str, str]) -> Iterator[str]:
    """Yield what is wrong with a block of YAML."""
    words = block.mark.replace("wrong:", "").split()
    codes = {word for word in words if CODE.fullmatch(f"error[{word}]")}
    parts = [word for word in words if word not in codes]
    if not codes:
        yield from check_format(block)
    if parts == ["other"]:
        return
    name = "part.yml" if parts else "wrong.yml" if codes else "playbook.yml"
    (directory / name).write_text(whole(parts[0], block.text) if parts else block.text)
    answer = run(f"ingot validate --strict {name}", directory, environment)
    found = set(CODE.findall(answer))
    if found != codes or (not codes and answer != f"{name} is valid\n"):
        yield f"{block}:\n{answer}"


def check_commands(block: Block, directory: Path, environment: dict[str, str]) -> Iterator[str]:
    """Yield which commands of a block do not print what the page says."""
    entries = re.split(r"^\$ ", block.text, flags=re.MULTILINE)[1:]
    commands = [re.match(r"[^\n]*\n(?:> [^\n]*\n)*", entry)[0] for entry in entries]  # type: ignore[index]  # fits all
    lines = (f"{command.replace(chr(10) + '> ', chr(10))}" for command in commands)
    script = "".join(f"{{ {line}}} 2>&1; s=$?; printf '\\001'; (exit $s)\n" for line in lines)
    answers = run(script, directory, environment).split("\1")
    for entry, command, answer in zip(entries, commands, answers[:-1], strict=True):
        expected = entry.removeprefix(command).strip("\n")
        if not re.fullmatch(pattern(expected), answer.strip("\n") + "\n"):
            yield f"{block}: $ {command}prints\n{answer}"


def pattern(expected: str) -> str:
    """Return the regular expression for an output in which ``...`` stands for anything."""
    lines = (re.escape(line).replace(r"\.\.\.", ".*?") + "\n" for line in expected.split("\n"))
    return "".join("(?:.*\n)*?" if line == ".*?\n" else line for line in lines)


@pytest.mark.parametrize("page", [page for page in PAGES if "```" in page.read_text()], ids=lambda page: page.stem)
def test_what_a_page_shows_works(page: Path, tmp_path: Path, environment: dict[str, str]) -> None:
    wrong: list[str] = []
    for block in blocks(page):
        if block.mark.startswith("file: "):
            path = tmp_path / block.mark.removeprefix("file: ")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text)
            if block.language == "yaml":
                wrong += check_format(block)
        elif block.language == "yaml":
            wrong += check_yaml(block, tmp_path, environment)
        elif block.language == "console":
            wrong += check_commands(block, tmp_path, environment)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_links_lead_somewhere(page: Path) -> None:
    for found in LINK.finditer(page.read_text()):
        target = (page.parent / found["path"]).resolve() if found["path"] else page
        assert target.exists() or "docs/reference" in str(target), f"{page.name}: {found[0]}"
        if found["anchor"] and target.suffix == ".md" and target.exists():
            assert found["anchor"] in anchors(target), f"{page.name}: {found[0]}"


def anchors(page: Path) -> set[str]:
    """Return what the headings of a page are called in links."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_readme_names_every_command() -> None:
    text = (ROOT / "README.md").read_text()
    assert {name for name in COMMANDS if f"| `{name}" not in text} == set()


def test_the_readme_leads_to_every_page_of_the_guide() -> None:
    text = (ROOT / "README.md").read_text()
    assert [page.name for page in GUIDE if f"](docs/guide/{page.name})" not in text] == []
