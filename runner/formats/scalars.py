"""What an unquoted YAML text means, by the rules of YAML 1.1 that Ansible reads with."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any

import yaml
from yaml.constructor import SafeConstructor
from yaml.resolver import Resolver

_CONSTRUCT: dict[str, Any] = {
    f"tag:yaml.org,2002:{name}": getattr(SafeConstructor, f"construct_yaml_{name}")
    for name in ("null", "bool", "int", "float", "timestamp", "binary")
}
_RESOLVERS: dict[str | None, list[tuple[str, re.Pattern[str]]]] = Resolver.yaml_implicit_resolvers
_ANY = _RESOLVERS.get(None, [])
MERGE = "tag:yaml.org,2002:merge"


@lru_cache(maxsize=4096)
def implicit_tag(text: str) -> str | None:
    """Return the tag that an unquoted ``text`` stands for; nothing when it is just text."""
    for tag, pattern in _RESOLVERS.get(text[:1], _ANY):
        if pattern.match(text):
            return tag if tag in _CONSTRUCT or tag == MERGE else None
    return None


@lru_cache(maxsize=4096)
def construct(tag: str, text: str) -> Any:
    """Return the value of ``text`` under a standard scalar tag.

    Raises ``ValueError`` when the text is no such value (``2024-13-45`` as a date).
    """
    if tag == "tag:yaml.org,2002:str":
        return text
    if tag not in _CONSTRUCT:
        raise KeyError(tag)
    try:
        return _CONSTRUCT[tag](SafeConstructor(), yaml.ScalarNode(tag, text))
    except (yaml.YAMLError, KeyError, AttributeError, OverflowError, IndexError) as error:
        raise ValueError(f"{text!r} is no {tag.rpartition(':')[2]}") from error
