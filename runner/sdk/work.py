"""What a module wants to know and wants done: the verbs it yields, and the answers it receives."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import field
from datetime import datetime
from typing import Any, Literal

from runner.frozen import frozen


@frozen
class Answer:
    """How a command ended."""

    status: int = 0
    """Its exit status; 128 and the number of the signal when one ended it."""
    stdout: str = ""
    stderr: str = ""
    start: datetime | None = None
    end: datetime | None = None


@frozen
class Command:
    """A program and its arguments, for the machine."""

    argv: tuple[str, ...]
    """Never parsed by a shell, unless it starts one."""
    stdin: str | bytes | None = None
    environment: Mapping[str, str] = field(default_factory=dict)
    """What is added to the machine's own environment."""
    chdir: str | None = None
    """Directory on the machine."""


@frozen
class Ask(Command):
    """A command that changes nothing: also run in check mode, and its output is not shown. The answer: ``Answer``."""


@frozen
class Do(Command):
    """A command that changes the machine; its output is shown as it comes. The answer is an ``Answer``."""

    shown: bool = True
    """Whether its output is shown, which is for people, and not for the module alone."""


@frozen
class Put:
    """Write a file on the machine, whole or not at all.

    A new file gets the permissions ``mode`` (octal number), or what the umask leaves of 0666; one that is there keeps
    its owner, and its permissions unless ``mode`` says otherwise. ``in_place`` writes into the file itself, for those
    that cannot be replaced.
    """

    path: str
    content: bytes
    mode: int | None = None
    in_place: bool = False
    meant_for: str | None = None
    """The file that is to have this content if it passes a check, when this is but its place until then."""


@frozen
class Get:
    """Read the file at ``path`` on the machine; the answer is its ``bytes``, or nothing when there is none."""

    path: str


@frozen
class Sent:
    """A file or directory to be sent to the machine."""

    source: str
    """Path on this computer. Of a directory only itself is meant, not what is in it."""
    path: str
    """Path below the directory that it is sent to."""
    mode: int | None = None
    """Permissions on the machine; those it has here when left out."""


@frozen
class Upload:
    """Send files and directories of this computer to a directory on the machine, in one stream.

    The directory is made if need be. What is sent belongs to the user who works on the machine. There is no answer.
    """

    directory: str
    entries: tuple[Sent, ...]


@frozen
class Download:
    """Copy a file or a directory of the machine to this computer, in one stream.

    ``path`` becomes ``to``; ``to`` is relative to the playbook's directory. With ``content_only``, what is in the
    directory ``path`` is put into ``to``. There is no answer.
    """

    path: str
    to: str
    content_only: bool = False


@frozen
class Look:
    """Look at a file or directory on this computer; the answer is a ``Seen``, or nothing when there is none."""

    path: str
    follow: bool = True
    """Look at what a link leads to, not at the link."""
    algorithm: str | None = None
    """Digest to make of a file, such as ``sha1``."""


@frozen
class Seen:
    """What a file or directory on this computer is."""

    path: str
    """Its whole path, without links if they were followed."""
    kind: Literal["file", "directory", "link", "other"]
    mode: int
    size: int
    """In bytes."""
    digest: str | None = None
    target: str | None = None
    """What a link leads to, as it is written in the link."""
    owner: str = ""
    """The user to whom it belongs, by name or number."""
    mtime: float = 0.0
    """When it was last changed, in seconds of Unix."""


@frozen
class Read:
    """Read a file of this computer, decrypted if it was encrypted with Ansible Vault; the answer is its ``bytes``."""

    path: str
    decrypt: bool = True


@frozen
class Render:
    """Render a template file of this computer with the variables of the task; the answer is the text.

    ``settings`` are Jinja's options by their names in Ansible's ``template``: ``block_start_string``, ``trim_blocks``,
    ``newline_sequence`` ...; ``variables`` are added to those of the task.
    """

    path: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    variables: Mapping[str, Any] = field(default_factory=dict)


@frozen
class Gather:
    """Ask for the machine's facts; the answer is a mapping without ``ansible_`` before the names.

    They are gathered once, unless ``again`` says otherwise.
    """

    again: bool = False


@frozen
class Become:
    """The user as whom commands run on the machine, and how to become that user."""

    user: str = "root"
    method: str | None = None
    """``sudo``, ``su``, ``doas``, ``runuser``; what is there when left out."""
    flags: str | None = None
    """Options of that program."""
    password: str | None = None


@frozen
class Local:
    """A command on this computer, run by whoever started the build; its output is shown as it comes.

    The answer is an ``Answer``. In ``argv``, ``{{.Script}}`` stands for the path of the script and ``{{.Vars}}`` for
    its variables, as in Packer.
    """

    argv: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    chdir: str | None = None
    """Directory, relative to the playbook's."""
    script: str | None = None
    """Text of a script, which is put into a temporary file."""
    extension: str = ""
    """Ending of the temporary file's name."""
    variable_format: str = "%s='%s' "
    """How one variable looks in ``{{.Vars}}``."""


