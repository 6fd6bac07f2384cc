"""The ``archive`` module."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from fnmatch import fnmatchcase
from typing import Any, Literal

from runner.modules.shared import Permissions, Texts
from runner.modules.support.attributes import described, done, look, settle
from runner.sdk import Answer, Ask, Do, Failed, Module, Outcome, Verb, Work, options

_ENDINGS = {"gz": ".tar.gz", "bz2": ".tar.bz2", "xz": ".tar.xz", "tar": ".tar", "zip": ".zip"}
_LOOK = r"""
word=there
IFS=
for pattern; do
  if [ "$pattern" = '' ]; then word=excluded; continue; fi
  found=
  for each in $pattern; do
    if [ -d "$each" ]; then echo "$word directory $each"; found=yes
    elif [ -e "$each" ]; then echo "$word file $each"; found=yes
    fi
  done
  case $found$pattern in yes* | *[*?[]*) ;; *) echo "$word missing $pattern" ;; esac
done
"""
"""Tells what the patterns mean: those of what to pack, an empty word, those of what to leave out."""
_INSIDE = r"""
find -H "$@" -mindepth 1 -type d
echo
find -H "$@" -mindepth 1 ! -type d
"""
_TAR = r"""
dest=$1 root=$2 format=$3
shift 3
case $format in
  gz) flag=-z ;; bz2) flag=-j ;; xz) flag=-J ;; *) flag= ;;
esac
names=$(cat)
gnu() { tar --version 2>/dev/null | grep -q GNU; }
"""
"""The names of what is packed come by standard input."""
_SAME = _TAR + r"""
[ -e "$dest" ] || exit 1
cd "$root" || exit 1
case $format in
  one-gz) gzip -dc "$dest" | cmp -s - "$names"; exit ;;
  one-bz2) bzip2 -dc "$dest" | cmp -s - "$names"; exit ;;
  one-xz) xz -dc "$dest" | cmp -s - "$names"; exit ;;
  zip) packed=$(unzip -Z -1 "$dest") ;;
  *) packed=$(tar -t $flag -f "$dest") ;;
esac
[ "$(echo "$packed" | sed 's|/$||' | sort)" = "$(echo "$names" | sort)" ] || exit 1
if [ "$format" != zip ] && gnu; then
  LC_ALL=C tar -d $flag -C "$root" -f "$dest" >/dev/null 2>&1
  exit
fi
there=$(mktemp -d) || exit
if [ "$format" = zip ]; then unzip -q "$dest" -d "$there"; else tar -x $flag -C "$there" -f "$dest"; fi
echo "$names" | while read -r each; do [ -d "$each" ] || cmp -s "$each" "$there/$each" || exit 1; done
status=$?
rm -rf "$there"
exit $status
"""
_PACK = _TAR + r"""
cd "$root" || exit
part=$dest.part.$$
case $format in
  one-gz) gzip -c "$names" >"$part" ;;
  one-bz2) bzip2 -c "$names" >"$part" ;;
  one-xz) xz -c "$names" >"$part" ;;
  zip) rm -f "$part.zip"; echo "$names" | zip -q "$part.zip" -@ && mv "$part.zip" "$part" ;;
  *) if gnu; then echo "$names" | tar -c $flag --no-recursion --verbatim-files-from -f "$part" -T -
    else
      IFS='
'
      set -f
      tar -c $flag --no-recursion -f "$part" $names
    fi ;;
