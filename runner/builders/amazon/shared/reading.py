"""Looking something up on AWS before a build."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runner.builders.amazon.shared.access import AwsAccess
from runner.builders.amazon.shared.client import opened
from runner.sdk import Failed


def looked_up(access: AwsAccess, service: str, operation: str, **asked: Any) -> Mapping[str, Any]:
    """Return what a service answers. Raises ``OSError``, as data sources do."""
    try:
        return opened(access)(service).now(operation, **asked)
    except Failed as failed:
        raise OSError(f"{failed}; {failed.hint}" if failed.hint else str(failed)) from failed
