"""The ``find`` module."""

from __future__ import annotations

from typing import Annotated, Literal

from runner.modules.shared import Texts
from runner.sdk import Alias, Mode, Module, options


@options()
class Options:
    """What ``find`` accepts."""

    paths: Annotated[Texts, Alias("name", "path")]
    """Directories to look in."""
    patterns: Annotated[Texts | None, Alias("pattern")] = None
    """Patterns of names: wildcards, or regular expressions with use_regex."""
    excludes: Annotated[Texts | None, Alias("exclude")] = None
    """Patterns of names that are left out."""
    use_regex: bool = False
    """The patterns are regular expressions."""
    contains: str | None = None
    """Regular expression that a line of the file has to match."""
    read_whole_file: bool = False
    """Match contains with the whole content, not line by line."""
    encoding: str | None = None
    """Encoding of the files that contains looks at."""
    file_type: Literal["any", "directory", "file", "link"] = "file"
    """What to look for."""
    recurse: bool = False
    """Go down into directories."""
    depth: int | None = None
    """How many levels to go down."""
    hidden: bool = False
    """Also find files whose name begins with a dot."""
    follow: bool = False
    """Go into directories that symbolic links point to."""
    age: str | None = None
    """At least this old, as in 2d or 4w; with a minus, at most."""
    age_stamp: Literal["atime", "ctime", "mtime"] = "mtime"
    """Which of a file's times the age goes by."""
    size: str | None = None
    """At least this large, as in 10m or 1g; with a minus, at most."""
    mode: Mode | None = None
    """Permissions that the file has to have."""
    exact_mode: bool = True
    """The permissions have to be exactly these, not at least these."""
    limit: int | None = None
    """Stop after so many files."""
    get_checksum: bool = False
    """Compute each file's checksum."""
    checksum_algorithm: Annotated[
        Literal["md5", "sha1", "sha224", "sha256", "sha384", "sha512"], Alias("checksum", "checksum_algo")
    ] = "sha1"
    """How the checksum is computed."""


class Find(Module[Options]):
    """Look for files on the machine by name, age, size, permissions or content."""

    name = "find"
