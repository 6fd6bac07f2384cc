"""Whatever a file holds, the answer is diagnostics: the playbooks of the tree, changed at random, read again and again.

``INGOT_FUZZ_SECONDS`` says for how long (a minute unless said otherwise), ``INGOT_FUZZ_SEED`` with which random
numbers. An input that fails is written beside the message. Made small it is kept in ``cases/fuzz``, and read again in
every run: a file is a playbook (``*.json.bin`` and ``*.hcl.bin`` hold variables), a directory a project.
"""

from __future__ import annotations

import gc
import io
import json
import os
import random
import re
import resource
import shlex
import shutil
import signal
import sys
import time
from collections.abc import Iterator
from contextlib import chdir, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest.mock import patch

import mutations
import pytest
import yaml

from runner.cli.main import main

TREE = Path(__file__).parents[2]
CASES = TREE / "tests" / "cases"
SECONDS = float(os.environ.get("INGOT_FUZZ_SECONDS", "60"))
SEED = os.environ.get("INGOT_FUZZ_SEED", "0")
LONGEST = 20
"""Seconds that one input may take: many times what the slowest takes."""
GROWTH = 400 * 1024 * 1024
"""Bytes that the process may grow by while it reads thousands of inputs, caches included."""
ROOM = 2 * 1024**3
"""Bytes that one input may take at once."""
OURS = ("command", "env", "expected.txt", "plan.json")
SUFFIXES = (".yml", ".yaml", ".json", ".hcl", ".bin", "")
FORMATS = ("text", "text", "json", "sarif", "github")
DIAGNOSTIC = re.compile(r"^\S.*:\d+:\d+: (error|warning)\[[EW]\d{3}\]: .", re.MULTILINE)


class TooSlowError(BaseException):
    """An input took longer than any may; not to be caught where mistakes of the program are."""


@dataclass(frozen=True)
class Answer:
    """What a command did with an input."""

    words: tuple[str, ...]
    status: int
    shown: str
    remarks: str


@dataclass(frozen=True)
class Project:
    """A playbook with its files, in a directory where they may be changed."""

    directory: Path
    words: tuple[str, ...]
    env: dict[str, str]

    @property
    def files(self) -> list[Path]:
        return sorted(
            path for path in self.directory.rglob("*")
            if path.is_file() and path.name not in OURS and path.suffix in SUFFIXES
        )  # fmt: skip


def ask(words: tuple[str, ...], given: bytes = b"") -> Answer:
    """Return what ``ingot`` answers, as a terminal would get it: in UTF-8."""
    shown, remarks = (io.TextIOWrapper(io.BytesIO(), encoding="utf-8", newline="") for _ in range(2))
    stdin = io.TextIOWrapper(io.BytesIO(given), encoding="utf-8")
    with patch.object(sys, "stdout", shown), patch.object(sys, "stderr", remarks), patch.object(sys, "stdin", stdin):
        try:
            status = main(words)
        except SystemExit as left:
            status = int(left.code or 0)
        remarks.flush()
    texts = [stream.buffer.getvalue().decode() for stream in (shown, remarks)]
    return Answer(words, status, *texts)


def answers(project: Project, file: Path, formats: str) -> Iterator[Answer]:
    """Yield the answers of every command that reads a project one of whose files was changed."""
    data = file.read_bytes()
    stdin = data if "-" in project.words else b""
    with chdir(project.directory):
        yield ask(("validate", *project.words, "--format", formats), stdin)
        yield ask(("plan", "--no-data", "--json", *project.words), stdin)
        if file.suffix not in (".json", ".hcl"):
            formatted = ask(("fmt", "-"), data)
            yield formatted
            if formatted.status == 0:
                yield from _again(formatted)


def _again(formatted: Answer) -> Iterator[Answer]:
    second = ask(("fmt", "--check", "-"), formatted.shown.encode())
    assert second.status == 0, f"formatted twice it differs: {second.remarks}"
    yield second


def check(answer: Answer) -> None:
    assert answer.status in (0, 2, 3), answer
    for text in (answer.shown, answer.remarks):
        assert "E900" not in text, answer
        assert "Traceback" not in text, answer
    if answer.status == 2 and "--format" not in answer.words:
        assert DIAGNOSTIC.search(answer.shown + answer.remarks), answer


@contextmanager
def guarded() -> Iterator[None]:
    """Stop what takes too long, or too much memory."""
    def stop(number: int, frame: object) -> None:
        raise TooSlowError

    before = signal.signal(signal.SIGALRM, stop)
    limits = resource.getrlimit(resource.RLIMIT_AS)
    resource.setrlimit(resource.RLIMIT_AS, (size("VmSize") + ROOM, limits[1]))
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)
        resource.setrlimit(resource.RLIMIT_AS, limits)


