"""Compare what is in an archive with what is on the machine."""

from __future__ import annotations

from collections.abc import Generator, Sequence
from posixpath import join
from typing import Any

from runner.modules.support.archives import Entry
from runner.modules.support.attributes import File
from runner.modules.support.trees import look_at_all, targets
from runner.sdk import Answer, Ask, Verb

_COMPARE_TAR = """
archive=$1 directory=$2 ignored=$3 flags=$4
shift 4
if tar --version 2>/dev/null | grep -q GNU; then
  said=$(LC_ALL=C tar -d -C "$directory" "$@" -f "$archive" 2>&1) && exit 0
  ! printf '%s\\n' "$said" | grep -v ': Only a part of\\|Removing leading' | grep -E -v "($ignored) differs" | grep -q .
else
  tar -t $flags "$@" -f "$archive" | while read -r name; do
    if [ ! -e "$directory/$name" ] && [ ! -L "$directory/$name" ]; then exit 1; fi
  done
fi
"""
"""Ends well if all is there: GNU's tar compares, with another one only names are."""
_COMPARE_UNPACKED = """
archive=$1 directory=$2 ignored=$3 flags=$4
shift 4
there=$(mktemp -d) || exit
case $flags in
  zip) unzip -q -o "$archive" "$@" -d "$there" >/dev/null ;;
  *) tar -x $flags -C "$there" "$@" -f "$archive" ;;
esac
status=$?
case $ignored in *Mode*) form=%Y ;; *) form='%Y %a' ;; esac
[ $status -ne 0 ] || (cd "$there" && find . -type f -o -type l) | while read -r each; do
  if [ -L "$there/$each" ]; then [ "$(readlink "$there/$each")" = "$(readlink "$directory/$each")" ] || exit 1
  else
    cmp -s "$there/$each" "$directory/$each" || exit 1
    [ "$(stat -c "$form" "$there/$each")" = "$(stat -c "$form" "$directory/$each")" ] || exit 1
  fi
done || status=1
rm -rf "$there"
exit $status
"""
"""Compares what another place gets: nothing compares a zip, and tar cannot compare what it gives other names."""


def entries_differ(
    entries: Sequence[Entry], directory: str, *, stripped: int, modes: bool
) -> Generator[Verb, Any, bool]:
    """Return whether any entry is not in a directory as it is in the archive, also in its ``modes``.

    So many directories at the beginning of each name are ``stripped``.
    """
    paths = {}
    for each in entries:
        parts = [part for part in each.name.split("/") if part not in ("", ".")][stripped:]
        if parts:
            paths[join(directory, *parts)] = each if modes else each._replace(mode=0)
    there = yield from look_at_all(list(paths))
    links = [path for path, each in paths.items() if each.kind == "link" and there.get(path, File()).kind == "link"]
    targets_there = yield from targets(links)
    return any(not _same(each, there.get(path, File()), targets_there.get(path)) for path, each in paths.items())


def _same(entry: Entry, file: File, target: str | None) -> bool:
    """Return whether a file on the machine is as it is in the archive."""
    if entry.kind == "other":
        return file.exists
    if entry.kind != file.kind:
        return False
    if entry.kind == "link":
        return target == entry.target
    if entry.mode and entry.mode & 0o777 != file.mode & 0o777:
        return False
    if entry.kind == "directory":
        return True
    return file.size == entry.size and (entry.mtime is None or int(entry.mtime) == file.mtime)


def archive_differs(
    path: str, directory: str, kind: str, words: Sequence[str], *, unpacked: bool, owners: bool, modes: bool
) -> Generator[Verb, Any, bool]:
    """Return whether the machine's own programs find a difference between an archive and a directory.

    ``kind`` is ``zip`` or what tells tar how the archive is compressed, ``words`` are more that it is told. It is
    compared ``unpacked`` where tar cannot, with the ``owners`` and ``modes`` of files or without.
    """
    ignored = [flag for flag, counts in (("Uid|Gid", owners), ("Mode", modes)) if not counts]
    script = _COMPARE_UNPACKED if unpacked or kind == "zip" else _COMPARE_TAR
    argv = ("/bin/sh", "-c", script, "sh", path, directory, "|".join(ignored) or "^$", kind, *words)
    answer: Answer = yield Ask(argv)
    return answer.status != 0
