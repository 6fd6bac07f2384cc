"""Keys of a cloud's account that stand in a playbook."""

from __future__ import annotations

from runner.diagnostics import Report
from runner.text import Node

_KEYS = ("access_key", "secret_key")
_HINT = (
    "take it out: AWS's own variables, files and profiles are read without a word; or give a sensitive variable its "
    "value when images are built"
)


def check_literal_keys(options: Node, report: Report) -> None:
    """Warn of keys that everybody has who can read the playbook."""
    for name in _KEYS:
        node = options.get(name)
        if node is not None and isinstance(node.value, str) and node.value and "{{" not in node.value:
            report.add("W147", f"{name} stands in the playbook", node.span, hint=_HINT)
