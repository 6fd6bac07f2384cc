"""Tests for single values."""

from __future__ import annotations

import math
from typing import Any

_YES = ("yes", "on", "1", "true", "y", "t")
_NO = ("no", "off", "0", "false", "n", "f")


def truthy(value: Any, convert_bool: Any = False) -> bool:  # noqa: FBT002 - given by position in playbooks
    """Tell whether a value is true as Python sees it; with ``convert_bool``, ``"no"`` and ``"off"`` are not."""
    word = value.strip().lower() if convert_bool and isinstance(value, str) else None
    if word in _YES:
        return True
    return False if word in _NO else bool(value)


def falsy(value: Any, convert_bool: Any = False) -> bool:  # noqa: FBT002 - given by position in playbooks
    """Tell whether a value is not ``truthy``."""
    return not truthy(value, convert_bool)


def nan(value: Any) -> bool:
    """Tell whether a value is the number that is none, NaN."""
    return isinstance(value, int | float) and math.isnan(value)


isnan = nan
