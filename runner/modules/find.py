"""The ``find`` module."""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping
from fnmatch import fnmatch
from posixpath import basename
from typing import Annotated, Any, Literal

from runner.modules.shared import Texts
from runner.modules.support.commands import expanded
from runner.modules.support.modes import permissions
from runner.modules.support.patterns import matching
from runner.modules.support.status import FORM, status_of
from runner.modules.support.trees import digests
from runner.sdk import Alias, Answer, Ask, Failed, Get, Mode, Module, Outcome, Verb, Work, options

_LOOK = r"""
form=$0 follow=$1 depth=$2
shift 2
printf '\035now '; date +%s
for each; do
  if [ -d "$each" ]; then find $follow "$each" -mindepth 1 $depth -exec stat -c "$form" -- {} +
  else printf '\035skipped %s\n' "$each"
  fi
done
"""
_AGES = {"s": 1, "m": 60, "h": 3600, "d": 86400, "w": 604800}
_SIZES = {"b": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}
_KINDS = {"directory": "isdir", "file": "isreg", "link": "islnk"}
_NOT_SHOWN = ("block_size", "device_type")
"""What ``stat`` tells of a file, and ``find`` does not."""


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

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """List what is in the directories; keep what fits."""
        del facts
        wanted = self.options
        paths = yield from expanded(wanted.paths)
        deep = wanted.depth if wanted.recurse else 1
        depth = f"-maxdepth {deep}" if deep is not None else ""
        form = f"\x1dfile {FORM}\x1f%n"
        argv = ("/bin/sh", "-c", _LOOK, form, "-L" if wanted.follow else "", depth, *paths)
        answer: Answer = yield Ask(argv)
        pieces = [piece.removesuffix("\n").partition(" ") for piece in answer.stdout.split("\x1d")[1:]]
        now = next((int(value) for name, _, value in pieces if name == "now"), 0)
        skipped = {value: f"'{value}' is not a directory" for name, _, value in pieces if name == "skipped"}
        found = []
        for text in (value for name, _, value in pieces if name == "file"):
            status, _, path = text.rpartition("\x1f")
            found.append(status_of(status, path))
        fitting = [each for each in sorted(found, key=lambda each: str(each["path"])) if self._fits(each, now)]
        if wanted.contains is not None:
            fitting = yield from self._containing(fitting)
        message = "Not all paths examined, check warnings for details" if skipped else "All paths examined"
        if wanted.limit is not None and len(fitting) >= wanted.limit:
            fitting, message = fitting[: wanted.limit], "Limit of matches reached"
        if wanted.get_checksum:
            yield from self._digested(fitting)
        for each in fitting:
            for name in _NOT_SHOWN:
                del each[name]
        values = {
            "files": fitting, "matched": len(fitting), "examined": len(found), "msg": message,
            "skipped_paths": skipped,
        }
        return Outcome(values, changed=False)

    def _fits(self, file: dict[str, Any], now: int) -> bool:
        """Return whether a file is wanted, as far as its name and status tell."""
        wanted, name = self.options, basename(file["path"])
        if name.startswith(".") and not wanted.hidden:
            return False
        if wanted.file_type != "any" and not file[_KINDS[wanted.file_type]]:
            return False
        if not self._named(name, wanted.patterns or []) and wanted.patterns:
            return False
        if self._named(name, wanted.excludes or []):
            return False
        age = _number(wanted.age, _AGES, "s", "age")
        if age is not None and not _at_least(now - file[wanted.age_stamp], age):
            return False
        size = _number(wanted.size, _SIZES, "b", "size")
        return (size is None or _at_least(file["size"], size)) and self._permitted(file)

    def _named(self, name: str, patterns: list[str]) -> bool:
        if not self.options.use_regex:
            return any(fnmatch(name, pattern) for pattern in patterns)
        with matching("a pattern"):
            return any(re.match(pattern, name) for pattern in patterns)

    def _permitted(self, file: dict[str, Any]) -> bool:
        if self.options.mode is None:
            return True
        bits, mode = permissions(self.options.mode, 0, directory=file["isdir"]), int(file["mode"], 8)
        return mode == bits if self.options.exact_mode else mode & bits == bits

    def _containing(self, files: list[dict[str, Any]]) -> Generator[Verb, Any, list[dict[str, Any]]]:
        """Return the files whose content matches."""
        wanted = self.options
        with matching("contains"):
            pattern = re.compile(wanted.contains or "")
        found = []
        for each in files:
            if not each["isreg"]:
                continue
            content: bytes | None = yield Get(each["path"])
            text = (content or b"").decode(wanted.encoding or "utf-8", "surrogateescape")
            whole = wanted.read_whole_file
            with matching("contains"):
                if pattern.search(text) if whole else any(pattern.match(line) for line in text.splitlines()):
                    found.append(each)
        return found

    def _digested(self, files: list[dict[str, Any]]) -> Generator[Verb, Any, None]:
        """Add the digests of the files."""
        paths = [each["path"] for each in files if each["isreg"]]
        found = yield from digests(paths, self.options.checksum_algorithm)
        for each in files:
            if each["path"] in found:
                each["checksum"] = found[each["path"]]


def _number(text: str | None, units: Mapping[str, int], unit: str, option: str) -> int | None:
    """Return what ``2d`` or ``-10k`` stands for. Raises ``Failed`` when it stands for nothing."""
    if text is None:
        return None
    match = re.fullmatch(r"(-?\d+)([a-z]?)[a-z]*", text.strip().lower())
    if match is None or (match[2] and match[2] not in units):
        raise Failed(f"{option} is written as a number and one of {', '.join(units)}, not as {text!r}")
    return int(match[1]) * units[match[2] or unit]


def _at_least(value: float, wanted: int) -> bool:
    """Return whether a value is at least what is wanted; at most, if that is negative."""
    return value >= wanted if wanted >= 0 else value <= -wanted
