"""Tests for text: regular expressions, URLs, vaults."""

from __future__ import annotations

import re
from typing import Any

from runner.expand.filters.error import FilterError
from runner.expand.filters.kinds import as_text, listed, one_of, text

_WAYS = ("search", "match", "fullmatch")


def regex(
    value: Any,
    pattern: Any = "",
    ignorecase: Any = False,  # noqa: FBT002 - given by position in playbooks
    multiline: Any = False,  # noqa: FBT002 - given by position in playbooks
    match_type: str = "search",
) -> bool:
    """Tell whether a regular expression matches a text: anywhere, or as ``match_type`` (match, fullmatch) says."""
    flags = (re.IGNORECASE if ignorecase else 0) | (re.MULTILINE if multiline else 0)
    wanted = text(pattern, "a regular expression as a text")
    try:
        compiled = re.compile(wanted, flags)
    except re.error as error:
        raise FilterError(f"{wanted!r} is not a regular expression: {error}") from error
    return getattr(compiled, one_of(match_type, _WAYS, "match_type"))(as_text(value)) is not None


def match(
    value: Any,
    pattern: Any = "",
    ignorecase: Any = False,  # noqa: FBT002 - given by position in playbooks
    multiline: Any = False,  # noqa: FBT002 - given by position in playbooks
) -> bool:
    """Tell whether a text begins with what a regular expression matches."""
    return regex(value, pattern, ignorecase, multiline, "match")


def search(
    value: Any,
    pattern: Any = "",
    ignorecase: Any = False,  # noqa: FBT002 - given by position in playbooks
    multiline: Any = False,  # noqa: FBT002 - given by position in playbooks
) -> bool:
    """Tell whether a regular expression matches anywhere in a text."""
    return regex(value, pattern, ignorecase, multiline, "search")


def uri(value: Any, schemes: Any = None) -> bool:
    """Tell whether a text is a URI; with a list of ``schemes``, one of these."""
    from urllib.parse import urlparse

    if not isinstance(value, str):
        return False
    try:
        scheme = urlparse(value).scheme
    except ValueError:
        return False
    return schemes is None or scheme in ([schemes] if isinstance(schemes, str) else listed(schemes))


def url(value: Any, schemes: Any = None) -> bool:
    """Tell whether a text is a URL: a URI that says where something is."""
    from urllib.parse import urlparse

    if not uri(value, schemes):
        return False
    parts = urlparse(value)
    return bool(parts.netloc) or parts.scheme == "file"


def urn(value: Any) -> bool:
    """Tell whether a text is a URN: ``urn:...``."""
    return uri(value, ["urn"])


def vault_encrypted(value: Any) -> bool:
    """Tell whether a value is a text that ansible-vault encrypted."""
    from runner.expand.vault import is_encrypted

    return isinstance(value, str) and is_encrypted(value)
