"""What the options of SSH mean to the communicator, and what expressions see of them."""

from __future__ import annotations

from pathlib import Path
from typing import Any, cast

import pytest

from runner.builders.null import Null, Options
from runner.builders.shared.ssh import about, settings_of
from runner.communicators.ssh.settings import Login, Proxy, Server, Settings, Trust, Tunnel
from runner.sdk import Failed, Session


@pytest.mark.parametrize(("options", "gap"), [
    ({"communicator": "winrm"}, "communicator 'winrm'"),
    ({"ssh_clear_authorized_keys": True}, "ssh_clear_authorized_keys, for it makes no machine and no key"),
    ({"temporary_key_pair_type": "rsa"}, "temporary_key_pair_type, for it makes no machine and no key"),
    ({"ssh_clear_authorized_keys": False}, None),
    ({"communicator": "none", "ssh_clear_authorized_keys": True}, None),
])
def test_what_makes_no_sense_is_refused(options: dict[str, Any], gap: str | None) -> None:
    assert Null.gap(options) == gap


def settings(*, made: bool = False, **options: Any) -> Settings:
    session = cast(Session, Somewhere())
    return settings_of(Options(**{"ssh_host": "there", "ssh_username": "me", **options}), session, made=made)


class Somewhere:
    """As much of a session as matters here."""

    root = Path("/playbook")
    ask = None


ME = Login("me", "secret")


@pytest.mark.parametrize(("options", "expected"), [
    ({}, {}),
    ({"ssh_port": 2222}, {"server": Server("there", 2222, ME)}),
    ({"ssh_private_key": "KEY"}, {"server": Server("there", 22, Login("me", "secret", "KEY"))}),
    ({"ssh_private_key_file": "keys/id", "ssh_certificate_file": "/etc/id-cert.pub"}, {
        "server": Server(
            "there", 22, Login("me", "secret", None, Path("/playbook/keys/id"), Path("/etc/id-cert.pub"))
        ),
    }),
    ({"ssh_agent_auth": True}, {"server": Server("there", 22, Login("me", "secret", agent=True))}),
    ({"ssh_ciphers": ["a"], "ssh_key_exchange_algorithms": ["b"]}, {"ciphers": ("a",), "key_exchange": ("b",)}),
    ({"ssh_pty": True}, {"pty": True}),
    ({"ssh_file_transfer_method": "sftp"}, {"sftp": True}),
    ({"ssh_file_transfer_method": "scp"}, {}),
    ({"ssh_timeout": "1m30s"}, {"timeout": 90}),
    ({"ssh_wait_timeout": "7s"}, {"timeout": 7}),
    ({"ssh_handshake_attempts": 3}, {"handshake_attempts": 3}),
    ({"ssh_keep_alive_interval": "1m"}, {"keep_alive": 60}),
    ({"ssh_keep_alive_interval": "-1s"}, {"keep_alive": 0}),
    ({"ssh_read_write_timeout": "2m"}, {"silence": 120}),
    ({"ssh_disable_agent_forwarding": True}, {"forward_agent": False}),
    ({"ssh_strict_host_key_checking": False}, {"trust": Trust("no")}),
    ({"ssh_strict_host_key_checking": "no"}, {"trust": Trust("no")}),
    ({"ssh_strict_host_key_checking": "accept-new"}, {"trust": Trust("accept-new")}),
    ({"ssh_known_hosts_file": "known"}, {"trust": Trust("yes", (Path("/playbook/known"),))}),
    ({"ssh_host_keys": ["SHA256:x"]}, {"trust": Trust("yes", (), ("SHA256:x",))}),
    ({"made": True}, {"trust": Trust("first")}),
    ({"made": True, "ssh_strict_host_key_checking": True}, {"trust": Trust("yes")}),
    ({"ssh_proxy_host": "p", "ssh_proxy_username": "u", "ssh_proxy_password": "w"}, {
        "proxy": Proxy("p", 1080, "u", "w"),
    }),
    ({"ssh_bastion_host": "b", "ssh_bastion_username": "u", "ssh_bastion_private_key_file": "id"}, {
        "bastion": Server("b", 22, Login("u", key_file=Path("/playbook/id"))),
    }),
    ({"ssh_bastion_host": "b", "ssh_bastion_port": 23, "ssh_bastion_username": "u", "ssh_bastion_agent_auth": True}, {
        "bastion": Server("b", 23, Login("u", agent=True)),
    }),
    ({"ssh_remote_tunnels": ["8080:localhost:80"]}, {"remote_tunnels": (Tunnel(8080, "localhost", 80),)}),
    ({"ssh_local_tunnels": ["1:[::1]:2", "3:h:4"]}, {"local_tunnels": (Tunnel(1, "::1", 2), Tunnel(3, "h", 4))}),
])
def test_every_option_reaches_the_communicator(options: dict[str, Any], expected: dict[str, Any]) -> None:
    usual = {"server": Server("there", 22, ME), "trust": Trust("yes")}
    assert settings(ssh_password="secret", **options) == Settings(**{**usual, **expected})


def test_the_home_directory_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/me")
    assert settings(ssh_private_key_file="~/id").server.login.key_file == Path("/home/me/id")


@pytest.mark.parametrize(("options", "message"), [
    ({"ssh_host": None}, "ssh_host is missing"),
    ({"ssh_username": None}, "ssh_username is missing"),
    ({"ssh_password": None}, "nothing to log in with as me"),
    ({"ssh_bastion_host": "b"}, "ssh_bastion_username is missing"),
    ({"ssh_bastion_host": "b", "ssh_bastion_username": "u"}, "nothing to log in with on the jump host"),
    ({"ssh_bastion_host": "b", "ssh_bastion_username": "u", "ssh_bastion_interactive": True}, "nobody is there"),
    ({"ssh_remote_tunnels": ["80"]}, "ssh_remote_tunnels: '80' is not of the form PORT:HOST:PORT"),
    ({"ssh_local_tunnels": ["80:host"]}, "is not of the form"),
])
def test_what_is_missing_is_named(options: dict[str, Any], message: str) -> None:
    with pytest.raises(Failed, match=message):
        settings(**{"ssh_password": "secret", **options})


def test_expressions_see_what_packer_tells() -> None:
    found = settings(ssh_private_key_file="id", ssh_agent_auth=True)
    told = about(Options(ssh_private_key_file="id", ssh_agent_auth=True, ssh_public_key="ssh-rsa A"), found)
    assert told == {
        "ConnType": "ssh", "Host": "there", "Port": 22, "User": "me", "Password": "", "SSHPublicKey": "ssh-rsa A",
        "SSHPrivateKey": "", "SSHPrivateKeyFile": "id", "SSHAgentAuth": True,
    }


