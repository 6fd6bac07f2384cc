"""Regular expressions that users write, for the bytes of files."""

from __future__ import annotations

import re

from runner.sdk import Failed


def compiled(pattern: str, option: str) -> re.Pattern[bytes]:
    """Return a pattern for bytes. Raises ``Failed``, which names the option, for one that is wrong."""
    try:
        return re.compile(pattern.encode())
    except re.error as error:
        raise Failed(f"{option} is no regular expression: {error}") from error
