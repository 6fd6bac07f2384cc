"""Versions of Python packages."""

from __future__ import annotations

from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.version import InvalidVersion

from runner.sdk import Failed


def holds(version: str, specifier: str) -> bool:
    """Return whether a version is among those that a specifier such as ``>=1.2,<2`` allows (PEP 440).

    Raises ``Failed`` for a specifier that is none.
    """
    try:
        return SpecifierSet(specifier).contains(version, prereleases=True)
    except InvalidSpecifier as error:
        raise Failed(f"{specifier!r} says nothing of versions: {error}") from error
    except InvalidVersion:
        return False
