"""The ``include_vars`` module."""

from __future__ import annotations

from typing import Annotated, Literal

from runner.modules.shared import Separated, Texts
from runner.sdk import ExactlyOne, Module, ReadsFile, options


@options(ExactlyOne("file", "dir"))
class Options:
    """What ``include_vars`` accepts."""

    file: Annotated[str, ReadsFile("vars")] | None = None
    """File of variables on this computer, YAML or JSON."""
    dir: Annotated[str, ReadsFile("vars")] | None = None
    """Directory on this computer whose files are read in the order of their names."""
    name: str | None = None
    """Variable that receives what is read, as a mapping."""
    depth: int = 0
    """How many levels of directories to go down; 0 means all."""
    extensions: Annotated[tuple[str, ...], Separated()] = ("json", "yaml", "yml")
    """Endings of the files in the directory that are read."""
    files_matching: str | None = None
    """Pattern that files in the directory have to match."""
    ignore_files: Texts | None = None
    """Patterns of files in the directory that are left out."""
    ignore_unknown_extensions: bool = False
    """Leave out files with other endings instead of failing."""
    hash_behaviour: Literal["replace", "merge"] | None = None
    """Whether a mapping replaces one of the same name or is merged into it."""


class IncludeVars(Module[Options]):
    """Read variables from a file or from all files of a directory."""

    name = "include_vars"
    free_form = "file"
    controller = True
