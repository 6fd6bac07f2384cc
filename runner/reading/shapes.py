"""The shapes of the documents users write. The schemas of playbooks, roles and variable files come from here."""

from __future__ import annotations

from dataclasses import field
from typing import Annotated, Any, Literal

from runner.sdk.record import AtMostOne, Duration, Fixed, Part, options

Text = str
Words = list[str]
Condition = str | bool | list[Any]
Task = Annotated[Any, Part("task")]
Handler = Annotated[Any, Part("handler")]
Entries = Annotated[dict[str, Any], Fixed()]
"""A mapping whose values, but not itself, may be expressions."""


@options()
class RequiredRole:
    """A role that the playbook needs from elsewhere."""

    name: str
    """Name under which plays use the role."""

    src: str
    """Where it comes from: a git URL, an archive by URL or path, a directory, or `OWNER.NAME` on a Galaxy server."""

    version: str | None = None
    """Tag, branch or commit."""


@options()
class Requires:
    """What the playbook needs in order to be built."""

    ingot: str | None = None
    """Versions of Ingot that will do, such as `>=0.1,<2`."""

    plugins: Annotated[dict[str, str], Fixed()] | None = None
    """Python distributions that bring more builders, modules and so on, each with the versions that will do."""

    roles: list[Annotated[Any, Part("required_role")]] | None = None
    """Roles it uses, and where they come from: `ingot init` installs them."""


@options()
class Playbook:
    """Which images to build, and what goes into them."""

    name: str | None = None
    """Name of the playbook."""

    description: str | None = None
    """What the playbook builds, for people."""

    requires: Annotated[Any, Part("requires")] = None
    """Versions, plugins and roles that the playbook needs."""

    variables: dict[str, Annotated[Any, Part("variable")]] | None = None
    """Inputs: a default value each, or a mapping with type, default, rules and so on."""

    locals: Entries | None = None
    """Values computed once from variables, data and each other."""

    data: dict[str, Annotated[Any, Part("data")]] | None = None
    """Values looked up before the builds that use them."""

    sources: dict[str, Annotated[Any, Part("source")]] | None = None
    """Where machines come from: a builder and its options each."""

    plays: list[Annotated[Any, Part("play")]] | None = None
    """What is done to the machines."""


@options()
class Variable:
    """An input of the playbook."""

    type: Annotated[Literal["string", "number", "boolean", "list", "map", "object", "any"], Fixed()] | None = None
    """Type of the value; left out, it follows from the default."""

    default: Any = None
    """Value when none is given. Without one, a value has to be given."""

    description: str | None = None
    """What the variable is for."""

    rules: dict[str, Any] | None = None
    """Cerberus rules for the value: `allowed`, `min`, `max`, `regex`, `schema`, `coerce` and so on."""

    sensitive: Annotated[bool, Fixed()] = False
    """Mask the value in every output, event, report and manifest."""

    env: str | None = None
    """Environment variable that gives the value when it is not given otherwise."""


@options(open_ended=True)
class Source:
    """Where a machine comes from: a builder and its options."""

    builder: str | None = None
    """Name of the builder."""

    extends: str | None = None
    """Another source whose options are taken over."""

    extra: dict[str, Any] = field(default_factory=dict)


@options(open_ended=True)
class Data:
    """A look-up made before the builds that use it."""

    type: str
    """Name of the data source."""

    when: Condition | None = None
    """Look it up only if this holds."""

    extra: dict[str, Any] = field(default_factory=dict)


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

    pre_tasks: list[Task] | None = None
    """Tasks that run before the roles."""

    roles: list[Annotated[Any, Part("role_use")]] | None = None
    """Roles to apply."""

    tasks: list[Task] | None = None
    """Tasks that run after the roles."""

    post_tasks: list[Task] | None = None
    """Tasks that run after the tasks and their handlers."""

    handlers: list[Handler] | None = None
    """Tasks that run once when another one notifies them."""

    on_error: list[Task] | None = None
    """Tasks that run when the build fails, before anything is removed."""

    verify: list[Task] | None = None
    """Tasks that run against a fresh machine started from the finished image."""

    post_processors: list[Annotated[Any, Part("post_processor")]] | None = None
    """What is done with the image; each item is a chain."""

    become: bool | None = None
    """Run tasks as another user."""

    become_user: str | None = None
    """The user to become; root unless said otherwise."""

    become_method: str | None = None
    """How to become that user: `sudo` or `su`."""

    environment: Any = None
    """Environment variables for the tasks: a mapping or a list of mappings."""

    services: Literal["offline", "start", "fail"] | None = None
    """What becomes of services that are to be started where no init runs, as in most containers: `start` has their
    init script do it if they have one, `offline` leaves them alone, `fail` fails. They are enabled and masked in any
    case."""

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


@options()
class Shared:
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

    become_method: str | None = None
    """How to become that user: `sudo` or `su`."""

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
class TaskKeywords(Shared):
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

    retries: int | None = None
    """How many times to run again; 3 with `until`."""

    delay: float | None = None
    """Seconds between tries; 5 unless said otherwise."""

    changed_when: Condition | None = None
    """When the task counts as having changed something."""

    failed_when: Condition | None = None
    """When the task counts as failed."""

    async_: float | None = field(default=None, metadata={"name": "async"})
    """Seconds the task may take in the background."""

    poll: float | None = None
    """Seconds between looks at a background task."""

    timeout: Duration | None = None
    """How long the task may take."""

    pause_before: Duration | None = None
    """How long to wait before the task."""

    max_retries: int | None = None
    """How many times to try again after a failure."""

    continue_on_error: bool | None = None
    """Go on with the build when the task fails."""

    override: Entries | None = None
    """Options that differ for some builds: source name -> options."""


@options(AtMostOne("only", "except"))
class HandlerKeywords(TaskKeywords):
    """What a handler may say beside its module."""

    listen: Words | None = None
    """Further names under which it is notified."""


@options(AtMostOne("only", "except"))
class Block(Shared):
    """Tasks that share keywords, and what happens when one of them fails."""

    block: list[Task]
    """The tasks."""

    rescue: list[Task] | None = None
    """Tasks that run when one of the block's fails."""

    always: list[Task] | None = None
    """Tasks that run in any case."""


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


PARTS: dict[str, type[Any]] = {
    "required_role": RequiredRole,
    "requires": Requires,
    "variable": Variable,
    "data": Data,
    "source": Source,
    "source_use": SourceUse,
    "matrix": Matrix,
    "play": Play,
    "loop_control": LoopControl,
    "task": TaskKeywords,
    "handler": HandlerKeywords,
    "block": Block,
    "role_use": RoleUse,
    "post_processor": PostProcessor,
    "role_meta": RoleMeta,
}
"""The parts of documents by the names that ``Part`` uses."""
