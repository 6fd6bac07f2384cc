"""The ``ansible`` module."""

from __future__ import annotations

import shlex
from collections.abc import Generator, Mapping
from typing import Annotated, Any, Literal

from runner.modules.support.ansible_runs import outcome_of
from runner.sdk import (
    Answer,
    Evaluate,
    Failed,
    Find,
    Local,
    Module,
    ReadsFile,
    Serve,
    Served,
    Verb,
    Work,
    options,
)

_UNKNOWN = (
    "ssh_host_key_file", "ssh_authorized_key_file", "ansible_winrm_use_http", "use_sftp", "inventory_file",
    "inventory_directory", "inventory_file_template", "keep_inventory_file",
)
_ENVIRONMENT = {"PYTHONUNBUFFERED": "1", "ANSIBLE_FORCE_COLOR": "0", "ANSIBLE_NOCOLOR": "1"}
_NO_PROGRAM = 127


@options()
class Options:
    """What ``ansible`` accepts."""

    playbook_file: Annotated[str, ReadsFile("here")]
    """The playbook on this computer."""
    command: str = "ansible-playbook"
    """The program."""
    extra_arguments: list[str] | None = None
    """More arguments for the program, one entry each."""
    ansible_env_vars: list[str] | None = None
    """Variables for its environment, each written NAME=value."""
    user: str | None = None
    """User that Ansible logs in as; left out, the one on this computer."""
    use_proxy: bool | None = None
    """Let Ansible reach the machine through a server on this computer, which any kind of connection can be
    behind.
    """
    local_port: int | None = None
    """Port of that server; left out, any that is free."""
    ssh_host_key_file: Annotated[str, ReadsFile("here")] | None = None
    """Private key of that server."""
    ssh_authorized_key_file: Annotated[str, ReadsFile("here")] | None = None
    """Public key that may log in at that server."""
    ansible_proxy_key_type: Literal["ECDSA", "RSA"] = "ECDSA"
    """Kind of keys that are made for that server."""
    ansible_ssh_extra_args: list[str] | None = None
    """More arguments for ssh."""
    ansible_winrm_use_http: bool = False
    """Reach a Windows machine by HTTP, not HTTPS."""
    sftp_command: str = "/usr/lib/sftp-server -e"
    """Command on the machine that serves files."""
    use_sftp: bool = False
    """Transfer files by SFTP, not SCP."""
    host_alias: str = "default"
    """Name of the machine in the inventory."""
    groups: list[str] | None = None
    """Groups that the machine belongs to."""
    empty_groups: list[str] | None = None
    """Groups that are in the inventory without a machine."""
    inventory_file: Annotated[str, ReadsFile("here")] | None = None
    """Inventory to use instead of one that is made."""
    inventory_directory: Annotated[str, ReadsFile("here")] | None = None
    """Directory in which the inventory is made, for its host_vars and group_vars."""
    inventory_file_template: str | None = None
    """How the machine's line in the inventory is written."""
    keep_inventory_file: bool = False
    """Keep the inventory that was made."""
    galaxy_file: Annotated[str, ReadsFile("here")] | None = None
    """Requirements that ansible-galaxy installs first."""
    galaxy_command: str = "ansible-galaxy"
    """The program for that."""
    galaxy_force_install: bool = False
    """Install them even if they are there."""
    galaxy_force_with_deps: bool = False
    """Install them and what they depend on even if they are there."""
    roles_path: str | None = None
    """Directory on this computer for their roles."""
    collections_path: str | None = None
    """Directory on this computer for their collections."""
    skip_version_check: bool = False
    """Do not ask the program for its version."""


class Ansible(Module[Options]):
    """Run a playbook with an installed ansible-playbook against the machine."""

    name = "ansible"
    foresees = False

    @classmethod
    def gap(cls, options: Mapping[str, Any]) -> str | None:
        """Return which of these options this version cannot work with."""
        if options.get("use_proxy") is False:
            return "use_proxy: false"
        return next((name for name in _UNKNOWN if options.get(name)), None)

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Open a door to the machine, and run the program on the other side of it. Raises ``Failed``."""
        del facts
        wanted = self.options
        playbook = yield Find(wanted.playbook_file)
        if playbook is None:
            raise Failed(f"there is no playbook {wanted.playbook_file!r}")
        if wanted.galaxy_file is not None:
            yield from self._galaxy(wanted.galaxy_file)
        build = yield Evaluate("build.name", undefined="default")
        kind = yield Evaluate("build.ConnType", undefined="")
        served: Served = yield Serve(
            {"inventory": self._inventory()}, wanted.local_port or 0, wanted.ansible_proxy_key_type,
        )
        words = [*shlex.split(wanted.command), "-e", f"packer_build_name={build}", "-e", f"packer_builder_type={kind}"]
        words += ["-i", f"{served.directory}/inventory", *(wanted.extra_arguments or ()), playbook]
        answer: Answer = yield Local(tuple(words), {**_ENVIRONMENT, **self._variables()})
        if answer.status == _NO_PROGRAM:
            raise Failed(f"there is no {wanted.command} on this computer", "install ansible-core")
        return outcome_of(wanted.command, answer)

    def _galaxy(self, file: str) -> Generator[Verb, Any, None]:
        """Have ansible-galaxy install what the playbook needs. Raises ``Failed``."""
        wanted = self.options
        forces = {"--force-with-deps": wanted.galaxy_force_with_deps, "--force": wanted.galaxy_force_install}
        force = [flag for flag, said in forces.items() if said][:1]
        path = yield Find(file)
        if path is None:
            raise Failed(f"there is no file {file!r}")
        where = ["-p", wanted.roles_path] if wanted.roles_path else []
        answer = yield Local((*shlex.split(wanted.galaxy_command), "install", "-r", path, *where, *force),
                             self._variables())
        if answer.status:
            raise Failed(f"{wanted.galaxy_command} ended with status {answer.status}")

    def _variables(self) -> dict[str, str]:
        """Return what the user adds to the program's environment. Raises ``Failed``."""
        wanted = self.options
        found: dict[str, str] = {}
        for each in wanted.ansible_env_vars or ():
            name, equals, value = each.partition("=")
            if not equals:
                raise Failed(f"ansible_env_vars: {each!r} is no NAME=value")
            found[name] = value.strip("\"'")
        if wanted.roles_path:
            found["ANSIBLE_ROLES_PATH"] = wanted.roles_path
        if wanted.collections_path:
            found["ANSIBLE_COLLECTIONS_PATH"] = wanted.collections_path
        return found

    def _inventory(self) -> str:
        """Return the inventory, before the door's names are filled in."""
        wanted = self.options
        common = " ".join(("-o UserKnownHostsFile={{.KnownHosts}} -o StrictHostKeyChecking=yes -o IdentitiesOnly=yes",
                           *(wanted.ansible_ssh_extra_args or ())))
        host = (
            f"{wanted.host_alias} ansible_host={{{{.Host}}}} ansible_port={{{{.Port}}}} "
            f"ansible_user={wanted.user or '{{.User}}'} ansible_ssh_private_key_file={{{{.Key}}}} "
            f"ansible_ssh_common_args={shlex.quote(common)} ansible_ssh_transfer_method=piped "
            "ansible_ssh_pipelining=true ansible_ssh_use_tty=false"
        )
        groups = [line for name in wanted.groups or () for line in ("", f"[{name}]", host)]
        empty = [line for name in wanted.empty_groups or () for line in ("", f"[{name}]")]
        return "\n".join((host, *groups, *empty, ""))
