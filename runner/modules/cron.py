"""The ``cron`` module."""

from __future__ import annotations

from typing import Annotated, Literal

from runner.sdk import Alias, AtMostOne, Module, options


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
