"""The ``locale_gen`` module."""

from __future__ import annotations

from typing import Literal

from runner.modules.shared import Texts
from runner.sdk import Module, options


@options()
class Options:
    """What ``locale_gen`` accepts."""

    name: Texts
    """Locales, such as de_DE.UTF-8."""
    state: Literal["absent", "present"] = "present"
    """Whether they are to be there."""


class LocaleGen(Module[Options]):
    """Make and remove locales."""

    name = "locale_gen"
