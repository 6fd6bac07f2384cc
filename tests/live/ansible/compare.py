"""Converge roles with a real ansible-playbook and with Ingot, from the same image, and tell what differs.

``compare.py ROLE_DIRECTORY...`` prints a line for each role, and below it the differences in results and files.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import sys
import tempfile
from difflib import ndiff
from pathlib import Path
from typing import Any, NamedTuple

import live_ours
import live_theirs
import yaml
from live_machine import base, remove
from live_outcome import Outcome
from live_trees import Entry, differences, tree_of

_INGOT = str(Path(sys.executable).parent / "ingot")


class Comparison(NamedTuple):
    """How a role went with both."""

    role: str
    theirs: list[Outcome]
    ours: list[Outcome]
    files: list[str]
    """The differences between what both left."""

    @property
    def verdict(self) -> str:
        """``equal``, or what is wrong, in a few words; ``-`` when Ansible does not converge."""
        if not (self.theirs and all(each.converged for each in self.theirs)):
            return "-"
        if not all(each.converged for each in self.ours):
            return "failed" if len(self.ours) == 1 else "failed again"
        if self.ours[-1].changed > self.theirs[-1].changed:
            return "not idempotent"
        return "files differ" if self.files else "equal"


def compare(role: Path, directory: Path, given: argparse.Namespace) -> Comparison:
    """Converge a role with both; what both print is kept in ``directory``."""
    directory.mkdir(parents=True, exist_ok=True)
    variables: dict[str, Any] = {}
    for path in given.variables:
        variables |= yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    image, init = given.image or base(), not given.without_init
    kept = directory / "theirs.json"
    left: list[Outcome] = []
    if not given.only_ours:
        left = live_theirs.converge(given.ansible, role, image, directory, variables, init=init)
        tree = tree_of(left[0].image)
        kept.write_text(json.dumps([[each._asdict() for each in left], tree]), encoding="utf-8")
        remove(left[0].image)
    elif kept.exists():
        told, tree = json.loads(kept.read_text(encoding="utf-8"))
        left = [Outcome(**each) for each in told]
        tree = {path: Entry(*values) for path, values in tree.items()}
    right = live_ours.converge(_INGOT, role, image, directory, variables, init=init)
    files = []
    if left and left[0].converged and right[0].converged:
        files = differences(tree, tree_of(right[0].image))
    remove(*(each.image for each in reversed(right)))
    return Comparison(role.name, left, right, files)


def told(found: Comparison) -> str:
    """Return the report about one role."""
    lines = [f"{found.role}: {found.verdict}"]
    for name, outcomes in (("theirs", found.theirs), ("ours", found.ours)):
        for turn, each in enumerate(outcomes, 1):
            state = f"changed={each.changed}" if each.converged else f"FAILED: {each.why}"
            lines.append(f"    {name:6} {turn}: {each.seconds:6.1f} s  {state}")
    if found.theirs and found.ours:
        left, right = (_ran(each[0]) for each in (found.theirs, found.ours))
        lines += [f"    {line}" for line in ndiff(left, right) if line[0] in "+-"]
    lines += [f"    {line}" for line in found.files]
    return "\n".join(lines)


def _ran(outcome: Outcome) -> list[str]:
    """Return the tasks that did something; both call what they leave out by different names."""
    return [f"{status}: {name}" for name, status in outcome.tasks if status in ("changed", "failed")]


def main() -> int:
    """Compare all roles that are named; return 1 if one of those that Ansible converges is not equal."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("roles", nargs="+", type=Path, help="directories of roles")
    parser.add_argument("--ansible", default=os.environ.get("INGOT_TEST_ANSIBLE") or shutil.which("ansible-playbook"),
                        help="the program ansible-playbook")
    parser.add_argument("--image", help="image to start from, instead of a Debian 12 that is made here")
    parser.add_argument("--vars", dest="variables", action="append", default=[], type=Path, help="file of variables")
    parser.add_argument("--without-init", action="store_true", help="let no systemd run in the containers")
    parser.add_argument("--only-ours", action="store_true", help="compare with what Ansible did before")
    parser.add_argument("--work", type=Path, default=Path(tempfile.gettempdir()) / "ingot-compare",
                        help="where playbooks and logs are kept")
    given = parser.parse_args()
    if given.ansible is None and not given.only_ours:
        parser.error("there is no ansible-playbook: name it with --ansible")
    verdicts: dict[str, int] = {}
    for role in given.roles:
        found = compare(role.resolve(), given.work / role.resolve().name, given)
        sys.stdout.write(f"{told(found)}\n")
        sys.stdout.flush()
        verdicts[found.verdict] = verdicts.get(found.verdict, 0) + 1
    sys.stdout.write(", ".join(f"{count} {verdict}" for verdict, count in verdicts.items()) + "\n")
    return int(bool(verdicts.keys() - {"equal", "-"}))


if __name__ == "__main__":
    sys.exit(main())
