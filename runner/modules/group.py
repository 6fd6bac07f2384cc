"""The ``group`` module."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from runner.modules.support.account_work import Steps, call, done, looked, written
from runner.modules.support.accounts import Accounts
from runner.sdk import Failed, Module, Outcome, Requires, Work, options

_SYSTEM, _ORDINARY = (100, 999), (1000, 59999)


@options(Requires("non_unique", "gid"))
class Options:
    """What ``group`` accepts."""

    name: str
    """Name of the group."""
    state: Literal["absent", "present"] = "present"
    """Whether the group is to be there."""
    gid: int | None = None
    """The group's number."""
    gid_min: int | None = None
    """Smallest number for a new group."""
    gid_max: int | None = None
    """Largest number for a new group."""
    system: bool = False
    """Make a system group."""
    non_unique: bool = False
    """Let the number belong to another group as well."""
    local: bool = False
    """Work on the machine's own files only, where groups also come from a directory service."""
    force: bool = False
    """Remove the group even if it is the first group of a user."""


class Group(Module[Options]):
    """Create, change and remove groups of users."""

    name = "group"

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Look at the group, and make, change or remove it."""
        del facts
        wanted = self.options
        accounts = yield from looked()
        group = next((row for row in accounts.groups if row[0] == wanted.name), None)
        values: dict[str, Any] = {"name": wanted.name, "state": wanted.state}
        if wanted.state == "absent":
            if group is None:
                return Outcome(values, changed=False)
            failed = yield from self._removed(accounts)
            return failed or Outcome(values, changed=True)
        values["system"] = wanted.system
        if group is not None and wanted.gid in (None, int(group[2])):
            return Outcome({**values, "gid": int(group[2])}, changed=False)
        other = wanted.gid is not None and any(row[2] == str(wanted.gid) for row in accounts.groups)
        if other and not wanted.non_unique:
            raise Failed(f"another group has the number {wanted.gid}", "set non_unique if that is meant")
        failed = yield from (self._made(accounts) if group is None else self._numbered(accounts))
        if failed is not None:
            return failed
        gid = wanted.gid
        if gid is None:
            gid = int((yield from looked()).known_group(wanted.name)[2])
        return Outcome({**values, "gid": gid}, changed=True)

    def _made(self, accounts: Accounts) -> Steps:
        wanted = self.options
        if not accounts.tools:
            least, most = _SYSTEM if wanted.system else _ORDINARY
            least, most = wanted.gid_min or least, wanted.gid_max or most
            gid = accounts.free(accounts.groups, least, most) if wanted.gid is None else wanted.gid
            return (yield from written(accounts, lambda: accounts.add_group(wanted.name, gid)))
        words = ["-g", str(wanted.gid)] if wanted.gid is not None else []
        words += ["-o"] if wanted.non_unique else []
        words += ["-r"] if wanted.system else []
        for key, value in (("GID_MIN", wanted.gid_min), ("GID_MAX", wanted.gid_max)):
            words += ["-K", f"{'SYS_' if wanted.system else ''}{key}={value}"] if value is not None else []
        return (yield from done([call("groupadd", *words, wanted.name)]))

    def _numbered(self, accounts: Accounts) -> Steps:
        wanted, gid = self.options, self.options.gid or 0
        if not accounts.tools:
            return (yield from written(accounts, lambda: accounts.renumber_group(wanted.name, gid)))
        words = ("-o",) if wanted.non_unique else ()
        return (yield from done([call("groupmod", *words, "-g", str(wanted.gid), wanted.name)]))

    def _removed(self, accounts: Accounts) -> Steps:
        wanted = self.options
        gid = accounts.known_group(wanted.name)[2]
        users = [row[0] for row in accounts.users if row[3] == gid]
        if users and not wanted.force:
            raise Failed(f"{wanted.name} is the first group of {users[0]}", "set force to remove it all the same")
        if not accounts.tools:
            return (yield from written(accounts, lambda: accounts.remove_group(wanted.name)))
        return (yield from done([call("groupdel", *(("-f",) if users else ()), wanted.name)]))
