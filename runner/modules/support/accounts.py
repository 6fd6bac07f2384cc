"""Users and groups of a machine, as its files in ``/etc`` hold them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Self

from runner.sdk import Answer, Failed

LOOK = r"""
part() { printf '\001%s\n' "$1"; }
part tools; for each in useradd usermod userdel groupadd groupmod groupdel; do command -v $each; done
part now; date +%s
part passwd; cat /etc/passwd
part group; cat /etc/group
part shadow; [ ! -e /etc/shadow ] || { echo; cat /etc/shadow 2>/dev/null; }
part home; home=$2
[ -n "$home" ] || home=$(sed -n "s/^$1:.*:\([^:]*\):[^:]*$/\1/p" /etc/passwd 2>/dev/null)
[ ! -d "${home:-/home/$1}" ] || echo yes
part key; [ -z "$3" ] || { cd "${home:-/home/$1}" 2>/dev/null && [ -e "$3" ] && {
  pwd; ssh-keygen -l -f "$3.pub" 2>/dev/null || echo; cat "$3.pub" 2>/dev/null; }; }
exit 0
"""
"""Tells of the machine's accounts, in parts: ``$1`` is a user, ``$2`` the home directory, ``$3`` the file of a key."""
_TOOLS = 6
_LONG = 9
"""How many fields a line of ``/etc/shadow`` has."""
_DAY = 86400


@dataclass
class Accounts:
    """The lines of the files, cut into fields; what is changed here is only written by whoever asks for the text."""

    users: list[list[str]]
    groups: list[list[str]]
    shadow: list[list[str]] | None
    """None when the machine keeps the hashes in ``/etc/passwd``."""
    now: int = 0
    tools: bool = False
    """Whether the machine has ``useradd`` and its kin."""
    home: bool = False
    """Whether the home directory that was asked about is there."""
    key: Sequence[str] = field(default_factory=list)
    """Of the key that was asked about: the home directory, its fingerprint, the public key."""

    @classmethod
    def of(cls, answer: Answer) -> Self:
        """Read the answer to ``LOOK``."""
        parts = {name: text for name, _, text in (each.partition("\n") for each in answer.stdout.split("\1")[1:])}
        shadow = parts["shadow"]
        return cls(
            _rows(parts["passwd"]), _rows(parts["group"]), _rows(shadow.lstrip("\n")) if shadow else None,
            int(parts["now"].strip() or 0), len(parts["tools"].split()) == _TOOLS, parts["home"].strip() == "yes",
            parts["key"].splitlines(),
        )

    def user(self, name: str) -> list[str] | None:
        """Return a user: name, x, number, group's number, comment, home, shell."""
        return next((row for row in self.users if row[0] == name), None)

    def group(self, name: str) -> list[str] | None:
        """Return a group by name or number: name, x, number, members."""
        rows = [row for row in self.groups if row[0] == name]
        return next(iter(rows or [row for row in self.groups if row[2] == name]), None)

    def known_group(self, name: str) -> list[str]:
        """Return a group by name or number. Raises ``Failed`` when there is none."""
        found = self.group(name)
        if found is None:
            raise Failed(f"Group {name} does not exist", "make it first, with the module group")
        return found

    def aging(self, name: str) -> list[str]:
        """Return what ``/etc/shadow`` holds of a user: name, hash, last change, min, max, warn, inactive, expires."""
        rows = self.shadow if self.shadow is not None else []
        found = next((row for row in rows if row[0] == name), None)
        if found is None:
            user = self.user(name)
            found = [name, user[1] if user and self.shadow is None else ""]
        return found + [""] * (_LONG - len(found))

    def groups_of(self, name: str) -> list[str]:
        """Return the names of the groups that a user is a member of, without the user's first."""
        return [row[0] for row in self.groups if name in members(row)]

    # What follows does the work of useradd and its kin where a machine has none of them.

    def free(self, rows: Iterable[list[str]], least: int, most: int) -> int:
        """Return a number that nobody has: the one after the largest in use. Raises ``Failed`` when there is none."""
        used = {int(row[2]) for row in rows if row[2].isdecimal() and least <= int(row[2]) <= most}
        after = max(used, default=least - 1) + 1
        free = [after] if after <= most else [each for each in range(least, most + 1) if each not in used][:1]
        if not free:
            raise Failed(f"there is no number left between {least} and {most}")
        return free[0]

    def add_group(self, name: str, gid: int) -> None:
        """Add a group."""
        self.groups.append([name, "x", str(gid), ""])

    def renumber_group(self, name: str, gid: int) -> None:
        """Give a group another number, also where it is a user's first group."""
        group = self.known_group(name)
        for row in self.users:
            row[3] = str(gid) if row[3] == group[2] else row[3]
        group[2] = str(gid)

    def remove_group(self, name: str) -> None:
        """Remove a group."""
        self.groups = [row for row in self.groups if row[0] != name]

    def add_user(self, row: list[str]) -> None:
        """Add a user, who cannot log in by password."""
        if self.shadow is None:
            row[1] = "!"
        else:
            self.shadow.append([row[0], "!", str(self.now // _DAY), "0", "99999", "7", "", "", ""])
        self.users.append(row)

    def remove_user(self, name: str) -> None:
        """Remove a user from all files, with the group of the same name if nobody else is in it."""
        user = self.user(name)
        self.users = [row for row in self.users if row[0] != name]
        if self.shadow is not None:
            self.shadow = [row for row in self.shadow if row[0] != name]
        for row in self.groups:
            row[3] = ",".join(each for each in members(row) if each != name)
        group = self.group(name)
        if user and group and group[2] == user[3] and not group[3] and all(row[3] != group[2] for row in self.users):
            self.remove_group(name)

    def set_aging(self, name: str, position: int, value: str) -> None:
        """Set a field of a user in ``/etc/shadow``; the hash in ``/etc/passwd`` where there is no such file."""
        if self.shadow is None:
            for row in self.users:
                if row[0] == name and position == 1:
                    row[1] = value
            return
        row = self.aging(name)
        row[position] = value
        self.shadow = [each for each in self.shadow if each[0] != name] + [row]

    def set_groups(self, name: str, groups: Iterable[str]) -> None:
        """Make a user a member of these groups and no others."""
        wanted = set(groups)
        for row in self.groups:
            there = [each for each in members(row) if each != name]
            row[3] = ",".join([*there, name] if row[0] in wanted else there)

    def texts(self) -> dict[str, str]:
        """Return the files: path and text."""
        found = {"/etc/passwd": _text(self.users), "/etc/group": _text(self.groups)}
        return found if self.shadow is None else {**found, "/etc/shadow": _text(self.shadow)}


def members(group: Sequence[str]) -> list[str]:
    """Return the members of a group."""
    return [each for each in group[3].split(",") if each]


def _rows(text: str) -> list[list[str]]:
    return [line.split(":") for line in text.splitlines() if line.count(":") > 2]  # noqa: PLR2004 - a group's fields


def _text(rows: Iterable[Sequence[str]]) -> str:
    return "".join(f"{':'.join(row)}\n" for row in rows)
