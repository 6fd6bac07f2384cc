"""Files and directories that are copied from one place on the machine to another."""

from __future__ import annotations

from collections.abc import Generator
from posixpath import basename, dirname, join
from typing import Any

from runner.modules.support.attributes import Found, done
from runner.sdk import Answer, Ask, Do, Failed, Verb

_COPY = r"""
part=$3
if [ -f "$2" ] && [ ! -L "$2" ]; then cp -p "$2" "$part" || exit; fi
cat "$1" >"$part" && mv -f "$part" "$2" || { status=$?; rm -f "$part"; exit "$status"; }
"""
"""Copies a file beside its place first. A copy of the former one brings its owner and permissions."""
_COMPARE = r"""
to=$1
cd "$2" || exit
find . -exec /bin/sh -c '
for each; do
  if [ -L "$each" ]; then
    if [ -L "$0/$each" ] && [ "$(readlink "$each")" = "$(readlink "$0/$each")" ]; then continue; fi
  elif [ -d "$each" ]; then
    if [ -d "$0/$each" ]; then continue; fi
  elif [ -n "$FORCE" ]; then
    if [ -f "$0/$each" ] && cmp -s "$each" "$0/$each"; then continue; fi
  elif [ -e "$0/$each" ]; then continue
  fi
  if [ -d "$each" ] && [ ! -L "$each" ]; then each=$each/; fi
  printf "%s\0" "$each"
done
' "$to" {} +
"""
"""Tells what is not in a directory as it is in another one; directories with a ``/`` at their end."""
_COPY_SOME = r"""
for each; do
  target=$0/$each
  if [ -L "$each" ]; then rm -f "$target" && ln -s "$(readlink "$each")" "$target" || exit
  elif [ -d "$each" ]; then mkdir -p "$target" && chmod "$(stat -c %a "$each")" "$target" || exit
  else rm -f "$target.part" && cat "$each" >"$target.part" && chmod "$(stat -c %a "$each")" "$target.part" &&
    mv -f "$target.part" "$target" || exit
  fi
done
"""
_COPY_ALL = 'mkdir -p "$(dirname "$2")" && umask 0 && cp -R -P "$1" "$2"'


def copy_file(source: str, found: Found) -> Generator[Verb, Any, None]:
    """Copy a file of the machine to where a look has found its place. Raises ``Failed``."""
    part = join(dirname(found.path), f".{basename(found.path)}.part")
    argv = ("/bin/sh", "-c", _COPY, "sh", source, found.path, part)
    yield from done(Do(argv), f"{source} cannot be copied to {found.path}")


def differences(source: str, to: str, *, force: bool) -> Generator[Verb, Any, list[str]]:
    """Return the relative paths of what is not in the directory ``to`` as it is in ``source``; of all, if it is none.

    Those of directories end in ``/``; the directory itself is ``./``.
    """
    environment = {"FORCE": "yes"} if force else {}
    answer: Answer = yield Ask(("/bin/sh", "-c", _COMPARE, "sh", to, source), environment=environment)
    if answer.status:
        raise Failed(f"{source} cannot be compared with {to}: {answer.stderr.strip()}")
    return [path for path in answer.stdout.split("\0") if path]


def copy_tree(source: str, to: str, paths: list[str]) -> Generator[Verb, Any, None]:
    """Copy what differs between two directories of the machine. Raises ``Failed``."""
    if "./" in paths:  # there is nothing at all yet
        verb = Do(("/bin/sh", "-c", _COPY_ALL, "sh", source.rstrip("/") or "/", to))
    else:
        argv = ("xargs", "-0", "/bin/sh", "-c", _COPY_SOME, to)
        verb = Do(argv, stdin="\0".join(paths), chdir=source)
    yield from done(verb, f"{source} cannot be copied to {to}")
