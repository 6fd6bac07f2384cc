"""The ``make`` module."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any

from runner.modules.shared import Texts
from runner.sdk import Ask, AtMostOne, Do, Failed, Module, Outcome, Work, options


@options(AtMostOne("target", "targets"))
class Options:
    """What ``make`` accepts."""

    chdir: str
    """Directory in which make runs."""
    target: str | None = None
    """What to make."""
    targets: Texts | None = None
    """Several things to make."""
    params: dict[str, Any] | None = None
    """Variables for make."""
    file: str | None = None
    """The makefile."""
    jobs: int | None = None
    """How many jobs run at the same time."""
    make: str | None = None
    """The make to use."""


class Make(Module[Options]):
    """Run make on the machine."""

    name = "make"

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Ask make whether there is anything to be made, and have it made. Raises ``Failed``."""
        del facts
        wanted = self.options
        program = wanted.make or "make"
        words = ["-f", wanted.file] if wanted.file else []
        words += ["-j", str(wanted.jobs)] if wanted.jobs is not None else []
        words += list(wanted.targets or ((wanted.target,) if wanted.target else ()))
        words += [name if value is None else f"{name}={value}" for name, value in (wanted.params or {}).items()]
        values: dict[str, Any] = {
            "chdir": wanted.chdir, "target": wanted.target, "targets": wanted.targets, "params": wanted.params,
            "file": wanted.file, "jobs": wanted.jobs, "command": shlex.join((program, *words)),
        }
        asked = yield Ask((program, "-q", *words), chdir=wanted.chdir)
        if asked.status in (126, 127):
            raise Failed(f"the machine has no {program}", "install the package make")
        if asked.status == 0:
            return Outcome({**values, "stdout": asked.stdout, "stderr": asked.stderr}, changed=False)
        told = yield Do((program, *words), chdir=wanted.chdir)
        values |= {"stdout": told.stdout, "stderr": told.stderr, "rc": told.status}
        lines = told.stderr.strip().splitlines()
        failed = (lines[-1] if lines else f"make ended with status {told.status}") if told.status else None
        return Outcome(values, changed=not told.status, failed=failed)
