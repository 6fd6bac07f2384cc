"""Import the templates of a case, validate them, and export them again."""

from __future__ import annotations

import contextlib
import io
import os
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from scores_corpus import Case
from scores_values import Values, compare

from runner.cli.main import main
from runner.packer.units import Unit, find_units

PLAYBOOK = "imported.ingot.yml"
_ERROR = re.compile(r"^(?:.*?: )?error\[(E\d+)\]: (.*)$", re.MULTILINE)
_PACKER = re.compile(r"^(?:\* |Error: )(.*)$", re.MULTILINE)
_DIFFERENCE = re.compile(r"^  ([-+].*)$", re.MULTILINE)


class Verdict(NamedTuple):
    """How far a template came. What was not tried, or cannot be told, is nothing."""

    case: Case
    name: str
    valid: bool
    equal: bool | None = None
    accepted: bool | None = None
    """Whether Packer accepts what is exported to HCL."""
    why: str = ""
    """The first reason why it came no farther."""
    values: Values | None = None
    """What the values of a template in HCL come to, beside what Packer says."""

    @property
    def fails(self) -> bool:
        """Whether anything is wrong with it."""
        return not self.valid or self.equal is False or self.accepted is False


def judge(corpus: Path, case: Case, packer: str | None) -> list[Verdict]:
    """Return the verdicts on the templates of a case; it is copied with all its repository, for the files it reads."""
    with tempfile.TemporaryDirectory(prefix="scores-") as scratch:
        root = Path(scratch).resolve() / "repository"
        shutil.copytree(corpus / case.kind / case.repository, root, symlinks=True)
        if case.kind == "hcl":
            units = find_units(root / case.path)
            found = [_unit(case, unit, root, _name(case, unit, several=len(units) > 1)) for unit in units]
            values = [_compared(unit, packer, root) for unit in units]
            return [each._replace(values=more) for each, more in zip(found, values, strict=True)]
        return [_file(case, root / case.path, packer)]


def _compared(unit: Unit, packer: str | None, root: Path) -> Values | None:
    found = compare(unit, packer) if packer else None
    return found and found._replace(differing=tuple(_without(each, root) for each in found.differing))


def _name(case: Case, unit: Unit, *, several: bool) -> str:
    return f"{case.path} ({unit.name})" if several else case.path


def _unit(case: Case, unit: Unit, root: Path, name: str) -> Verdict:
    alone = root.with_name("alone")  # the files of one template, without the others that may be beside them
    alone.mkdir()
    for file in unit.files:
        shutil.copy(file, alone)
    source = alone if len(unit.files) > 1 else alone / unit.files[0].name
    why = _imported(source, unit.directory / PLAYBOOK)
    valid = not why
    status, said = _ingot("import", "--check", str(source))
    shutil.rmtree(alone)
    if status:
        why = why or next(iter(_DIFFERENCE.findall(said)), _reason(said))
    return Verdict(case, name, valid=valid, equal=status == 0, why=_without(why, root))


def _file(case: Case, file: Path, packer: str | None) -> Verdict:
    playbook, exported = file.with_name(PLAYBOOK), file.with_name("exported.pkr.hcl")
    why = _imported(file, playbook)
    valid = not why
    status, said = _ingot("export", str(playbook), "--output", str(exported)) if playbook.exists() else (1, why)
    accepted = None if status == 0 else False
    if status:
        why = why or _reason(said)
    elif packer:
        refused = _refused(packer, exported)
        accepted, why = not refused, why or refused
    return Verdict(case, case.path, valid, accepted=accepted, why=_without(why, file.parent))


def _imported(source: Path, playbook: Path) -> str:
    """Import a template and validate the playbook; return why that fails, or nothing."""
    status, said = _ingot("import", str(source), "--output", str(playbook), "--force")
    if status == 0:
        status, said = _ingot("validate", str(playbook))
    return _reason(said) if status else ""


def _ingot(*words: str) -> tuple[int, str]:
    """Run a command; return its exit status and what it says."""
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        try:
            status = main(list(words))
        except SystemExit as error:
            status = error.code if isinstance(error.code, int) else 1
        except Exception as error:  # noqa: BLE001 - it is what is looked for
            said.write(f"\nerror[E000]: {type(error).__name__}: {error}\n")
            status = 1
    return status, said.getvalue()


def _reason(said: str) -> str:
    found = _ERROR.search(said)
    return f"{found[1]}: {found[2]}" if found else said.strip().partition("\n")[0]


def _refused(packer: str, template: Path) -> str:
    """Return why Packer does not accept a template, or nothing."""
    environment = {**os.environ, "CHECKPOINT_DISABLE": "1", "PACKER_NO_COLOR": "1", "HOME": str(template.parent)}
    done = subprocess.run(
        [packer, "validate", "-syntax-only", template.name],
        cwd=template.parent,
        env=environment,
        text=True,
        capture_output=True,
        check=False,
    )
    said = done.stdout + done.stderr
    return f"packer: {next(_reasons(said), said.strip()[:200])}" if done.returncode else ""


def _reasons(said: str) -> Iterator[str]:
    yield from (line.strip() for line in _PACKER.findall(said) if line.strip())


def _without(text: str, root: Path) -> str:
    """Return a text without the way to where the repository was copied."""
    return text.replace(f"{root}/", "").replace(str(root), "(the repository)")