@frozen
class Find:
    """Look for a file or directory of the playbook or role; the answer is its path, or nothing.

    ``where`` is what ``ReadsFile`` says of the option that names it.
    """

    path: str
    where: Literal["files", "templates", "vars", "here"] = "here"


@frozen
class Files:
    """List what is in a directory on this computer; the answer is a list of relative paths, those of files first.

    A link is listed as what it leads to, or as a file with ``follow`` turned off.
    """

    directory: str
    directories: bool = False
    """List the directories too, each with ``/`` at its end."""
    follow: bool = False
    """Go into directories that links lead to."""


@frozen
class Load:
    """Read files of variables on this computer, the later winning; the answer is a mapping.

    Its values are opaque: their expressions are worked out when somebody uses them.
    """

    paths: tuple[str, ...]
    under: str | None = None
    """The one name under which everything is put, if it is."""


@frozen
class Evaluate:
    """Work out an expression, written without braces as in ``when``; the answer is its value."""

    expression: Any
    undefined: str | None = None
    """The answer when it uses a name that nobody defined; left out, that fails the task."""
    braced: bool = False
    """It is as in braces: by the rules of 2.18 a template gives texts, and reads some of them again."""


@frozen
class Wait:
    """Wait for a while; without ``seconds``, until somebody presses Enter. The answer is a ``Waited``."""

    seconds: float | None = None
    prompt: str | None = None
    echo: bool = True


@frozen
class Waited:
    """How a wait went."""

    start: datetime
    end: datetime
    typed: str = ""
    """What was typed before Enter."""


@frozen
class Include:
    """Run the tasks of a file next, each with the keywords ``apply``."""

    file: str
    apply: Mapping[str, Any] = field(default_factory=dict)


@frozen
class ApplyRole:
    """Run a role's tasks next, each with the keywords ``apply``; of each kind the file that is named."""

    name: str
    apply: Mapping[str, Any] = field(default_factory=dict)
    tasks_from: str = "main"
    vars_from: str = "main"
    defaults_from: str = "main"
    handlers_from: str = "main"
    public: bool = False
    """Let all tasks that follow see the role's variables and defaults."""
    validate: bool = True
    """Check what the role is given if it says what it takes."""
    duplicates: bool = True
    """Run it even if it has run with these files and variables."""


@frozen
class Serve:
    """Open a door to the machine for programs of this computer: an SSH server on the loopback address.

    It is open until the task ends. The answer is a ``Served``. ``files`` are written into its directory: name -> text,
    in which ``{{.Host}}``, ``{{.Port}}``, ``{{.User}}``, ``{{.Key}}`` and ``{{.KnownHosts}}`` are filled in.
    """

    files: Mapping[str, str] = field(default_factory=dict)
    port: int = 0
    """Any that is free, if it is zero."""
    kind: Literal["ECDSA", "RSA"] = "ECDSA"
    """The kind of the server's keys."""


@frozen
class Served:
    """How a door to the machine is found."""

    directory: str
    """Directory on this computer, which goes when the task ends."""
    host: str
    port: int
    user: str
    key: str
    """Path of the private key."""
    known_hosts: str
    """Path of a file with the server's key, as OpenSSH reads it."""


@frozen
class Job:
    """Ask for a task that was put into the background; the answer is its result, or nothing while it runs."""

    id: str
    forget: bool = False
    """Forget it if it has ended."""


@frozen
class Signal:
    """Tell the build itself to do something once the task is done."""

    action: Literal["flush_handlers", "end_play", "end_role"]


Verb = (
    Ask | Do | Put | Get | Upload | Download | Gather  # on the machine
    | Local | Find | Files | Look | Read | Load | Render | Evaluate | Wait  # on this computer
    | Serve | Include | ApplyRole | Job | Signal  # of the build itself
)


@frozen
class Outcome:
    """How a module's work ended: what ``register`` keeps."""

    values: Mapping[str, Any] = field(default_factory=dict)
    changed: bool | None = None
    """Left out it means: something was changed if a ``Do``, ``Put``, ``Upload`` or ``Local`` was asked for."""
    failed: str | None = None
    """Why the work failed, if it did."""
    skipped: str | None = None
    """Why there was nothing to do here, if so."""
    facts: Mapping[str, Any] = field(default_factory=dict)
    """What was found out about the machine: variables that any variable of the play overrides."""
    variables: Mapping[str, Any] = field(default_factory=dict)
    """Variables for the rest of the play, which override its own."""
    included: Mapping[str, Any] = field(default_factory=dict)
    """Variables read from files for the rest of the play; ``variables`` and results count for more."""
    shown: str = ""
    """What the user is told of it; of a failure, beside its message."""


Work = Generator[Verb, Any, Outcome]
