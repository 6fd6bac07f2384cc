"""Lookups that run programs on the machine that runs Ingot."""

from __future__ import annotations

import subprocess
from typing import Any

from runner.expand.filters.error import FilterError
from runner.expand.filters.kinds import shown, text
from runner.expand.lookups.context import LookupContext

_SHOWN = 400


def pipe(terms: list[Any], *, context: LookupContext) -> list[str]:
    """Return what commands of the shell write; without line breaks at the end."""
    return [_output(term, context).rstrip("\r\n") for term in terms]


def lines(terms: list[Any], *, context: LookupContext) -> list[str]:
    """Return the lines that commands of the shell write."""
    return [line for term in terms for line in _output(term, context).splitlines()]


def _output(term: Any, context: LookupContext) -> str:
    command = text(term, "a command as a text")
    done = subprocess.run(  # noqa: S602 - a command of the shell is what the playbook asks for
        command, shell=True, check=False, capture_output=True, stdin=subprocess.DEVNULL,
        cwd=context.cwd, env=dict(context.environ),
    )  # fmt: skip
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip()[-_SHOWN:]
        raise FilterError(f"{shown(command)} exited with {done.returncode}{f': {said}' if said else ''}")
    return done.stdout.decode("utf-8", "surrogateescape")
