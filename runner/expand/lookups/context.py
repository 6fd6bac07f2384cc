"""What lookups may know about the run they are called in."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runner.expand.vault import Secret


def _unheard(message: str) -> None:
    """Take a warning that nobody asked for."""


def _nothing(name: str) -> None:
    """Find no other look-up."""


@dataclass(frozen=True)
class LookupContext:
    """Where an expression is evaluated, and with what."""

    search_path: tuple[Path, ...]
    """Directories in which relative files are looked for, in their order; ``files/`` and its kin are among them."""
    variables: Mapping[str, Any]
    """The variables that ``vars`` and ``varnames`` see; values are rendered when they are asked for."""
    render: Callable[[str, Mapping[str, Any]], Any]
    """Renders the text of a template file with more variables. A first line such as ``#jinja2: trim_blocks:False``
    sets Jinja's options, as it does in the template files of roles."""
    environ: Mapping[str, str]
    """The environment that ``env`` reads and that programs get."""
    cwd: Path
    """Directory of the playbook: programs start in it, files with passwords are relative to it."""
    secrets: tuple[Secret, ...] = ()
    """Passwords of vaults; files that are encrypted are decrypted with them."""
    others: Callable[[str], Callable[..., Any] | None] = _nothing
    """Finds look-ups that are not Ingot's own."""
    warn: Callable[[str], None] = _unheard
    """Hears of lookups that fail with ``errors='warn'``."""
