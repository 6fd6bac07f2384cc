"""Work on a machine that is already there."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

from runner.builders.shared.communicator import Connection
from runner.builders.shared.ssh import about, keys_gap, settings_of
from runner.communicators.ssh import transport as ssh
from runner.sdk import Artifact, Builder, Failed, Machine, Session, options
from runner.sdk.durations import seconds_of


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
        """Return which of these options this version, or this builder, cannot work with."""
        if options.get("communicator", "ssh") == "winrm":
            return "communicator 'winrm'"
        if cls.has_machine(options) and (made := keys_gap(options)):
            return f"{made}, for it makes no machine and no key"
        return None

    async def launch(self, session: Session) -> Machine:
        """Connect to the machine, or return one that nothing reaches."""
        options = self.options
        if session.start_from is not None:
            raise Failed("the null builder cannot start from an image", "use a builder that makes machines")
        if options.communicator == "none":
            return Machine("localhost")
        settings = settings_of(options, session)
        session.say(f"Connecting to {settings.server} with SSH")
        if options.pause_before_connecting is not None:
            async with ssh.connected(settings):
                session.say(f"Connected; connecting again in {options.pause_before_connecting}")
            await asyncio.sleep(seconds_of(options.pause_before_connecting))
        line = await session.hold(ssh.connected(settings))
        return Machine(settings.server.host, line, {"ID": "Null", **about(options, settings)})

    async def capture(self, session: Session, machine: Machine) -> Artifact:
        """Leave nothing behind."""
        del session, machine
        return Artifact(self.name, "Null", description="nothing: this is the null builder", made=False)
