"""What has to be done for a user's account to be as it is wanted."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Self

from runner.modules.support.account_work import HOME, KEY, call, script
from runner.modules.support.accounts import Accounts
from runner.sdk import Failed

_DAY = 86400
_NAME = re.compile(r"[^\s:,/\\$^*\[-][^\s:,/\\^*\[]*")
_AGING = {3: "-m", 4: "-M", 5: "-W", 6: "-I", 7: "-E"}
"""Position in a line of ``/etc/shadow`` -> the option of ``chage`` for it."""
_REMOVE = 'rm -rf "$1" "/var/mail/$2" "/var/spool/mail/$2"'


@dataclass(frozen=True, slots=True)
class Wanted:
    """An account as a task wants it. The fields are options of the same names."""

    name: str
    uid: int | None
    group: str | None
    groups: Sequence[str] | None
    append: bool
    comment: str | None
    home: str | None
    create_home: bool
    move_home: bool
    skeleton: str | None
    umask: str | None
    shell: str | None
    system: bool
    password: str | None
    password_lock: bool | None
    update_password: str
    password_expire_max: int | None
    password_expire_min: int | None
    password_expire_warn: int | None
    password_expire_account_disable: int | None
    expires: float | None
    non_unique: bool
    uid_min: int | None
    uid_max: int | None
    generate_ssh_key: bool
    ssh_key_type: str
    ssh_key_bits: int | None
    ssh_key_file: str | None
    ssh_key_comment: str
    ssh_key_passphrase: str | None

    @classmethod
    def of(cls, options: Any) -> Self:
        """Take the fields from the module's options. Raises ``Failed`` for texts that no account can have."""
        found = cls(**{each.name: getattr(options, each.name) for each in fields(cls)})
        if not _NAME.fullmatch(found.name):
            raise Failed(f"{found.name!r} cannot be a user's name")
        for name in ("comment", "home", "shell"):
            if set(getattr(found, name) or "") & {":", "\n"}:
                raise Failed(f"{name} may hold neither a colon nor a line end")
        return found

    @property
    def key_file(self) -> str:
        """The file of the private key, as seen from the home directory; empty when no key is wanted."""
        return (self.ssh_key_file or f".ssh/id_{self.ssh_key_type}") if self.generate_ssh_key else ""

    @property
    def aging(self) -> dict[int, str]:
        """The fields of ``/etc/shadow`` that are asked for, by their position."""
        expires = None
        if self.expires is not None:
            expires = "" if self.expires < 0 else str(int(self.expires // _DAY))
        asked = {
            3: self.password_expire_min, 4: self.password_expire_max, 5: self.password_expire_warn,
            6: self.password_expire_account_disable, 7: expires,
        }
        return {position: str(value) for position, value in asked.items() if value is not None}

    def extra_groups(self, accounts: Accounts, first: str | None) -> list[str] | None:
        """Return the names of the groups beside ``first``; nothing when none are asked for. Raises ``Failed``."""
        if self.groups is None:
            return None
        names = [accounts.known_group(each.strip())[0] for each in self.groups if each.strip()]
        return [name for name in dict.fromkeys(names) if name != first]

    def secret(self, present: str | None) -> str | None:
        """Return the password field that takes the place of ``present``; nothing when that is right."""
        if present is None:
            new = self.password
        elif self.password is not None and self.update_password == "always":  # noqa: S105 - is no password
            new = present if present.lstrip("!") == self.password.lstrip("!") else self.password
        else:
            new = present
        if new is not None and self.password_lock is True and not new.startswith("!"):
            new = f"!{new}"
        if new is not None and self.password_lock is False and new.lstrip("!"):  # no password at all is no lock
            new = new.lstrip("!")
        return None if new == present else new


@dataclass
class Plan:
    """What has to be done: first the files in ``/etc`` edited, then programs called."""

    edits: list[Callable[[Accounts], None]] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    stdin: str | None = None

    def __bool__(self) -> bool:
        return bool(self.edits or self.calls)


def plan_of(wanted: Wanted, accounts: Accounts) -> Plan:
    """Return what is missing for the account to be there as it is wanted. Raises ``Failed``."""
    plan = Plan()
    user = accounts.user(wanted.name)
    taken = [row[0] for row in accounts.users if row[2] == str(wanted.uid) and row[0] != wanted.name]
    if taken and not wanted.non_unique:
        raise Failed(f"the user {taken[0]} has the number {wanted.uid}", "set non_unique if that is meant")
    if user is None:
        (_add if accounts.tools else _write_in)(plan, wanted, accounts)
    else:
        _change(plan, wanted, accounts, user)
    _age(plan, wanted, accounts)
    moved = wanted.move_home and user is not None and wanted.home not in (None, user[5])
    if wanted.create_home and not accounts.home and not moved and not (user is None and accounts.tools):
        home = wanted.home or (user[5] if user else f"/home/{wanted.name}")
        plan.calls.append(script(HOME, home, f"{wanted.name}:", wanted.skeleton or "", wanted.umask or ""))
    if wanted.key_file and not accounts.key:
        bits = str(wanted.ssh_key_bits or "")
        words = (wanted.key_file, wanted.ssh_key_type, bits, wanted.ssh_key_comment, wanted.ssh_key_passphrase or "")
        plan.calls.append(script(KEY, wanted.name, *words))
    return plan


def _add(plan: Plan, wanted: Wanted, accounts: Accounts) -> None:
    """Have ``useradd`` make the account."""
    words: list[str] = []
    given = {"-u": wanted.uid, "-c": wanted.comment, "-d": wanted.home, "-s": wanted.shell}
    for option, value in given.items():
        words += [option, str(value)] if value is not None else []
    group = accounts.known_group(wanted.group)[0] if wanted.group is not None else None
    if group is not None:
        words += ["-g", group]
    elif accounts.group(wanted.name):
        words.append("-N")  # the group of that name is not the account's own
    groups = wanted.extra_groups(accounts, group)
    words += ["-G", ",".join(groups)] if groups else []
    words += ["-o"] if wanted.non_unique and wanted.uid is not None else []
    words += ["-r"] if wanted.system else []
    words += ["-m"] if wanted.create_home else ["-M"]
    words += ["-k", wanted.skeleton] if wanted.create_home and wanted.skeleton else []
    prefix = "SYS_" if wanted.system else ""
    settings = {"UMASK": wanted.umask, f"{prefix}UID_MIN": wanted.uid_min, f"{prefix}UID_MAX": wanted.uid_max}
    for key, setting in settings.items():
        words += ["-K", f"{key}={setting}"] if setting is not None else []
    plan.calls.append(call("useradd", *words, wanted.name))


def _write_in(plan: Plan, wanted: Wanted, accounts: Accounts) -> None:
    """Write the account into the files, with a group of its own unless one is named."""
    least, most = (100, 999) if wanted.system else (1000, 59999)
    least, most = wanted.uid_min or least, wanted.uid_max or most
    uid = accounts.free(accounts.users, least, most) if wanted.uid is None else wanted.uid
    group = accounts.known_group(wanted.group) if wanted.group is not None else accounts.group(wanted.name)
    gid = uid if accounts.group(str(uid)) is None else accounts.free(accounts.groups, least, most)
    home, shell = wanted.home or f"/home/{wanted.name}", wanted.shell or "/bin/sh"
    row = [wanted.name, "x", str(uid), group[2] if group else str(gid), wanted.comment or "", home, shell]
    groups = wanted.extra_groups(accounts, group[0] if group else None)

    def edit(files: Accounts) -> None:
        if group is None:
            files.add_group(wanted.name, gid)
        files.add_user(row)
        files.set_groups(wanted.name, groups or ())

    plan.edits.append(edit)


def _change(plan: Plan, wanted: Wanted, accounts: Accounts, user: Sequence[str]) -> None:
    """Change what is different in an account that is there."""
    gid = accounts.known_group(wanted.group)[2] if wanted.group is not None else None
    uid = str(wanted.uid) if wanted.uid is not None else None
    asked = {2: ("-u", uid), 3: ("-g", gid), 4: ("-c", wanted.comment), 5: ("-d", wanted.home), 6: ("-s", wanted.shell)}
    new = {position: value for position, (_, value) in asked.items() if value is not None and value != user[position]}
    words = [word for position, value in new.items() for word in (asked[position][0], value)]
    words += ["-o"] if wanted.non_unique and 2 in new else []  # noqa: PLR2004 - the number's position
    words += ["-m"] if wanted.move_home and "-d" in words else []
    own = accounts.group(gid or user[3])
    first = own[0] if own else None
    groups = wanted.extra_groups(accounts, first)
    present = [name for name in accounts.groups_of(wanted.name) if name != first]
    if groups is not None and wanted.append:
        groups = [*present, *(name for name in groups if name not in present)]
    regroup = groups is not None and set(groups) != set(present)
    if regroup:
        words += ["-G", ",".join(groups or ())]
    if not words:
        return
    if accounts.tools:
        plan.calls.append(call("usermod", *words, wanted.name))
        return

    def edit(files: Accounts) -> None:
        row = files.user(wanted.name) or []
        for position, value in new.items():
            row[position] = value
        if regroup:
            files.set_groups(wanted.name, groups or ())

    plan.edits.append(edit)
    if wanted.move_home and "-d" in words:
        plan.calls.append(call("mv", user[5], wanted.home or ""))


def _age(plan: Plan, wanted: Wanted, accounts: Accounts) -> None:
    """Set the password, and how long it and the account last."""
    there = accounts.user(wanted.name) is not None
    present = accounts.aging(wanted.name)
    new = {position: value for position, value in wanted.aging.items() if value != present[position]}
    secret = wanted.secret(present[1] if there else None)
    if accounts.tools:
        if new:
            words = [word for position, value in new.items() for word in (_AGING[position], value or "-1")]
            plan.calls.append(call("chage", *words, wanted.name))
        if secret is not None:
            plan.calls.append(call("chpasswd", "-e"))
            plan.stdin = f"{wanted.name}:{secret}\n"
        return
    if secret is not None:
        new[1] = secret
    if accounts.shadow is None:
        new = {position: value for position, value in new.items() if position == 1}

    def edit(files: Accounts) -> None:
        for position, value in new.items():
            files.set_aging(wanted.name, position, value)

    if new:
        plan.edits.append(edit)


def removal_of(name: str, accounts: Accounts, *, force: bool, remove: bool) -> Plan:
    """Return what removes an account."""
    plan, user = Plan(), accounts.user(name) or []
    if accounts.tools:
        words = (("-f",) if force else ()) + (("-r",) if remove else ())
        plan.calls.append(call("userdel", *words, name))
        return plan
    plan.edits.append(lambda files: files.remove_user(name))
    if remove:
        plan.calls.append(script(_REMOVE, user[5], name))
    return plan
