"""Keywords of tasks, handlers, blocks and loops."""

from __future__ import annotations

from dataclasses import field
from typing import Annotated, Any

from runner.reading.keywords.values import BecomeMethod, Condition, Entries, Tasks, Words
from runner.sdk.record import AtMostOne, Duration, Minimum, Part, options


@options()
class Common:
    """Keywords of tasks and blocks."""

    name: str | None = None
    """What the task does, as an imperative."""

    when: Condition | None = None
    """Do it only if this holds."""

    vars: Entries | None = None
    """Variables for this task only."""

    tags: Words | None = None
    """Tags by which `--tags` and `--skip-tags` select; `always` and `never` are special."""

    become: bool | None = None
    """Run as another user."""

    become_user: str | None = None
    """The user to become; root unless said otherwise."""

    become_method: BecomeMethod | None = None
    """How to become that user: `sudo`, `su`, `doas` or `runuser`."""

    become_flags: str | None = None
    """Further flags for the program that changes the user."""

    become_exe: str | None = None
    """The program that changes the user."""

    environment: Any = None
    """Environment variables: a mapping or a list of mappings."""

    ignore_errors: bool | None = None
    """Go on when it fails."""

    ignore_unreachable: bool | None = None
    """Go on when the machine does not answer."""

    any_errors_fatal: bool | None = None
    """Accepted for Ansible's sake: a build has one machine, so that any error is fatal anyway."""

    no_log: bool | None = None
    """Show neither options nor results."""

    cache: Any = None
    """Whether what an earlier run has done will do: `true`, which is usual, `false`, or `{ttl: 24h}` for as long as
    that."""

    check_mode: bool | None = None
    """Only tell what would change (true), or do it even in check mode (false)."""

    diff: bool | None = None
    """Show what changes in files."""

    delegate_to: str | None = None
    """`localhost` runs the task on this computer."""

    delegate_facts: bool | None = None
    """Facts found belong to the computer delegated to."""

    run_once: bool | None = None
    """Accepted for Ansible's sake: a build has one machine."""

    module_defaults: Entries | None = None
    """Default options of modules."""

    collections: Words | None = None
    """Collections to look for modules in; every module has one name here, so that the list changes nothing."""

    throttle: int | None = None
    """Accepted for Ansible's sake: a build has one machine."""

    notify: Words | None = None
    """Handlers to run at the end if something was changed."""

    only: Words | None = None
    """Builds it is for: source names, or build names with `*`."""

    except_: Words | None = field(default=None, metadata={"name": "except"})
    """Builds it is not for: source names, or build names with `*`."""


@options(AtMostOne("only", "except"), patterns=("^with_[a-z_.]+$",))
class Task(Common):
    """What a task may say beside its module."""

    action: Any = None
    """The module and its options in one text or mapping."""

    local_action: Any = None
    """As `action`, run on this computer."""

    args: Entries | None = None
    """More options for the module."""

    loop: Any = None
    """Items; the task runs once for each."""

    loop_control: Annotated[Any, Part("loop_control")] = None
    """How the loop behaves."""

    register: str | None = None
    """Variable that receives the result."""

    until: Condition | None = None
    """Run again until this holds."""

    retries: Annotated[int, Minimum(0)] | None = None
    """How many times to run again; 3 with `until`."""

    delay: Annotated[float, Minimum(0)] | None = None
    """Seconds between tries; 5 unless said otherwise."""

    changed_when: Condition | None = None
    """When the task counts as having changed something."""

    failed_when: Condition | None = None
    """When the task counts as failed."""

    async_: Annotated[float, Minimum(0)] | None = field(default=None, metadata={"name": "async"})
    """Seconds the task may take in the background."""

    poll: Annotated[float, Minimum(0)] | None = None
    """Seconds between looks at a background task."""

    timeout: Duration | None = None
    """How long the task may take."""

    pause_before: Duration | None = None
    """How long to wait before the task."""

    max_retries: Annotated[int, Minimum(0)] | None = None
    """How many times to try again after a failure."""

    continue_on_error: bool | None = None
    """Go on with the build when the task fails."""

    checkpoint: bool | None = None
    """Keep the machine as it is after the task, or do not; left out, it is kept where that is worth the time."""

    override: Entries | None = None
    """Options that differ for some builds: source name -> options."""


@options(AtMostOne("only", "except"))
class Handler(Task):
    """What a handler may say beside its module."""

    listen: Words | None = None
    """Further names under which it is notified."""


@options(AtMostOne("only", "except"))
class Block(Common):
    """Tasks that share keywords, and what happens when one of them fails."""

    block: Tasks
    """The tasks."""

    rescue: Tasks | None = None
    """Tasks that run when one of the block's fails."""

    always: Tasks | None = None
    """Tasks that run in any case."""


@options()
class LoopControl:
    """How a loop behaves."""

    loop_var: str = "item"
    """Name of the variable that holds the item."""

    index_var: str | None = None
    """Name of the variable that holds the index, counted from zero."""

    label: Any = None
    """What is shown of an item."""

    pause: float = 0
    """Seconds between items."""

    extended: bool = False
    """Provide `ansible_loop`."""

    extended_allitems: bool = True
    """Provide all items in `ansible_loop.allitems`."""

    break_when: Condition | None = None
    """Leave the loop when this holds."""
