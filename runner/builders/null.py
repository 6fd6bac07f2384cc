"""Work on a machine that is already there."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runner.builders.shared.communicator import Connection
from runner.sdk import Artifact, Builder, Failed, Machine, Session, options


@options()
class Options(Connection):
    """Where the machine is and how to log in."""


class Null(Builder[Options]):
    """Work on a machine that is already there; no image is made of it."""

    name = "null"

    @classmethod
    def has_machine(cls, options: Mapping[str, Any]) -> bool:
        """Return whether there is a communicator to reach a machine with."""
        return bool(options.get("communicator", "ssh") != "none")

    @classmethod
    def gap(cls, options: Mapping[str, Any]) -> str | None:
        """Return the communicator: only ``none`` is written so far."""
        return f"communicator {options.get('communicator', 'ssh')!r}" if cls.has_machine(options) else None

    async def launch(self, session: Session) -> Machine:
        """Return a machine that nothing reaches."""
        if session.start_from is not None:
            raise Failed("the null builder cannot start from an image", "use a builder that makes machines")
        return Machine("localhost")

    async def capture(self, session: Session, machine: Machine) -> Artifact:
        """Leave nothing behind."""
        del session, machine
        return Artifact(self.name, "Null", description="nothing: this is the null builder", made=False)
