"""The ``redhat_subscription`` module."""

from __future__ import annotations

from typing import Any, Literal

from runner.modules.shared import Texts
from runner.sdk import AtMostOne, Module, Requires, SecretStr, options


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
