"""Values as JSON in the form that HCL's ``jsonencode`` has."""

from __future__ import annotations

import json
import re
from typing import Any

from runner.expand.functions.error import Refused
from runner.expand.functions.values import finite, number_text

_ESCAPED = re.compile("[<>&\u2028\u2029]")


def json_text(value: Any) -> str:
    r"""Return ``value``, a plain one, as JSON: no spaces, sorted keys, ``< > &`` written as ``\u003c`` and so on."""
    if isinstance(value, dict):
        return "{" + ",".join(f"{json_text(key)}:{json_text(each)}" for key, each in sorted(value.items())) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(json_text, value)) + "]"
    if isinstance(value, str):
        written = json.dumps(value, ensure_ascii=False)
        return _ESCAPED.sub(lambda match: f"\\u{ord(match[0]):04x}", written)
    if value is None or isinstance(value, bool):
        return json.dumps(value)
    if not finite(value):
        raise Refused("infinity cannot be written as JSON")
    return number_text(value)
