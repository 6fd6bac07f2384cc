"""The ``ansible_local`` module."""

from __future__ import annotations

import shlex
from collections.abc import Generator, Mapping
from posixpath import basename, isabs, join, normpath, relpath
from typing import Annotated, Any

from runner.modules.support.ansible_runs import outcome_of
from runner.modules.support.commands import unused
from runner.sdk import (
    Answer,
    Do,
    Evaluate,
    ExactlyOne,
    Failed,
    Files,
    Find,
    Look,
    Module,
    Put,
    ReadsFile,
    Seen,
    Sent,
    Upload,
    Verb,
    Work,
    options,
)

_STAGE = 'mkdir -p ${2:+-m "$2"} "$1" && cd "$1" && pwd'
_NO_PROGRAM = 127
_INVENTORY = "ingot-inventory"


@options(ExactlyOne("playbook_file", "playbook_files"))
class Options:
    """What ``ansible_local`` accepts."""

    playbook_file: Annotated[str, ReadsFile("here")] | None = None
    """The playbook on this computer."""
    playbook_files: Annotated[list[str], ReadsFile("here")] | None = None
    """Several playbooks on this computer."""
    playbook_dir: Annotated[str, ReadsFile("here")] | None = None
    """Directory of the playbooks with all that belongs to them."""
    playbook_paths: Annotated[list[str], ReadsFile("here")] | None = None
    """Further files and directories that go beside the playbooks."""
    role_paths: Annotated[list[str], ReadsFile("here")] | None = None
    """Directories of roles to bring over."""
    collection_paths: Annotated[list[str], ReadsFile("here")] | None = None
    """Directories of collections to bring over."""
    group_vars: Annotated[str, ReadsFile("here")] | None = None
    """Directory of groups' variables to bring over."""
    host_vars: Annotated[str, ReadsFile("here")] | None = None
    """Directory of hosts' variables to bring over."""
    inventory_file: Annotated[str, ReadsFile("here")] | None = None
    """Inventory to bring over."""
    inventory_groups: list[str] | None = None
    """Groups that the machine belongs to."""
    command: str = "ANSIBLE_FORCE_COLOR=1 PYTHONUNBUFFERED=1 ansible-playbook"
    """The program on the machine."""
    extra_arguments: list[str] | None = None
    """More arguments for the program, one entry each."""
    galaxy_file: Annotated[str, ReadsFile("here")] | None = None
    """Requirements that ansible-galaxy installs first."""
    galaxy_command: str = "ansible-galaxy"
    """The program on the machine for that."""
    galaxy_force_install: bool = False
    """Install them even if they are there."""
    galaxy_roles_path: str | None = None
    """Directory on the machine for their roles."""
    galaxy_collections_path: str | None = None
    """Directory on the machine for their collections."""
    staging_directory: str | None = None
    """Directory on the machine that all this is put into."""
    clean_staging_directory: bool = False
    """Remove that directory at the end."""


