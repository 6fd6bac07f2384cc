"""The ``user`` module."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from runner.modules.shared import Texts
from runner.modules.support.account_user import Plan, Wanted, plan_of, removal_of
from runner.modules.support.account_work import Steps, done, looked, written
from runner.modules.support.accounts import Accounts
from runner.sdk import Alias, Module, Outcome, SecretStr, Work, options

_ELSEWHERE = {
    "seuser": "SELinux", "login_class": "BSD systems", "profile": "Solaris", "role": "Solaris",
    "authorization": "Solaris", "hidden": "macOS",
}


@options()
class Options:
    """What ``user`` accepts."""

    name: Annotated[str, Alias("user")]
    """Name of the user."""
    state: Literal["absent", "present"] = "present"
    """Whether the account is to be there."""
    uid: int | None = None
    """The user's number."""
    group: str | None = None
    """The user's first group, by name or number."""
    groups: Texts | None = None
    """Further groups of the user; an empty list removes the user from all."""
    append: bool = False
    """Add the groups to those that the user has, instead of replacing them."""
    comment: str | None = None
    """The user's full name or purpose."""
    home: str | None = None
    """The user's home directory."""
    create_home: Annotated[bool, Alias("createhome")] = True
    """Make the home directory if there is none."""
    move_home: bool = False
    """Move the present home directory to home."""
    skeleton: str | None = None
    """Directory whose files a new home directory starts with."""
    umask: str | None = None
    """Mask for the permissions of a new home directory."""
    shell: str | None = None
    """The user's shell."""
    system: bool = False
    """Make a system account; only looked at when it is created."""
    password: SecretStr | None = None
    """The password's hash, as in /etc/shadow."""
    password_lock: bool | None = None
    """Lock the password, or unlock it."""
    update_password: Literal["always", "on_create"] = "always"  # noqa: S105 - says when, is no password
    """Whether to set the password always, or only on accounts that are created."""
    password_expire_max: int | None = None
    """Days until a password has to be changed."""
    password_expire_min: int | None = None
    """Days before a password may be changed."""
    password_expire_warn: int | None = None
    """Days of warning before a password expires."""
    password_expire_account_disable: int | None = None
    """Days after a password expired until the account is disabled."""
    expires: float | None = None
    """When the account expires, in seconds since 1970; a negative number means never."""
    force: bool = False
    """With state absent, remove the account even if it is in use."""
    remove: bool = False
    """With state absent, remove the home directory and the mail too."""
    generate_ssh_key: bool = False
    """Make a pair of SSH keys for the user unless there is one."""
    ssh_key_type: str = "rsa"
    """Kind of the keys, such as rsa or ed25519."""
    ssh_key_bits: int | None = None
    """Length of the keys in bits."""
    ssh_key_file: str | None = None
    """File of the private key, as seen from the home directory."""
    ssh_key_comment: str = "ansible-generated on $HOSTNAME"
    """Comment in the public key."""
    ssh_key_passphrase: SecretStr | None = None
    """Passphrase of the private key."""
    non_unique: bool = False
    """Let the number belong to another user as well."""
    uid_min: int | None = None
    """Smallest number for a new account."""
    uid_max: int | None = None
    """Largest number for a new account."""
    local: bool = False
    """Work on the machine's own files only, where accounts also come from a directory service."""
    seuser: str | None = None
    """The SELinux user that the account is mapped to."""
    login_class: str | None = None
    """Login class, on BSD systems."""
    profile: str | None = None
    """Profiles, on Solaris."""
    role: str | None = None
    """Roles, on Solaris."""
    authorization: str | None = None
    """Authorizations, on Solaris."""
    hidden: bool | None = None
    """Leave the user out of the login window, on macOS."""


class User(Module[Options]):
    """Create, change and remove users' accounts.

    The work is done by useradd, usermod and userdel; on machines that have none, as with busybox alone, the files in
    /etc are changed.
    """

    name = "user"

    @classmethod
    def gap(cls, options: Mapping[str, Any]) -> str | None:
        """Return the option that belongs to another system, if there is one."""
        found = next((name for name in _ELSEWHERE if options.get(name) is not None), None)
        return None if found is None else f"{found}, which is a matter of {_ELSEWHERE[found]}"

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Look at the account, and create, change or remove it."""
        del facts
        wanted = self.options
        account = Wanted.of(wanted)
        accounts = yield from looked(wanted.name, wanted.home or "", account.key_file)
        values: dict[str, Any] = {"name": wanted.name, "state": wanted.state}
        there = accounts.user(wanted.name) is not None
        if wanted.state == "absent":
            values |= {"force": wanted.force, "remove": wanted.remove}
            plan = removal_of(wanted.name, accounts, force=wanted.force, remove=wanted.remove) if there else Plan()
        else:
            values |= (
                {"append": wanted.append, "move_home": wanted.move_home} if there
                else {"create_home": wanted.create_home, "system": wanted.system}
            )
            plan = plan_of(account, accounts)
        if plan:
            failed = yield from _carried_out(plan, accounts)
            if failed is not None:
                return failed
            accounts = yield from looked(wanted.name, wanted.home or "", account.key_file)
        return Outcome({**values, **_described(account, accounts)}, changed=bool(plan))


def _carried_out(plan: Plan, accounts: Accounts) -> Steps:
    def edit() -> None:
        for each in plan.edits:
            each(accounts)

    yield from written(accounts, edit)
    return (yield from done(plan.calls, plan.stdin))


def _described(wanted: Wanted, accounts: Accounts) -> dict[str, Any]:
    """Return what a result says of an account that is there."""
    user = accounts.user(wanted.name)
    if user is None:
        return {}
    values: dict[str, Any] = {
        "uid": int(user[2]), "group": int(user[3]), "comment": user[4], "home": user[5], "shell": user[6],
        "groups": ",".join(wanted.groups or ()),
    }
    if accounts.key:
        home, fingerprint, public = (*accounts.key, "", "")[:3]
        values |= {"ssh_key_file": f"{home}/{wanted.key_file}" if wanted.key_file[0] != "/" else wanted.key_file}
        values |= {"ssh_fingerprint": fingerprint, "ssh_public_key": public}
    return values
