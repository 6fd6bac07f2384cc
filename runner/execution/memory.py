"""What a build learns while it runs."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, TypeVar

from runner.execution.jobs import Jobs
from runner.sdk import Outcome

T = TypeVar("T")
_PREFIX = "ansible_"
_SETTINGS = (
    "ansible_become", "ansible_connection", "ansible_managed", "ansible_python_interpreter", "ansible_shell",
    "ansible_ssh_",
)
"""How variables begin that are named like facts and are none: settings of the work."""


class Wanted(Exception):  # noqa: N818 - not an error
    """An expression uses what is not known yet, and can be found out."""


class FactsWanted(Wanted):
    """An expression uses a fact, and none have been gathered yet."""


class MachineWanted(Wanted):
    """An expression uses what only a machine that is there can tell, such as its address."""


class Memory:
    """The variables that come up during a build, in three layers: each is read live by every scope made of it."""

    def __init__(self) -> None:
        self.facts = _Facts()
        """What was found out about the machine: weaker than the variables of the play."""
        self.included: dict[str, Any] = {}
        """What ``include_vars`` read: stronger than the variables of roles, blocks and tasks."""
        self.role_defaults: dict[str, Any] = {}
        """Defaults of the roles that were included for all to see: weaker than a role's own."""
        self.role_variables: dict[str, Any] = {}
        """Variables of these roles: weaker than a role's own."""
        self.variables: dict[str, Any] = {}
        """What ``set_fact`` and ``register`` keep: stronger still."""
        self.jobs = Jobs()
        """The tasks in the background."""
        self._gather: Callable[[], Awaitable[Mapping[str, Any]]] | None = None
        self._gathered: Mapping[str, Any] | None = None
        self._launch: Callable[[], Awaitable[None]] | None = None

    def may_gather(self, gather: Callable[[], Awaitable[Mapping[str, Any]]]) -> None:
        """Gather facts by ``gather`` as soon as an expression uses one; their names are without ``ansible_``."""
        self._gather = gather
        self.facts.waiting = True

    def may_launch(self, launch: Callable[[], Awaitable[None]]) -> None:
        """Launch the machine by ``launch`` as soon as an expression uses what it alone tells."""
        self._launch = launch

    def forget_facts(self) -> None:
        """Forget what is known of the machine: there will be another."""
        self.facts.clear()
        self._gathered = None

    async def gathered(self, *, again: bool = False) -> Mapping[str, Any]:
        """Return the machine's facts, which are gathered once, or ``again``."""
        if self._gather is not None and (again or self._gathered is None):
            self._gathered = await self._gather()
            self.facts.waiting = False
            self.facts.update({_PREFIX + name: value for name, value in self._gathered.items()})
        return self._gathered or {}

    async def knowing(self, work: Callable[[], T]) -> T:
        """Return what ``work`` gives; if it uses a fact, the facts are gathered, and it is done again.

        If it uses what only the machine tells, that is launched.
        """
        while True:
            try:
                return work()
            except FactsWanted:
                await self.gathered()
            except MachineWanted:
                assert self._launch is not None
                await self._launch()

    def learn(self, outcome: Outcome) -> None:
        """Take in what a module hands on."""
        self.facts.update(outcome.facts)
        self.included.update(outcome.included)
        self.variables.update(outcome.variables)

    def keep(self, name: str, value: Any) -> None:
        """Keep the result of a task."""
        self.variables[name] = value


class _Facts(dict[str, Any]):
    """Facts by Ansible's names. Asked for one before any are gathered, it says so."""

    waiting = False
    """Whether facts can still be gathered."""

    def __contains__(self, name: object) -> bool:
        if name == "ansible_facts" or super().__contains__(name):
            return True
        if self.waiting and isinstance(name, str) and name.startswith(_PREFIX) and not name.startswith(_SETTINGS):
            raise FactsWanted
        return False

    def __getitem__(self, name: str) -> Any:
        if name != "ansible_facts":
            return super().__getitem__(name)
        if self.waiting:
            raise FactsWanted
        return {key.removeprefix(_PREFIX): value for key, value in self.items()} | dict(self)
