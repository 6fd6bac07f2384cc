"""Find a program again on a machine, with all that it has started: its environment has a mark."""

from __future__ import annotations

MARK = "INGOT_EXEC"
"""The variable that has the mark."""
KILL = f"""
for each in /proc/[0-9]*; do
  case "$(tr '\\000' '\\n' <"$each/environ")" in *"{MARK}=$1"*) kill -9 "${{each#/proc/}}";; esac
done 2>/dev/null
"""
"""Kills everything that has the mark which is the script's argument."""
