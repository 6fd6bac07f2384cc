"""Tests for what a task's ``register`` holds."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runner.expand.filters.kinds import mapping


def _result(value: Any) -> Mapping[Any, Any]:
    return mapping(value, "the result of a task, which is a mapping,")


def failed(value: Any) -> bool:
    """Tell whether a task failed."""
    return bool(_result(value).get("failed", False))


def succeeded(value: Any) -> bool:
    """Tell whether a task did not fail."""
    return not failed(value)


def changed(value: Any) -> bool:
    """Tell whether a task changed something; where the result does not say, whether an iteration of its loop did."""
    result = _result(value)
    if "changed" not in result and isinstance(result.get("results"), list | tuple):
        return any(isinstance(each, Mapping) and each.get("changed", False) for each in result["results"])
    return bool(result.get("changed", False))


def skipped(value: Any) -> bool:
    """Tell whether a task was skipped."""
    return bool(_result(value).get("skipped", False))


def started(value: Any) -> bool:
    """Tell whether a task that runs in the background has started; any other has."""
    return bool(_result(value).get("started", True))


def finished(value: Any) -> bool:
    """Tell whether a task that runs in the background has finished; any other has."""
    return bool(_result(value).get("finished", True))


def unreachable(value: Any) -> bool:
    """Tell whether the machine could not be reached."""
    return bool(_result(value).get("unreachable", False))


def reachable(value: Any) -> bool:
    """Tell whether the machine could be reached."""
    return not unreachable(value)


def timedout(value: Any) -> bool:
    """Tell whether a task took longer than its ``timeout``."""
    limit = _result(value).get("timedout") or {}
    return bool(mapping(limit, "timedout as a mapping").get("period", False))


failure = failed
success = successful = succeeded
change = changed
skip = skipped
