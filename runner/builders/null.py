"""Work on a machine that is already there."""

from __future__ import annotations

from runner.builders.shared.communicator import Connection
from runner.sdk import Builder, options


@options()
class Options(Connection):
    """Where the machine is and how to log in."""


class Null(Builder[Options]):
    """Work on a machine that is already there; no image is made of it."""

    name = "null"
