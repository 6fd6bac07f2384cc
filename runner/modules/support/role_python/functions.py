"""The functions that modules import beside ``AnsibleModule``."""

import os
import shutil
import sys
from typing import Any


def env_fallback(*names: str, **_: "Any") -> str:
    """Return the first of these variables of the environment that is set."""
    for name in names:
        if name in os.environ:
            return os.environ[name]
    raise KeyError(names)


def missing_required_lib(library: str, reason: "str | None" = None, url: "str | None" = None) -> str:
    """Say that a library of Python is not there."""
    more = (f" This is required {reason}." if reason else "") + (f" See {url}." if url else "")
    where = f"{os.uname().nodename}'s Python {sys.executable}"
    return f"Failed to import the required Python library ({library}) on {where}.{more}"


def get_bin_path(name: str, opt_dirs: "Any" = None, required: "Any" = None) -> str:
    """Return where a program is. Raises ``ValueError`` when it is nowhere."""
    del required
    dirs = [*(opt_dirs or ()), *os.environ.get("PATH", "").split(os.pathsep), "/sbin", "/usr/sbin", "/usr/local/sbin"]
    found = shutil.which(name, path=os.pathsep.join(dirs))
    if found is None:
        raise ValueError(f'Failed to find required executable "{name}" in paths: {os.pathsep.join(dirs)}')
    return found
