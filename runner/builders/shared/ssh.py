"""The options of SSH as the communicator wants them, and what expressions see of them."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from runner.builders.shared.communicator import Ssh
from runner.communicators.ssh.settings import Checking, Login, Proxy, Server, Settings, Trust, Tunnel
from runner.sdk import Failed, Session
from runner.sdk.durations import seconds_of

_OF_MADE_KEYS = (
    "ssh_keypair_name", "temporary_key_pair_name", "temporary_key_pair_type", "temporary_key_pair_bits",
    "ssh_clear_authorized_keys",
)
"""Options about keys that a builder makes for its machine."""


def keys_gap(options: Mapping[str, Any]) -> str | None:
    """Return which option makes no sense for a builder that puts no key on its machine."""
    return next((name for name in _OF_MADE_KEYS if options.get(name) not in (None, False)), None)


def settings_of(
    options: Ssh, session: Session, *, host: str | None = None, port: int | None = None, key: str | None = None,
    made: bool = False, host_keys: tuple[str, ...] = (),
) -> Settings:
    """Return how to reach a machine. Raises ``Failed`` when something that is needed is missing.

    ``host`` and ``port`` are where the builder has found it, ``key`` the private key that it has made for it. ``made``
    says that the machine was made for this build, ``host_keys`` by which keys it is known.
    """
    where = host or options.ssh_host
    if where is None:
        raise Failed("ssh_host is missing", "name the address of the machine")
    login = _login(options, session, key)
    expected = host_keys if host_keys and not options.ssh_host_keys else tuple(options.ssh_host_keys or ())
    known = (_path(options.ssh_known_hosts_file, session),) if options.ssh_known_hosts_file else ()
    alive = options.ssh_keep_alive_interval
    return Settings(
        server=Server(where, port or options.ssh_port, login),
        trust=Trust(_checking(options, made=made), known, expected),
        bastion=_bastion(options, session),
        proxy=None if options.ssh_proxy_host is None else Proxy(
            options.ssh_proxy_host, options.ssh_proxy_port, options.ssh_proxy_username, options.ssh_proxy_password
        ),
        ciphers=tuple(options.ssh_ciphers or ()),
        key_exchange=tuple(options.ssh_key_exchange_algorithms or ()),
        pty=options.ssh_pty,
        timeout=seconds_of(options.ssh_wait_timeout or options.ssh_timeout),
        handshake_attempts=options.ssh_handshake_attempts,
        keep_alive=0 if alive.startswith("-") else seconds_of(alive),
        silence=seconds_of(options.ssh_read_write_timeout) if options.ssh_read_write_timeout else None,
        sftp=options.ssh_file_transfer_method == "sftp",
        forward_agent=not options.ssh_disable_agent_forwarding,
        remote_tunnels=_tunnels("ssh_remote_tunnels", options.ssh_remote_tunnels),
        local_tunnels=_tunnels("ssh_local_tunnels", options.ssh_local_tunnels),
    )


def about(options: Ssh, settings: Settings) -> Mapping[str, Any]:
    """Return what expressions see of the machine as ``build``, by Packer's names."""
    server = settings.server
    return {
        "ConnType": "ssh", "Host": server.host, "Port": server.port, "User": server.login.user,
        "Password": options.ssh_password or "", "SSHPublicKey": options.ssh_public_key or "",
        "SSHPrivateKey": server.login.key or "", "SSHPrivateKeyFile": options.ssh_private_key_file or "",
        "SSHAgentAuth": options.ssh_agent_auth,
    }


def _login(options: Ssh, session: Session, key: str | None) -> Login:
    if options.ssh_username is None:
        raise Failed("ssh_username is missing", "name the user to log in as")
    login = Login(
        options.ssh_username, options.ssh_password, key or options.ssh_private_key,
        _path(options.ssh_private_key_file, session) if options.ssh_private_key_file else None,
        _path(options.ssh_certificate_file, session) if options.ssh_certificate_file else None,
        agent=options.ssh_agent_auth,
    )
    if not (login.password or login.key or login.key_file or login.agent):
        raise Failed(
            f"there is nothing to log in with as {login.user}",
            "set one of ssh_private_key_file, ssh_private_key, ssh_password and ssh_agent_auth",
        )
    return login


def _bastion(options: Ssh, session: Session) -> Server | None:
    if options.ssh_bastion_host is None:
        return None
    if options.ssh_bastion_username is None:
        raise Failed("ssh_bastion_username is missing", "name the user to log in as on the jump host")
    if options.ssh_bastion_interactive and session.ask is None:
        raise Failed("the jump host asks questions, and nobody is there to answer", "run ingot at a terminal")
    file, certificate = options.ssh_bastion_private_key_file, options.ssh_bastion_certificate_file
    login = Login(
        options.ssh_bastion_username, options.ssh_bastion_password, None,
        _path(file, session) if file else None, _path(certificate, session) if certificate else None,
        agent=options.ssh_bastion_agent_auth, ask=session.ask if options.ssh_bastion_interactive else None,
    )
    if not (login.password or login.key_file or login.agent or login.ask):
        raise Failed(
            "there is nothing to log in with on the jump host",
            "set one of ssh_bastion_private_key_file, ssh_bastion_password, ssh_bastion_agent_auth and "
            "ssh_bastion_interactive",
        )
    return Server(options.ssh_bastion_host, options.ssh_bastion_port, login)


def _checking(options: Ssh, *, made: bool) -> Checking:
    match options.ssh_strict_host_key_checking:
        case None:
            return "first" if made else "yes"
        case "accept-new":
            return "accept-new"
        case True | "yes":
            return "yes"
        case _:
            return "no"


def _path(text: str, session: Session) -> Path:
    return session.root / os.path.expanduser(text)  # noqa: PTH111 - of a text that may be relative to another place


def _tunnels(option: str, texts: list[str] | None) -> tuple[Tunnel, ...]:
    return tuple(_tunnel(option, text) for text in texts or ())


def _tunnel(option: str, text: str) -> Tunnel:
    """Read ``PORT:HOST:PORT``, where the host may be an IPv6 address in brackets. Raises ``Failed``."""
    port, _, rest = text.partition(":")
    host, _, to_port = rest.rpartition(":")
    if not (port.isdecimal() and to_port.isdecimal() and host):
        raise Failed(f"{option}: {text!r} is not of the form PORT:HOST:PORT", "such as 8080:localhost:80")
    return Tunnel(int(port), host.strip("[]"), int(to_port))
