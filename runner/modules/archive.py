"""The ``archive`` module."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Any, Literal

from runner.modules.shared import Permissions, Texts
from runner.modules.support.attributes import described, done, look, settle
from runner.sdk import Ask, Do, Failed, Module, Outcome, Work, options

_ENDINGS = {"gz": ".tar.gz", "bz2": ".tar.bz2", "xz": ".tar.xz", "tar": ".tar", "zip": ".zip"}
_LOOK = r"""
excluded=$1
shift
for pattern; do
  found=
  IFS=
  for each in $pattern; do
    case " $excluded " in *" $each "*) continue ;; esac
    if [ -d "$each" ]; then echo "directory $each"; found=yes
    elif [ -e "$each" ]; then echo "file $each"; found=yes
    fi
  done
  [ -n "$found" ] || echo "missing $pattern"
done
"""
_TAR = r"""
dest=$1 root=$2 format=$3 excluded=$4 remove=$5
shift 5
case $format in
  gz) flag=-z ;; bz2) flag=-j ;; xz) flag=-J ;; *) flag= ;;
esac
list() { printf '%s\n' "$excluded" | sed 's/^/--exclude=/' | grep -v '^--exclude=$'; }
"""
_SAME = _TAR + r"""
[ -e "$dest" ] || exit 1
cd "$root" || exit 1
case $format in
  one-gz) gzip -dc "$dest" | cmp -s - "$1" ;;
  one-bz2) bzip2 -dc "$dest" | cmp -s - "$1" ;;
  one-xz) xz -dc "$dest" | cmp -s - "$1" ;;
  zip) [ "$(unzip -Z -1 "$dest" | grep -v '/$' | sort)" = "$(find "$@" -type f | sed 's|^\./||' | sort)" ] ;;
  *) names=$(find "$@" ! -type d | sed 's|^\./||' | sort)
    packed=$(tar -t $flag -f "$dest" | grep -v '/$' | sed 's|^\./||' | sort)
    [ -n "$excluded" ] || [ "$names" = "$packed" ] || exit 1
    if tar --version 2>/dev/null | grep -q GNU; then
      LC_ALL=C tar -d $flag -C "$root" -f "$dest" >/dev/null 2>&1
    else
      there=$(mktemp -d) && tar -x $flag -C "$there" -f "$dest" || exit
      status=0
      for each; do [ -n "$excluded" ] || diff -r "$each" "$there/$each" >/dev/null || status=1; done
      rm -rf "$there"
      exit $status
    fi ;;
esac
"""
_PACK = _TAR + r"""
cd "$root" || exit
part=$dest.part.$$
case $format in
  one-gz) gzip -c "$1" >"$part" ;;
  one-bz2) bzip2 -c "$1" >"$part" ;;
  one-xz) xz -c "$1" >"$part" ;;
  zip) rm -f "$part.zip"; zip -q -r "$part.zip" "$@" && mv "$part.zip" "$part" ;;
  *) old=$IFS
    IFS='
'
    tar -c $flag $(list) -f "$part" -- "$@"
    status=$?
    IFS=$old
    [ $status -eq 0 ] ;;
esac || { status=$?; rm -f "$part"; exit $status; }
mv -f "$part" "$dest" || exit
if [ -n "$remove" ]; then rm -rf -- "$@"; fi
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
    """Paths that are left out."""
    exclusion_patterns: Texts | None = None
    """Patterns of names that are left out."""
    force_archive: bool = False
    """Make an archive even of one file, not only a compressed file."""
    remove: bool = False
    """Remove the files once they are in the archive."""


class Archive(Module[Options]):
    """Pack files on the machine into an archive."""

    name = "archive"

    @classmethod
    def gap(cls, options: Mapping[str, Any]) -> str | None:
        """Return which of these options this version cannot work with."""
        return "exclusion_patterns" if options.get("exclusion_patterns") else None

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Pack the files where they are, if the archive is not like that already. Raises ``Failed``."""
        del facts
        wanted = self.options
        answer = yield Ask(("/bin/sh", "-c", _LOOK, "sh", " ".join(map(shlex.quote, wanted.exclude_path or ())),
                            *wanted.path))
        told = [line.partition(" ") for line in answer.stdout.splitlines()]
        there = [path for kind, _, path in told if kind in ("file", "directory")]
        missing = [path for kind, _, path in told if kind == "missing"]
        dest, packs = self._dest(there, [kind for kind, _, _ in told if kind in ("file", "directory")])
        values: dict[str, Any] = {
            "archived": there, "missing": missing, "dest": dest, "dest_state": "absent",
            "expanded_paths": [*there, *missing], "expanded_exclude_paths": wanted.exclude_path or [],
            "state": "absent",
        }
        if not there:
            if missing and wanted.dest is None:
                raise Failed("Error, no source paths were found", f"looked for {', '.join(wanted.path)}")
            found = yield from look(dest, wanted)
            if not found.file.exists:
                raise Failed("Error, no source paths were found", f"looked for {', '.join(wanted.path)}")
            return Outcome({**values, **described(found.file), "dest_state": "archive"}, changed=False)
        root = _root(there)
        values["arcroot"] = root
        words = [path.removeprefix(root) or "." for path in there]
        excluded = [path.removeprefix(root) for path in wanted.exclude_path or ()]
        argv = (dest, root or "/", wanted.format if packs else f"one-{wanted.format}",
                "\n".join(excluded), "yes" if wanted.remove else "", *words)
        compared = yield Ask(("/bin/sh", "-c", _SAME, "sh", *argv))
        changed = compared.status != 0
        if changed:
            yield from done(Do(("/bin/sh", "-c", _PACK, "sh", *argv)), f"{dest} cannot be made")
        found = yield from look(dest, wanted)
        settled, file = yield from settle(dest, found.file, wanted, found)
        values |= {**described(file), "dest_state": "archive" if packs else "compressed", "state": "archive"}
        return Outcome(values, changed=changed or settled or wanted.remove)

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
    parents = [path.rstrip("/").rpartition("/")[0] for path in paths]
    common = parents[0].split("/")
    for each in parents[1:]:
        words = each.split("/")
        common = [word for word, other in zip(common, words, strict=False) if word == other]
    return "/".join(common) + "/"
