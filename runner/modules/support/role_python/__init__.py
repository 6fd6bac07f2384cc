"""The program that runs a role's own module in Python on the machine: the files of this package, sent as one.

The machine has nothing of Ingot and perhaps no more than Python 3.6, so that the files use only what comes with it.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from runner.sdk import module_utils

_PARTS = ("arguments.py", "files.py", "functions.py", "ansible_module.py", "main.py")
"""Each uses names of those before it, and of ``module_utils``, which is sent first."""


@cache
def program() -> str:
    """Return the program's text: the files joined, without the lines in which they import each other."""
    paths = (Path(module_utils.__file__), *(Path(__file__).parent / name for name in _PARTS))
    lines = (line for path in paths for line in path.read_text("utf-8").splitlines())
    return "\n".join(line for line in lines if not line.startswith("from runner."))
