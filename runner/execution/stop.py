"""Why a build does not go on."""

from __future__ import annotations

import errno
from collections.abc import Mapping
from typing import Any

from runner.diagnostics import Diagnostic
from runner.sdk import Failed
from runner.text import Span

_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class Stopped(Exception):  # noqa: N818 - it reads as what it says
    """The build cannot go on; ``diagnostics`` say why and where."""

    def __init__(self, *diagnostics: Diagnostic) -> None:
        super().__init__(*(each.message for each in diagnostics))
        self.diagnostics = diagnostics


class Unlaunched(Stopped):
    """There is no machine for the tasks to work on, which none of them can mend."""


class Diverged(Unlaunched):
    """A machine, brought to where the build has come to, is not as it is remembered: the build has to begin again."""

    @property
    def told(self) -> str:
        """What the user is told of it."""
        return f"{self.diagnostics[0].message}: the build begins again"


class TaskFailed(Stopped):
    """A task failed, and nobody said to ignore it. ``rescue`` may still mend it."""

    def __init__(self, task: Mapping[str, Any], result: Mapping[str, Any], *diagnostics: Diagnostic) -> None:
        super().__init__(*diagnostics)
        self.task = task
        """What ``ansible_failed_task`` is."""
        self.result = result
        """What ``ansible_failed_result`` is."""


def mistake(error: Exception, place: Span) -> Diagnostic:
    """Return the diagnostic for something that a plugin was not written for."""
    message = f"{type(error).__name__}: {error}"
    return Diagnostic("E810", message, place, "this is a mistake in Ingot or in a plugin, not in the playbook")


def reason(error: Failed | OSError) -> str:
    """Return why a plugin's work failed, in words."""
    if isinstance(error, OSError) and error.strerror:
        # Of the two names of a copy, the second is of what a full disk does not take.
        name = error.filename2 if error.filename2 and error.errno in _FULL else error.filename
        return f"{name}: {error.strerror}" if name else error.strerror
    return str(error)


class PlayEnded(Exception):  # noqa: N818 - not an error
    """``meta: end_play``: nothing more is to be done, and the image is made."""


class RoleEnded(Exception):  # noqa: N818 - not an error
    """``meta: end_role``: the rest of the role is left out."""
