"""The ``redhat_subscription`` module."""

from __future__ import annotations

import json
from collections.abc import Generator, Mapping
from dataclasses import fields
from typing import Any, Literal

from runner.modules.shared import Edited, Texts
from runner.modules.support.editing import opened, saved
from runner.modules.support.programs import ENGLISH, ran, tried
from runner.modules.support.subscriptions import PROGRAM, attach, available, consumed, detach
from runner.sdk import Answer, Ask, AtMostOne, Do, Failed, Module, Outcome, Requires, SecretStr, Verb, Work, options

_SYSPURPOSE = "/etc/rhsm/syspurpose/syspurpose.json"
_PURPOSES = ("usage", "role", "service_level_agreement", "addons")
_CONFIGURED = ("server_", "rhsm_")
"""What the options begin with that go into the program's configuration; the rest of a name is the key there."""
_IDENTITIES = ("username", "activationkey", "token")


@options()
class Syspurpose:
    """What a machine is for, as Red Hat asks it."""

    usage: str | None = None
    """Its usage, such as Production."""
    role: str | None = None
    """Its role, such as Red Hat Enterprise Linux Server."""
    service_level_agreement: str | None = None
    """Its level of support, such as Premium."""
    addons: Texts | None = None
    """Further products."""
    sync: bool = False
    """Tell Red Hat at once."""


@options(
    AtMostOne("activationkey", "username", "token"),
    AtMostOne("activationkey", "consumer_id"),
    AtMostOne("activationkey", "environment"),
    AtMostOne("activationkey", "auto_attach"),
    Requires("username", "password"),
    Requires("password", "username"),
    Requires("server_proxy_hostname", "server_proxy_port"),
    Requires("server_proxy_port", "server_proxy_hostname"),
    Requires("server_proxy_user", "server_proxy_password"),
    Requires("server_proxy_password", "server_proxy_user"),
)
class Options:
    """What ``redhat_subscription`` accepts."""

    state: Literal["present", "absent"] = "present"
    """Whether the machine is to be registered."""
    username: str | None = None
    """User name at Red Hat."""
    password: SecretStr | None = None
    """Password at Red Hat."""
    token: SecretStr | None = None
    """Token to register with, instead of user name and password."""
    activationkey: SecretStr | None = None
    """Key to register with."""
    org_id: str | None = None
    """Organization that the key belongs to."""
    environment: str | None = None
    """Environment in the organization."""
    auto_attach: bool | None = None
    """Attach fitting subscriptions."""
    pool_ids: list[Any] | None = None
    """Pools to take subscriptions from, each by its id or as id: quantity."""
    consumer_type: str | None = None
    """Kind of machine to register."""
    consumer_name: str | None = None
    """Name to register under; left out, the host name."""
    consumer_id: str | None = None
    """An earlier registration to go on with."""
    force_register: bool = False
    """Register even a machine that is registered."""
    release: str | None = None
    """Release of the distribution to stay with."""
    syspurpose: Syspurpose | None = None
    """What the machine is for."""
    server_hostname: str | None = None
    """Server to register with."""
    server_port: str | None = None
    """Port of that server."""
    server_prefix: str | None = None
    """Path on that server."""
    server_insecure: str | None = None
    """Whether to accept that server's certificate unseen."""
    server_proxy_hostname: str | None = None
    """Proxy on the way to that server."""
    server_proxy_port: str | None = None
    """Port of the proxy."""
    server_proxy_scheme: str | None = None
    """Scheme of the proxy's URL."""
    server_proxy_user: str | None = None
    """User name for the proxy."""
    server_proxy_password: SecretStr | None = None
    """Password for the proxy."""
    rhsm_baseurl: str | None = None
    """URL that packages come from."""
    rhsm_repo_ca_cert: str | None = None
    """File with the certificate authority's certificate for packages."""


