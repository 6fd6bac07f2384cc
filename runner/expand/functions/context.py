"""What functions may know about the run they are called in."""

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple


class Context(NamedTuple):
    """Where and when an expression is evaluated.

    Functions for which ``needs_context`` is true take this record as the keyword argument ``context``.
    """

    root: Path
    """Directory of the playbook: ``file("x")`` and its kin read relative to it, as Packer's do."""
    cwd: Path
    """Working directory of the command: ``abspath`` starts here, as Packer's does."""
    now: datetime
    """The run's one moment, aware, in UTC; ``timestamp()`` and the ``legacy_`` clocks show it."""
    render: Callable[[str, Mapping[str, Any]], Any]
    """Renders a template's text with these variables; ``templatefile`` and ``templatestring`` use it."""
    environ: Mapping[str, str]
    """The environment: addresses and tokens of secret stores, ``HOME``."""
