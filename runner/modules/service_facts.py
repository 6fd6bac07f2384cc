"""The ``service_facts`` module."""

from __future__ import annotations

from runner.sdk import Module, options


@options()
class Options:
    """What ``service_facts`` accepts."""


class ServiceFacts(Module[Options]):
    """Find out which services there are and which run, as the fact ``services``."""

    name = "service_facts"
