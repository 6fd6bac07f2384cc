"""How thoroughly to measure, where, and beside what."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

INGOT = shutil.which("ingot", path=f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}") or "ingot"
"""The program that is measured: the one beside the Python that runs this."""


@dataclass(frozen=True)
class Settings:
    """What the command line asks for, and what this computer has."""

    directory: Path
    """Where everything is written that the commands read and make."""
    runs: int
    """How often a command runs whose time is counted."""
    slow_runs: int
    """The same, for what takes many seconds."""
    tasks: int
    """Tasks of the large playbook."""
    sizes: tuple[int, ...]
    """Tasks of the growing playbooks."""
    steps: int
    """Shell tasks of one build."""
    items: int
    """Commands, files, templates and lines of one machine."""
    builds: int
    """Builds at once."""
    megabytes: int
    """Size of the file that is sent to a machine."""
    programs: Mapping[str, str]
    """Path of each program to compare with."""
    absent: Mapping[str, str]
    """Why a program cannot be compared with."""
    roles: Path | None = None
    """The directory of the public roles."""
