"""How expressions are read and what they come to: the plugins that they may name, and the rules of an Ansible."""

from __future__ import annotations

from typing import Literal, NamedTuple

from runner.expand.role_plugins import NO_PLUGINS, RolePlugins

Rules = Literal["2.18", "2.19"]
"""The last version of ansible-core with the rules: 2.18 reads texts again as Python's values, 2.19 keeps values."""


class Dialect(NamedTuple):
    """What the expressions of a scope are written in."""

    plugins: RolePlugins = NO_PLUGINS
    rules: Rules = "2.19"


STANDARD = Dialect()
"""That of expressions in which nothing is brought along."""
