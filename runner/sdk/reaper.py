"""A process that outlives this one by a moment, to kill what it has started and could not end."""

from __future__ import annotations

import contextlib
import os
import subprocess
from collections.abc import Iterator, Mapping
from itertools import count

_NAME = "INGOT_COMMAND"
_SCRIPT = f"""
words=' ' marks=
while read -r line; do
  word=${{line#?}}
  case $line in
    +*) words="$words$word " ;;
    -*) case $words in *" $word "*) words="${{words%% "$word" *}} ${{words#* "$word" }}" ;; esac ;;
  esac
done
for word in $words; do
  case $word in
    *-*) marks="$marks -e {_NAME}=$word" ;;
    *) kill -KILL "-$word" ;;
  esac
done
[ -z "$marks" ] || for time in 1 2 3 4 5; do
  for file in $(grep -lF $marks /proc/[0-9]*/environ); do
    each=${{file#/proc/}} each=${{each%/environ}}
    kill -KILL "-$each"
  done
  sleep 0.1
done
"""
"""Reads which process groups are there, until nobody writes any more: then this process has ended, however it did.

Of a process that was just being started, only a mark in its environment is known. It may not be there yet when it is
looked for, and so is looked for again.
"""


class Reaper:
    """Kills process groups when this process ends, also when it is killed. Started with the first group."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None
        self._numbers = count(1)

    @contextlib.contextmanager
    def starting(self) -> Iterator[Mapping[str, str]]:
        """Yield what the environment of a process that is started has to hold, until its group is watched.

        This process may be killed after it has started the other, and before it knows its group.
        """
        if self._process is None:
            self._process = subprocess.Popen(  # noqa: S603 - a script of ours, without anything of a user's
                ["/bin/sh", "-c", _SCRIPT], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL, cwd="/", start_new_session=True,
            )
        mark = f"{os.getpid()}-{next(self._numbers)}-"
        self._tell(f"+{mark}\n")
        try:
            yield {_NAME: mark}
        finally:
            self._tell(f"-{mark}\n")

    def watch(self, group: int) -> None:
        """Let a process group be killed when this process ends."""
        self._tell(f"+{group}\n")

    def release(self, group: int) -> None:
        """Let a process group be: it has ended."""
        self._tell(f"-{group}\n")

    def close(self) -> None:
        """Let go of the process, which kills what is still watched."""
        if self._process is not None:
            self._process.communicate()
            self._process = None

    def _tell(self, word: str) -> None:
        if self._process is None or self._process.stdin is None:
            return
        with contextlib.suppress(BrokenPipeError):  # somebody has killed it: there is no more to be had
            self._process.stdin.write(word.encode())
            self._process.stdin.flush()
