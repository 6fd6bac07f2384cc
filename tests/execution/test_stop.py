from __future__ import annotations

import errno
import os

import pytest

from runner.execution.stop import reason
from runner.sdk import Failed

REASONS = {
    "a full disk below the target of a copy":
        (OSError(errno.ENOSPC, "full", "cache/blob", None, "out/blob"), "out/blob: full"),
    "a source that is gone": (OSError(errno.ENOENT, "gone", "cache/blob", None, "out/blob"), "cache/blob: gone"),
    "one file": (OSError(errno.ENOSPC, "full", "out/blob"), "out/blob: full"),
    "no file": (OSError(errno.EPIPE, os.strerror(errno.EPIPE)), "Broken pipe"),
    "a plugin's words": (Failed("no"), "no"),
}


@pytest.mark.parametrize(("error", "words"), REASONS.values(), ids=REASONS)
def test_what_is_blamed(error: OSError | Failed, words: str) -> None:
    assert reason(error) == words