def size(kind: str) -> int:
    """Return how much memory the process has, in bytes: ``VmSize`` is all that is mapped, ``VmRSS`` what is in use."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(re.findall(rf"^{kind}:\s+(\d+) kB", status, re.MULTILINE)[0]) * 1024


def projects(where: Path) -> list[Project]:
    """Return copies of every playbook in the tree: good and bad ones, and examples."""
    found = []
    for kind in ("valid", "invalid"):
        for case in sorted((CASES / kind).iterdir()):
            if case.name.startswith("E7"):  # mistakes in the command line
                continue
            directory = shutil.copytree(case, where / kind / case.name)
            commands = (case / "command").read_text().splitlines() if (case / "command").exists() else ["validate"]
            words = shlex.split(commands[0])
            given = words[1:] if words[0] in ("validate", "plan") else []
            env = (case / "env").read_text().splitlines() if (case / "env").exists() else []
            variables = dict(line.split("=", 1) for line in env)
            found.append(Project(directory, tuple(given) or ("playbook.yml",), variables))
    if (TREE / "playbooks").is_dir():
        examples = shutil.copytree(TREE / "playbooks", where / "playbooks")
        found += [Project(examples, (path.name,), {}) for path in sorted(examples.glob("*.yml"))]
    return [project for project in found if project.files]


@pytest.fixture
def state(tmp_path: Path) -> Iterator[dict[str, str]]:
    own = {"PATH": os.environ["PATH"], "XDG_STATE_HOME": str(tmp_path / "state"), "SOURCE_DATE_EPOCH": "1700000000"}
    with patch.dict(os.environ, own, clear=True):
        yield own


@pytest.mark.slow
def test_playbooks_changed_at_random(tmp_path: Path, state: dict[str, str]) -> None:
    known = projects(tmp_path)
    words = mutations.Words([path.read_bytes() for project in known for path in project.files])
    end = time.monotonic() + SECONDS
    number = -1
    settled = 0
    with guarded():
        while time.monotonic() < end:
            number += 1
            chance = random.Random(f"{SEED}:{number}")
            project = chance.choice(known)
            file = chance.choice(project.files)
            _try(project, file, chance, words, f"INGOT_FUZZ_SEED={SEED}, input {number}")
            if number % 500 == 0:  # every run of a command keeps what is there from being looked at
                gc.unfreeze()
                gc.collect()
                settled = settled or size("VmRSS")
    assert number > 0
    assert size("VmRSS") - settled < GROWTH


def _try(project: Project, file: Path, chance: random.Random, words: mutations.Words, name: str) -> None:
    before = file.read_bytes()
    changed = mutations.change(before, file.suffix, words, chance)
    file.write_bytes(changed)
    signal.alarm(LONGEST)
    try:
        with patch.dict(os.environ, project.env):
            for answer in answers(project, file, chance.choice(FORMATS)):
                check(answer)
    except (Exception, TooSlowError) as error:  # noqa: BLE001 - whatever it is, it is what is looked for
        kept = Path(os.environ["XDG_STATE_HOME"]).with_name(f"failed{file.suffix}")
        kept.write_bytes(changed)
        pytest.fail(f"{name} ({project.directory.name}/{file.name}, kept as {kept}): {type(error).__name__}: {error}")
    finally:
        signal.alarm(0)
        file.write_bytes(before)


# ---------------------------------------------------------------- what once failed

ONCE = sorted((CASES / "fuzz").iterdir())
PLAYBOOK = {
    "variables": {"a": {"default": None}},
    "sources": {"x": {"builder": "null"}},
    "plays": [{"name": "p", "sources": ["x"], "tasks": [{"debug": {"msg": "{{ a }}"}}]}],
}


@pytest.mark.parametrize("case", ONCE, ids=lambda path: path.stem)
def test_what_once_failed(case: Path, tmp_path: Path, state: dict[str, str]) -> None:
    name = "playbook.yml"
    words: tuple[str, ...] = (name,)
    if case.is_dir():
        shutil.copytree(case, tmp_path, dirs_exist_ok=True)
    elif "." in case.stem:
        (tmp_path / name).write_text(yaml.safe_dump(PLAYBOOK))
        words, name = (name, "--var-file", case.stem), case.stem
    if case.is_file():
        (tmp_path / name).write_bytes(case.read_bytes())
    with guarded():
        signal.alarm(LONGEST)
        for answer in answers(Project(tmp_path, words, {}), tmp_path / name, "text"):
            check(answer)


def test_a_mistake_of_the_program_would_be_seen(tmp_path: Path, state: dict[str, str]) -> None:
    def broken(*_: Any) -> None:
        raise RuntimeError

    (tmp_path / "playbook.yml").write_text(json.dumps(PLAYBOOK))
    project = Project(tmp_path, ("playbook.yml",), {})
    with patch("runner.formats.yaml.reader.load", broken):
        (first, *_) = answers(project, tmp_path / "playbook.yml", "text")
    with pytest.raises(AssertionError, match="E900"):
        check(first)