class RedhatSubscription(Module[Options]):
    """Register the machine with Red Hat, or end its registration."""

    name = "redhat_subscription"

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """See whether the machine is registered, and register it or end that. Raises ``Failed``."""
        del facts
        wanted = self.options
        identity = yield from tried(Ask((PROGRAM, "identity"), environment=ENGLISH), PROGRAM)
        registered = identity.status == 0
        if wanted.state == "absent":
            if not registered:
                return Outcome({"msg": "System already unregistered."}, changed=False)
            yield from _run("unregister")
            return Outcome({"msg": f"System successfully unregistered from {wanted.server_hostname}."}, changed=True)
        pools = self._pools()
        registers = not registered or wanted.force_register
        if registers:
            self._refuse()
        purposed = yield from self._purposed()
        if registers:
            yield from self._register()
        if purposed and wanted.syspurpose is not None and wanted.syspurpose.sync:
            yield from _run("status")
        values: dict[str, Any] = {"syspurpose_changed": purposed} if wanted.syspurpose is not None else {}
        if registers:
            values["msg"] = f"System successfully registered to '{wanted.server_hostname}'."
        else:
            values["msg"] = "System already registered."
        moved = False if registers else (yield from self._released())
        if pools:
            changes = yield from self._subscribed(pools)
            values |= changes
            moved |= bool(changes["subscribed_pool_ids"] or changes["unsubscribed_serials"])
        else:
            values["subscribed_pool_ids"] = {}
        return Outcome(values, changed=registers or purposed or moved)

    def _refuse(self) -> None:
        """Refuse options with which nothing can be registered. Raises ``Failed``."""
        wanted = self.options
        if not any(getattr(wanted, name) for name in _IDENTITIES):
            raise Failed(f"state is present but any of the following are missing: {', '.join(_IDENTITIES)}")
        if wanted.activationkey and not wanted.org_id:
            raise Failed("org_id is required when using activationkey")

    def _pools(self) -> dict[str, int | None]:
        """Return the pools that are wanted, each with the number of its subscriptions if one is given."""
        pools: dict[str, int | None] = {}
        for each in self.options.pool_ids or ():
            if not isinstance(each, Mapping):
                pools[str(each)] = None
                continue
            for pool, quantity in each.items():
                if not str(quantity).isdecimal():
                    raise Failed(f"pool_ids: {quantity!r} is not how many subscriptions of {pool} there can be")
                pools[str(pool)] = int(quantity)
        return pools

    def _register(self) -> Generator[Verb, Any, None]:
        """Tell the program its settings, and have it register the machine. Raises ``Failed``."""
        wanted = self.options
        settings = []
        for each in fields(Options):
            value = getattr(wanted, each.name)
            if each.name.startswith(_CONFIGURED) and value is not None:
                section, _, key = each.name.partition("_")
                settings.append(f"--{section}.{key}={value}")
        if settings:
            yield from _run("config", *settings)
        given = {
            "--org": wanted.org_id, "--activationkey": wanted.activationkey, "--token": wanted.token,
            "--username": wanted.username, "--password": wanted.password, "--type": wanted.consumer_type,
            "--name": wanted.consumer_name, "--consumerid": wanted.consumer_id, "--environment": wanted.environment,
            "--release": wanted.release,
        }
        words = ["--force"] if wanted.force_register else []
        words += ["--auto-attach"] if wanted.auto_attach else []
        yield from _run("register", *words, *(word for flag, value in given.items() if value for word in (flag, value)))

    def _released(self) -> Generator[Verb, Any, bool]:
        """Have a registered machine stay with the release; return whether it was told so. Raises ``Failed``."""
        release = self.options.release
        if release is None:
            return False
        shown = yield from tried(Ask((PROGRAM, "release", "--show"), environment=ENGLISH), PROGRAM)
        if shown.stdout.strip() == f"Release: {release}":
            return False
        yield from _run("release", f"--set={release}")
        return True

    def _purposed(self) -> Generator[Verb, Any, bool]:
        """Write down what the machine is for; return whether that is another purpose. Raises ``Failed``."""
        wanted = self.options.syspurpose
        if wanted is None:
            return False
        found, former = yield from opened(_SYSPURPOSE, Edited())
        try:
            told = json.loads(former or b"{}")
        except ValueError as error:
            raise Failed(f"Failed to update syspurpose attributes: {_SYSPURPOSE} is no JSON: {error}") from None
        new = {name: getattr(wanted, name) for name in _PURPOSES if getattr(wanted, name) is not None}
        purpose = {**{name: value for name, value in told.items() if name not in _PURPOSES}, **new}
        if purpose == told:
            return False
        content = f"{json.dumps(purpose, indent=2, sort_keys=True, ensure_ascii=False)}\n".encode()
        yield from saved(found, former, content, Edited(), "")
        return True

    def _subscribed(self, pools: Mapping[str, int | None]) -> Generator[Verb, Any, dict[str, Any]]:
        """Have subscriptions of these pools and of no others; return what was changed. Raises ``Failed``."""
        there = yield from consumed()
        right = {each.pool for each in there if each.pool in pools and pools[each.pool] in (None, each.quantity)}
        going = [each.serial for each in there if each.pool not in right]
        coming = {pool: quantity for pool, quantity in pools.items() if pool not in right}
        if coming:
            offered = yield from available()
            held = {each.pool for each in there}
            for pool in coming:
                if pool not in offered and pool not in held:
                    raise Failed(f"Pool ID: {pool} not in list of available pools")
        if going:
            yield from detach(going)
        for pool, quantity in coming.items():
            yield from attach(pool, quantity)
        told = {pool: quantity or 1 for pool, quantity in coming.items()}
        return {"subscribed_pool_ids": told, "unsubscribed_serials": going}


def _run(*words: str) -> Generator[Verb, Any, Answer]:
    """Have the program do something. Raises ``Failed`` with what it says."""
    return (yield from ran(Do((PROGRAM, *words), environment=ENGLISH), PROGRAM))
