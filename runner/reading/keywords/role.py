"""Keywords of a role: where a play uses it, and in its ``meta/main.yml``."""

from __future__ import annotations

from dataclasses import field
from typing import Annotated, Any

from runner.reading.keywords.values import Condition, Entries, Words
from runner.sdk.record import Part, options


@options(open_ended=True)
class RoleUse:
    """A role in a play; further keys are variables for the role."""

    role: str | None = None
    """Name or path of the role."""

    name: str | None = None
    """The same as `role`."""

    vars: Entries | None = None
    """Variables for the role."""

    tags: Words | None = None
    """Tags that all its tasks get."""

    when: Condition | None = None
    """Apply it only if this holds."""

    become: bool | None = None
    """Run its tasks as another user."""

    become_user: str | None = None
    """The user to become; root unless said otherwise."""

    environment: Any = None
    """Environment variables for its tasks."""

    cache: Any = None
    """Whether what an earlier run has done will do: `true`, which is usual, `false`, or `{ttl: 24h}` for as long as
    that."""

    extra: dict[str, Any] = field(default_factory=dict)


@options(open_ended=True)
class RoleMeta:
    """What `meta/main.yml` of a role says."""

    dependencies: list[Annotated[Any, Part("role_use")]] | None = None
    """Roles that are applied before this one."""

    allow_duplicates: bool = False
    """Apply the role as often as it is named, and not once per play."""

    galaxy_info: Entries | None = None
    """Author, licence, platforms and so on, for Ansible Galaxy."""

    argument_specs: Entries | None = None
    """What variables each entry point takes."""

    collections: Words | None = None
    """Collections to look for modules in; every module has one name here, so that the list changes nothing."""

    extra: dict[str, Any] = field(default_factory=dict)
