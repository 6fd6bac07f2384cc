"""The ``async_status`` module."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from runner.sdk import Job, Module, Outcome, Work, options


@options()
class Options:
    """What ``async_status`` accepts."""

    jid: str
    """Which task: `ansible_job_id` of its result."""
    mode: Literal["cleanup", "status"] = "status"
    """Ask how it stands, or forget it if it has ended."""


class AsyncStatus(Module[Options]):
    """Tell how a task stands that was put into the background with async and poll: 0."""

    name = "async_status"
    controller = True

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Ask for the result."""
        del facts
        wanted = self.options
        about = {"ansible_job_id": wanted.jid, "started": 1}
        found = yield Job(wanted.jid, forget=wanted.mode == "cleanup")
        if wanted.mode == "cleanup":
            return Outcome({**about, "erased": wanted.jid}, changed=False)
        if found is None:
            return Outcome({**about, "finished": 0}, changed=False)
        values = {**found, **about, "finished": 1}
        changed, failed = bool(values.pop("changed", False)), values.pop("failed", False)
        return Outcome(values, changed=changed, failed=str(values.get("msg", "the task failed")) if failed else None)
