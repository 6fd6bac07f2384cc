"""The ``cron`` module."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from runner.modules.support.attributes import done
from runner.sdk import Alias, Ask, AtMostOne, Do, Failed, Module, Outcome, Put, Work, options

_MARK = "#Ansible: "
"""What stands before a job's name, in the line above it: tables that Ansible has written are understood."""
_VARIABLE = re.compile(r"^([A-Za-z_][A-Za-z0-9_]*)\s*=")
_LIST = """
command -v crontab >/dev/null || exit 44
crontab ${1:+-u "$1"} -l 2>/dev/null || exit 1
"""
_NO_PROGRAM = 44


@options(AtMostOne("insertafter", "insertbefore"))
class Options:
    """What ``cron`` accepts."""

    name: str
    """What the job is for, by which it is found again; with env the variable's name."""
    job: Annotated[str | None, Alias("value")] = None
    """Command to run; with env the variable's value."""
    state: Literal["absent", "present"] = "present"
    """Whether it is to be there."""
    minute: str = "*"
    """Minutes at which it runs, as in a crontab."""
    hour: str = "*"
    """Hours at which it runs."""
    day: Annotated[str, Alias("dom")] = "*"
    """Days of the month on which it runs."""
    month: str = "*"
    """Months in which it runs."""
    weekday: Annotated[str, Alias("dow")] = "*"
    """Days of the week on which it runs; 0 is Sunday."""
    special_time: Literal["annually", "daily", "hourly", "monthly", "reboot", "weekly", "yearly"] | None = None
    """When it runs, instead of the five before."""
    disabled: bool = False
    """Keep the job in the crontab as a comment."""
    env: bool = False
    """Set a variable of the crontab instead of a job."""
    insertafter: str | None = None
    """Variable after which a new one goes."""
    insertbefore: str | None = None
    """Variable before which a new one goes."""
    user: str | None = None
    """User whose crontab it is or, with cron_file, who runs the job."""
    cron_file: str | None = None
    """File to use, by its name in /etc/cron.d or its path, instead of a user's crontab."""
    backup: bool = False
    """Keep a copy of the former crontab and return its name."""


class Cron(Module[Options]):
    """Have commands run at set times, and set variables in crontabs."""

    name = "cron"

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Read the table, have the job in it or not, and install it. Raises ``Failed``."""
        del facts
        wanted = self.options
        self._check()
        path = self._path()
        if path is not None:
            answer = yield Ask(("/bin/sh", "-c", 'if [ -e "$1" ]; then cat -- "$1"; else exit 44; fi', "sh", path))
        else:
            answer = yield Ask(("/bin/sh", "-c", _LIST, "sh", wanted.user or ""))
        if path is None and answer.status == _NO_PROGRAM:
            raise Failed("the machine has no crontab", "install the package cron first, or give a cron_file")
        there = answer.status == 0
        lines = answer.stdout.splitlines() if there else []
        after = self._changed(lines)
        names = [line.removeprefix(_MARK).strip() for line in after if line.startswith(_MARK)]
        values: dict[str, Any] = {"jobs": names, "envs": [m[1] for m in map(_VARIABLE.match, after) if m]}
        if path is not None:
            values["cron_file"] = wanted.cron_file
        if after == lines:
            return Outcome(values, changed=False)
        if wanted.backup and there:
            kept = yield Do(("mktemp", "-t", "crontab.XXXXXXXX"))
            values["backup_file"] = kept.stdout.strip()
            yield Put(values["backup_file"], answer.stdout.encode())
        text = "".join(f"{line}\n" for line in after)
        if path is None:
            words = ("-u", wanted.user) if wanted.user else ()
            yield from done(Do(("crontab", *words, "-"), stdin=text), "the table cannot be installed")
        elif not after:
            yield from done(Do(("rm", "-f", path)), f"{path} cannot be removed")
        else:
            yield Put(path, text.encode(), None if there else 0o644)
        return Outcome(values, changed=True)

    def _check(self) -> None:
        """Refuse options that do not go together. Raises ``Failed``."""
        wanted = self.options
        times = (wanted.minute, wanted.hour, wanted.day, wanted.month, wanted.weekday)
        if wanted.special_time and any(each != "*" for each in times):
            raise Failed("You must specify time and date fields or special time.")
        if wanted.state == "present" and wanted.job is None:
            raise Failed("You must specify 'job' to install a new cron job or variable")
        if wanted.cron_file and not wanted.user and not wanted.env and wanted.state == "present":
            raise Failed("To use cron_file=... parameter you must specify user=... as well")
        if wanted.disabled and wanted.env:
            raise Failed("You cannot use 'disabled' with 'env'")
        if (wanted.insertafter or wanted.insertbefore) and not wanted.env:
            raise Failed("Insertafter and insertbefore parameters are valid only with env=yes")

    def _path(self) -> str | None:
        file = self.options.cron_file
        return None if file is None else file if file.startswith("/") else f"/etc/cron.d/{file}"

    def _changed(self, lines: list[str]) -> list[str]:
        """Return the lines of the table as they are to be."""
        return self._with_variable(lines) if self.options.env else self._with_job(lines)

    def _with_variable(self, lines: list[str]) -> list[str]:
        wanted = self.options
        own = [number for number, line in enumerate(lines) if (m := _VARIABLE.match(line)) and m[1] == wanted.name]
        if wanted.state == "absent":
            return [line for number, line in enumerate(lines) if number not in own]
        line = f'{wanted.name}="{wanted.job}"'
        if own:
            return [line if number == own[0] else each for number, each in enumerate(lines)]
        near = wanted.insertafter or wanted.insertbefore
        place = 0
        for number, each in enumerate(lines):
            if near and (m := _VARIABLE.match(each)) and m[1] == near:
                place = number + (wanted.insertafter is not None)
        return [*lines[:place], line, *lines[place:]]

    def _with_job(self, lines: list[str]) -> list[str]:
        wanted = self.options
        mark = f"{_MARK}{wanted.name}"
        kept, place, number = list[str](), None, 0
        while number < len(lines):
            if lines[number] == mark:
                place = len(kept) if place is None else place
                number += 2
                continue
            kept.append(lines[number])
            number += 1
        if wanted.state == "absent":
            return kept
        place = len(kept) if place is None else place
        return [*kept[:place], mark, self._line(), *kept[place:]]

    def _line(self) -> str:
        """Return the line of the job."""
        wanted = self.options
        job = (wanted.job or "").strip("\r\n")
        times = f"{wanted.minute} {wanted.hour} {wanted.day} {wanted.month} {wanted.weekday}"
        when = f"@{wanted.special_time}" if wanted.special_time else times
        user = f" {wanted.user}" if wanted.cron_file else ""
        return f"{'#' if wanted.disabled else ''}{when}{user} {job}"
