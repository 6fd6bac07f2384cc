"""Regular expressions that users write."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from runner.in_time import TakesTooLongError, in_time
from runner.sdk import Failed


def compiled(pattern: str, option: str) -> re.Pattern[bytes]:
    """Return a pattern for bytes. Raises ``Failed``, which names the option, for one that is wrong."""
    with matching(option):
        return re.compile(pattern.encode())


@contextmanager
def matching(option: str) -> Iterator[None]:
    """Work with the pattern of an option. Raises ``Failed`` for one that is wrong, or that takes too long."""
    try:
        with in_time():
            yield
    except (re.error, IndexError) as error:  # a name of no group is the latter
        raise Failed(f"{option} is no regular expression: {error}") from error
    except TakesTooLongError as error:
        hint = "a pattern with a repetition within a repetition, such as (a+)+, tries very many ways"
        raise Failed(f"{option} is given up: {error}", hint) from error
