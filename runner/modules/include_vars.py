"""The ``include_vars`` module."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from pathlib import PurePath
from typing import Annotated, Any, Literal

from runner.modules.shared import Texts
from runner.modules.support.patterns import matching
from runner.sdk import ExactlyOne, Failed, Files, Find, Load, Module, Outcome, ReadsFile, Separated, Work, options


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

    @classmethod
    def gap(cls, options: Mapping[str, Any]) -> str | None:
        """Return that mappings cannot be merged."""
        return "include_vars with hash_behaviour: merge" if options.get("hash_behaviour") == "merge" else None

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Find the files and read them."""
        del facts
        wanted = self.options
        name = wanted.file if wanted.dir is None else wanted.dir
        found = yield Find(name or "", "vars")
        if found is None:
            return Outcome(changed=False, failed=f"there is no file of variables {name!r}")
        paths: tuple[str, ...] = (found,)
        if wanted.dir is not None:
            listed = yield Files(found)
            paths = tuple(f"{found}/{each}" for each in self._chosen(listed))
        values = yield Load(paths, wanted.name)
        return Outcome({"ansible_included_var_files": list(paths)}, changed=False, included=values)

    def _chosen(self, files: list[str]) -> Iterator[str]:
        """Yield the files of the directory that are wanted."""
        wanted = self.options
        for file in files:
            path = PurePath(file)
            with matching("ignore_files"):
                ignored = any(re.search(f"{pattern}$", path.name) for pattern in wanted.ignore_files or ())
            too_deep = 0 < wanted.depth < len(path.parts)
            with matching("files_matching"):
                unmatched = wanted.files_matching and not re.search(wanted.files_matching, path.name)
            if ignored or too_deep or unmatched:
                continue
            if path.suffix.removeprefix(".") in wanted.extensions:
                yield file
            elif not wanted.ignore_unknown_extensions:
                known = ", ".join(wanted.extensions)
                raise Failed(f"{file} does not end in one of {known}", "set ignore_unknown_extensions or ignore_files")
