"""A process that outlives this one by a moment, to kill what it has started and could not end."""

from __future__ import annotations

import contextlib
import subprocess

_SCRIPT = """
groups=' '
while read -r word; do
  group=${word#?}
  case $word in
    +*) groups="$groups$group " ;;
    -*) case $groups in *" $group "*) groups="${groups%% "$group" *} ${groups#* "$group" }" ;; esac ;;
  esac
done
for group in $groups; do kill -KILL "-$group" 2>/dev/null; done
"""
"""Reads which process groups are there, until nobody writes any more: then this process has ended, however it did."""


class Reaper:
    """Kills process groups when this process ends, also when it is killed. Started with the first group."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[bytes] | None = None

    def watch(self, group: int) -> None:
        """Let a process group be killed when this process ends."""
        if self._process is None:
            self._process = subprocess.Popen(  # noqa: S603 - a script of ours, without anything of a user's
                ["/bin/sh", "-c", _SCRIPT], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL, cwd="/", start_new_session=True,
            )
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