class AnsibleLocal(Module[Options]):
    """Bring a playbook to the machine and run it there with the machine's own Ansible."""

    name = "ansible_local"
    aliases = ("ansible-local",)
    foresees = False

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Bring everything into a directory on the machine, and run the program there. Raises ``Failed``."""
        del facts
        wanted = self.options
        own = wanted.staging_directory
        words = [own] if own else [(yield from unused("ansible-local")), "700"]
        made: Answer = yield Do(("/bin/sh", "-c", _STAGE, "sh", *words))
        if made.status:
            raise Failed(f"there is no directory to put the playbook into: {made.stderr.strip()}")
        stage = made.stdout.strip()
        try:
            playbooks = yield from self._staged(stage)
            inventory = yield from self._inventory(stage)
            yield from self._galaxy(stage)
            outcome = yield from self._played(stage, playbooks, inventory)
        except Failed:
            yield from self._cleaned(stage)
            raise
        yield from self._cleaned(stage)
        return outcome

    def _played(self, stage: str, playbooks: list[str], inventory: str) -> Work:
        """Run the program for each playbook; the first one that fails is the last. Raises ``Failed``."""
        wanted = self.options
        name = yield Evaluate("build.name", undefined="default")
        kind = yield Evaluate("build.ConnType", undefined="")
        address = yield Evaluate("build.PackerHTTPAddr", undefined="")
        known = {"packer_build_name": name, "packer_builder_type": kind, "packer_http_addr": address}
        told = " ".join(f"{key}={shlex.quote(str(value))}" for key, value in known.items() if value)
        answers: list[Answer] = []
        for playbook in playbooks:
            ours = shlex.join(("-e", told, "-c", "local", "-i", inventory))
            words = (wanted.command, shlex.quote(playbook), *(wanted.extra_arguments or ()), ours)
            answers.append((yield from self._run(stage, wanted.command, " ".join(words))))
            if answers[-1].status:
                break
        texts = "".join(each.stdout for each in answers), "".join(each.stderr for each in answers)
        return outcome_of(wanted.command, Answer(answers[-1].status, *texts))

    def _staged(self, stage: str) -> Generator[Verb, Any, list[str]]:
        """Bring over all that the playbooks need; return their paths in the directory. Raises ``Failed``."""
        wanted = self.options
        if wanted.playbook_dir is not None:
            yield from _sent(wanted.playbook_dir, stage)
        places = {"group_vars": wanted.group_vars, "host_vars": wanted.host_vars}
        for name, source in places.items():
            if source is not None:
                yield from _sent(source, join(stage, name))
        several = {
            "roles": wanted.role_paths, "collections": wanted.collection_paths, "playbooks": wanted.playbook_paths,
        }
        for name, sources in several.items():
            for source in sources or ():
                yield from _sent(source, join(stage, name, basename(normpath(source))))
        playbooks = []
        for source in wanted.playbook_files or [wanted.playbook_file or ""]:
            place = self._place(source)
            if place in playbooks:
                raise Failed(f"two playbooks would lie at {place}", "put them into one playbook_dir")
            playbooks.append(place)
            yield from _sent(source, join(stage, place))
        return playbooks

    def _place(self, playbook: str) -> str:
        """Return where a playbook lies in the directory: as in the directory of playbooks, or by its name alone."""
        directory = self.options.playbook_dir
        within = relpath(playbook, directory) if directory and isabs(playbook) == isabs(directory) else ".."
        return basename(playbook) if within.startswith("..") else within

    def _inventory(self, stage: str) -> Generator[Verb, Any, str]:
        """Bring the inventory over, or make one; return its name in the directory. Raises ``Failed``."""
        wanted = self.options
        if wanted.inventory_file is not None:
            name = basename(wanted.inventory_file)
            yield from _sent(wanted.inventory_file, join(stage, name))
            return name
        groups = "".join(f"[{name}]\n127.0.0.1\n" for name in wanted.inventory_groups or ())
        yield Put(join(stage, _INVENTORY), (groups or "127.0.0.1\n").encode())
        return _INVENTORY

    def _galaxy(self, stage: str) -> Generator[Verb, Any, None]:
        """Have the machine's ansible-galaxy install what the playbooks need. Raises ``Failed``."""
        wanted = self.options
        if wanted.galaxy_file is None:
            return
        name = basename(wanted.galaxy_file)
        yield from _sent(wanted.galaxy_file, join(stage, name))
        force = ["-f"] if wanted.galaxy_force_install else []
        words = (wanted.galaxy_command, "install -r", shlex.quote(name), *force)
        answer = yield from self._run(stage, wanted.galaxy_command, " ".join(words))
        if answer.status:
            raise Failed(f"{wanted.galaxy_command} ended with status {answer.status}: {answer.stderr.strip()}")

    def _run(self, stage: str, command: str, line: str) -> Generator[Verb, Any, Answer]:
        """Run a command line in the directory. Raises ``Failed`` when its program is not there."""
        wanted, environment = self.options, {}
        if wanted.galaxy_file is not None:  # what is installed here is looked for here, and first
            roles = wanted.galaxy_roles_path or join(stage, "galaxy_roles")
            collections = wanted.galaxy_collections_path or join(stage, "galaxy_collections")
            environment["ANSIBLE_ROLES_PATH"] = f"{roles}:{join(stage, 'roles')}:/etc/ansible/roles"
            environment["ANSIBLE_COLLECTIONS_PATH"] = f"{collections}:{join(stage, 'collections')}"
        answer: Answer = yield Do(("/bin/sh", "-c", line), environment=environment, chdir=stage)
        if answer.status == _NO_PROGRAM:
            raise Failed(f"there is no {command} on the machine",
                         "install ansible-core there first, or use the module 'ansible', which needs it only here")
        return answer

    def _cleaned(self, stage: str) -> Generator[Verb, Any, None]:
        if self.options.clean_staging_directory:
            yield Do(("rm", "-rf", stage))


def _sent(source: str, to: str) -> Generator[Verb, Any, None]:
    """Bring a file, or what is in a directory, of this computer to a place on the machine. Raises ``Failed``."""
    path: str | None = yield Find(source)
    seen: Seen | None = (yield Look(path)) if path is not None else None
    if path is None or seen is None:
        raise Failed(f"there is no {source!r} to bring to the machine")
    if seen.kind != "directory":
        above, _, name = to.rpartition("/")
        yield Upload(above, (Sent(path, name),))
        return
    names: list[str] = yield Files(path, directories=True)
    yield Upload(to, tuple(Sent(join(path, name), name.rstrip("/")) for name in names))