esac || { status=$?; rm -f "$part"; exit $status; }
mv -f "$part" "$dest" || exit
if [ $# -gt 0 ]; then rm -rf -- "$@"; fi
"""


@options()
class Options(Permissions):
    """What ``archive`` accepts."""

    path: Texts
    """Files and directories, with wildcards if need be."""
    dest: str | None = None
    """The archive; left out, it gets the name of the only path."""
    format: Literal["bz2", "gz", "tar", "xz", "zip"] = "gz"
    """Kind of archive or compression."""
    exclude_path: Texts | None = None
    """Paths, with wildcards if need be, that are left out of those of path, not of what is in directories."""
    exclusion_patterns: Texts | None = None
    """Patterns of what is left out: of names in a tar, of whole paths for a zip; * stands for slashes as well."""
    force_archive: bool = False
    """Make an archive even of one file, not only a compressed file."""
    remove: bool = False
    """Remove the files once they are in the archive."""


class Archive(Module[Options]):
    """Pack files on the machine into an archive."""

    name = "archive"

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Pack the files where they are, if the archive is not like that already. Raises ``Failed``."""
        del facts
        wanted = self.options
        answer = yield Ask(("/bin/sh", "-c", _LOOK, "sh", *wanted.path, "", *(wanted.exclude_path or ())))
        told = [line.split(" ", 2) for line in answer.stdout.splitlines()]
        given = {path: kind for word, kind, path in told if word == "there" and kind != "missing"}
        missing = [path for word, kind, path in told if word == "there" and kind == "missing"]
        excluded = [path for word, kind, path in told if word == "excluded" and kind != "missing"]
        there = {path: kind for path, kind in given.items() if path not in excluded}
        dest, packs = self._dest(list(there), list(there.values()))
        values: dict[str, Any] = {
            "archived": [], "missing": missing, "dest": dest, "dest_state": "absent",
            "expanded_paths": list(given), "expanded_exclude_paths": excluded, "state": "absent",
        }
        if not there:
            found = yield from look(dest, wanted)
            if wanted.dest is None or not found.file.exists:
                raise Failed("Error, no source paths were found", f"looked for {', '.join(wanted.path)}")
            return Outcome({**values, **described(found.file), "dest_state": "archive"}, changed=False)
        root = _root(list(there))
        members = yield from self._members(there, root)
        values |= {"arcroot": root, "archived": members}
        argv = (dest, root or "/", wanted.format if packs else f"one-{wanted.format}")
        names = "\n".join(path.removeprefix(root) for path in members)
        compared = yield Ask(("/bin/sh", "-c", _SAME, "sh", *argv), stdin=names)
        changed = compared.status != 0
        if changed or wanted.remove:
            removed = there if wanted.remove else ()
            yield from done(Do(("/bin/sh", "-c", _PACK, "sh", *argv, *removed), stdin=names), f"{dest} cannot be made")
        found = yield from look(dest, wanted)
        settled, file = yield from settle(dest, found.file, wanted, found)
        values |= {**described(file), "dest_state": "archive" if packs else "compress"}
        return Outcome(values, changed=changed or settled or wanted.remove)

    def _members(self, there: Mapping[str, str], root: str) -> Generator[Verb, Any, list[str]]:
        """Return all that is to be in the archive: a directory that is named has only what is in it packed."""
        directories = [path for path, kind in there.items() if kind == "directory"]
        files = [path for path, kind in there.items() if kind == "file"]
        inside: list[str] = []
        if directories:
            answer: Answer = yield Ask(("/bin/sh", "-c", _INSIDE, "sh", *(each.rstrip("/") for each in directories)))
            inside = [line for line in answer.stdout.splitlines() if line]
        start = 0 if self.options.format == "zip" else len(root)
        patterns = self.options.exclusion_patterns or ()
        return [
            each for each in (*inside, *files)
            if each != self.options.dest and not any(fnmatchcase(each[start:], pattern) for pattern in patterns)
        ]

    def _dest(self, there: list[str], kinds: list[str]) -> tuple[str, bool]:
        """Return the path of the archive, and whether it holds several files. Raises ``Failed``."""
        wanted = self.options
        single = len(wanted.path) == 1 and kinds == ["file"] and not wanted.force_archive and wanted.format != "tar"
        packs = not single or wanted.format == "zip"
        if wanted.dest is not None:
            return wanted.dest, packs
        if len(wanted.path) > 1 or any(each in wanted.path[0] for each in "*?["):
            raise Failed('Error, must specify "dest" when archiving multiple files or trees')
        ending = _ENDINGS[wanted.format] if packs else f".{wanted.format}"
        return f"{(there or wanted.path)[0].rstrip('/')}{ending}", packs


def _root(paths: list[str]) -> str:
    """Return the directory that all paths have in common, with a slash at its end."""
    parents = [path.rpartition("/")[0] for path in paths]
    common = parents[0].split("/")
    for each in parents[1:]:
        words = each.split("/")
        common = [word for word, other in zip(common, words, strict=False) if word == other]
    return "/".join(common) + "/"
