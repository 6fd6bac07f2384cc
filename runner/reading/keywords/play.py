"""Keywords of a play, of its sources and matrix, and of what is done with its images."""

from __future__ import annotations

from dataclasses import field
from typing import Annotated, Any, Literal

from runner.reading.keywords.values import BecomeMethod, Condition, Entries, Handlers, Tasks, Words
from runner.sdk.record import AtMostOne, Fixed, Part, options


@options()
class Play:
    """Sources x work."""

    name: str | None = None
    """Name of the play; its builds are called `play.source`. It has no dot."""

    description: str | None = None
    """What the play makes, for people."""

    hosts: Any = None
    """In an Ansible playbook: the sources to use."""

    sources: list[Annotated[Any, Part("source_use")]] | None = None
    """Sources to build from: names, or `NAME: {options}` to add or change options for this play."""

    when: Condition | None = None
    """Make the builds of this play only if this holds."""

    compat: Annotated[Literal["2.18", "2.19"], Fixed()] = "2.19"
    """Which rules the expressions in the play follow: those of ansible-core 2.19 and later, or with `2.18` those up to
    that version, by which texts such as `True` and `[1, 2]` become the values that they spell."""

    matrix: Annotated[Any, Part("matrix")] = None
    """Values to combine: one build for each combination."""

    vars: Entries | None = None
    """Variables of the play."""

    vars_files: list[Any] | None = None
    """Files with more variables; a list within the list means the first one that is there."""

    gather_facts: bool = True
    """Gather facts of the machine when they are used."""

    pre_tasks: Tasks | None = None
    """Tasks that run before the roles."""

    roles: list[Annotated[Any, Part("role_use")]] | None = None
    """Roles to apply."""

    tasks: Tasks | None = None
    """Tasks that run after the roles."""

    post_tasks: Tasks | None = None
    """Tasks that run after the tasks and their handlers."""

    handlers: Handlers | None = None
    """Tasks that run once when another one notifies them."""

    on_error: Tasks | None = None
    """Tasks that run when the build fails, before anything is removed."""

    verify: Tasks | None = None
    """Tasks that run against a fresh machine started from the finished image."""

    post_processors: list[Annotated[Any, Part("post_processor")]] | None = None
    """What is done with the image; each item is a chain."""

    become: bool | None = None
    """Run tasks as another user."""

    become_user: str | None = None
    """The user to become; root unless said otherwise."""

    become_method: BecomeMethod | None = None
    """How to become that user: `sudo`, `su`, `doas` or `runuser`."""

    environment: Any = None
    """Environment variables for the tasks: a mapping or a list of mappings."""

    services: Literal["offline", "start", "fail"] | None = None
    """What becomes of services that are to be started where no init runs, as in most containers: `start` has their
    init script do it if they have one, `offline` leaves them alone, `fail` fails. They are enabled and masked in any
    case."""

    cache: Any = None
    """Whether what an earlier run has done will do: `true`, which is usual, `false`, or `{ttl: 24h}` for as long as
    that."""

    module_defaults: Entries | None = None
    """Default options of modules."""

    tags: Words | None = None
    """Tags that all tasks of the play get."""

    force_handlers: bool = False
    """Run notified handlers even after a task failed."""

    any_errors_fatal: bool = False
    """Accepted for Ansible's sake: a build has one machine, so that any error is fatal anyway."""

    ignore_errors: bool | None = None
    """Go on when a task fails."""

    no_log: bool | None = None
    """Show neither options nor results of the tasks."""

    check_mode: bool | None = None
    """Only tell what the tasks would change."""

    collections: Words | None = None
    """Collections to look for modules in; every module has one name here, so that the list changes nothing."""


@options(open_ended=True)
class SourceUse:
    """A source as one play uses it: options added or changed for this play."""

    from_: str | None = field(default=None, metadata={"name": "from"})
    """The build whose image this one starts from, as `play.source`."""

    when: Condition | None = None
    """Make the build only if this holds."""

    extra: dict[str, Any] = field(default_factory=dict)


@options(open_ended=True)
class Matrix:
    """One build for each combination of the listed values."""

    include: list[Any] | None = None
    """Further combinations, each a mapping."""

    exclude: list[Any] | None = None
    """Combinations that are left out; a mapping that names some values leaves out all that have them."""

    extra: dict[str, Any] = field(default_factory=dict)


@options(AtMostOne("only", "except"), open_ended=True)
class PostProcessor:
    """What is done with an image: the name of a post-processor with its options, and these keywords."""

    name: str | None = None
    """Name by which `--except` leaves it out."""

    when: Condition | None = None
    """Do it only if this holds."""

    only: Words | None = None
    """Builds it is for: source names, or build names with `*`."""

    except_: Words | None = field(default=None, metadata={"name": "except"})
    """Builds it is not for: source names, or build names with `*`."""

    keep_input_artifact: bool | None = None
    """Keep what it works on."""

    extra: dict[str, Any] = field(default_factory=dict)
