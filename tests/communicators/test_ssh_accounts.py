"""A real SSH server in a container, with accounts, passwords, PAM and sudo: who gets in, and who becomes root."""

from __future__ import annotations

import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple, cast

import pytest
from docker.api.client import APIClient
from ssh_servers import SSHD, hello, key_at, sh, through

from runner.builders.null import Options
from runner.builders.shared.ssh import settings_of
from runner.communicators.ssh.settings import Settings
from runner.sdk import Become, Communicator, Failed, Session
from runner.sdk.unix_crypt import sha512_crypt

_START = """
mkdir -p /run/sshd /etc/pam.d /etc/ssh /tmp/keys
for name in typing password keyed sshd; do
  n=$((n + 1)); echo "$name:x:$((1000 + n)):$((1000 + n))::/tmp:/bin/sh"
done >>/etc/passwd
for name in typing password keyed; do echo "$name:"'{hash}:19000:0:99999:7:::'; done >/etc/shadow
echo 'root:*:19000:0:99999:7:::' >>/etc/shadow
for name in sshd sudo; do
  echo 'auth required pam_unix.so'; echo 'account required pam_unix.so'; echo 'session required pam_permit.so'
done >/etc/pam.d/sshd
cp /etc/pam.d/sshd /etc/pam.d/sudo
echo 'root ALL=(ALL) ALL
password ALL=(ALL) ALL
keyed ALL=(ALL) NOPASSWD: ALL' >/etc/sudoers
chmod 440 /etc/sudoers
cp /keys/* /tmp/keys && chown -R 0:0 /tmp/keys && chmod 600 /tmp/keys/host
echo 'HostKey /tmp/keys/host
AuthorizedKeysFile /tmp/keys/user.pub
TrustedUserCAKeys /tmp/keys/ca.pub
StrictModes no
UsePAM yes
MaxStartups 100
Match User typing
  AuthenticationMethods keyboard-interactive
Match User password
  AuthenticationMethods password
Match User keyed
  AuthenticationMethods publickey' >/tmp/config
exec {sshd} -D -e -f /tmp/config -p 22
"""
_HERE = [each for each in ("/usr", "/lib", "/lib64") if Path(each).is_dir()]


class Place(NamedTuple):
    """Where the server is, and where the keys are on this computer."""

    host: str
    keys: Path

    @property
    def host_key(self) -> str:
        return (self.keys / "host.pub").read_text().strip()


@pytest.fixture(scope="session")
def place(
    has_sshd: None, docker: APIClient, busybox: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Place]:
    keys = tmp_path_factory.mktemp("keys")
    for name in ("host", "user", "ca", "signed"):
        key_at(keys / name)
    sign = ["ssh-keygen", "-q", "-s", str(keys / "ca"), "-I", "test", "-n", "keyed", str(keys / "signed.pub")]
    subprocess.run(sign, check=True)
    script = _START.format(sshd=SSHD, hash=sha512_crypt(b"secret", "salt", 5000))
    binds = [*(f"{each}:{each}:ro" for each in _HERE), f"{keys}:/keys:ro"]
    config = docker.create_host_config(binds=binds)
    made = docker.create_container(busybox, ["/bin/sh", "-c", script], host_config=config)["Id"]
    try:
        docker.start(made)
        networks = docker.inspect_container(made)["NetworkSettings"]["Networks"].values()
        found = Place(next(each["IPAddress"] for each in networks), keys)
        while b"Server listening" not in docker.logs(made):
            assert docker.inspect_container(made)["State"]["Running"], docker.logs(made)
            time.sleep(0.05)
        yield found
    finally:
        docker.remove_container(made, force=True)


class Somebody:
    """As much of a session as matters here: somebody sits at the terminal, who knows the password."""

    root = Path("/")

    async def ask(self, question: str, echo: bool) -> str:  # noqa: FBT001 - as the sdk has it
        assert "assword" in question
        assert not echo
        return "secret"


def settings(place: Place, **options: Any) -> Settings:
    usual = {
        "ssh_host": place.host, "ssh_host_keys": [place.host_key], "ssh_timeout": "20s", "ssh_handshake_attempts": 1,
        "ssh_disable_agent_forwarding": True,
    }
    return settings_of(Options(**{**usual, **options}), cast(Session, Somebody()))


WAYS: dict[str, dict[str, Any]] = {
    "password": {"username": "password", "password": "secret"},
    "keyboard-interactive": {"username": "typing", "password": "secret"},
    "key": {"username": "keyed", "private_key_file": "user"},
    "certificate": {"username": "keyed", "private_key_file": "signed", "certificate_file": "signed-cert.pub"},
    "agent": {"username": "keyed", "agent_auth": True},
    "interactive": {"username": "typing", "interactive": True},
}
"""How somebody gets in, by the ends of the names of options."""


def options(place: Place, way: str, before: str) -> dict[str, Any]:
    """Return the options of a way, whose names begin with ``before``."""
    return {
        f"{before}{name}": str(place.keys / value) if name.endswith("file") else value
        for name, value in WAYS[way].items()
    }


@pytest.mark.parametrize("way", [each for each in WAYS if each != "interactive"])
def test_ways_in(place: Place, agent: Callable[[Path], None], way: str) -> None:
    agent(place.keys / "user")
    assert hello(settings(place, **options(place, way, "ssh_"))) == "hello"


@pytest.mark.parametrize("way", [each for each in WAYS if each != "keyboard-interactive"])
def test_ways_through_a_jump_host(
    place: Place, agent: Callable[[Path], None], tmp_path: Path, way: str
) -> None:
    agent(place.keys / "user")
    (tmp_path / "known").write_text(f"{place.host},127.0.0.1 {place.host_key}\n")
    bastion = {"ssh_bastion_host": place.host, **options(place, way, "ssh_bastion_")}
    inner = {"ssh_host": "127.0.0.1", "ssh_known_hosts_file": str(tmp_path / "known"), "ssh_host_keys": None}
    assert hello(settings(place, **inner, **bastion, **options(place, "key", "ssh_"))) == "hello"


@pytest.mark.parametrize("user", ["password", "typing"])
def test_a_wrong_password(place: Place, user: str) -> None:
    with pytest.raises(Failed, match=f"refuses to let {user} log in"):
        hello(settings(place, ssh_username=user, ssh_password="wrong"))


@pytest.mark.parametrize("pty", [False, True])
@pytest.mark.parametrize(("way", "password", "status"), [
    ("key", None, 0), ("password", "secret", 0), ("password", None, 1), ("password", "wrong", 1),
])
def test_sudo_with_and_without_a_password(
    place: Place, way: str, password: str | None, status: int, pty: bool  # noqa: FBT001 - a table's column
) -> None:
    async def go(line: Communicator) -> None:
        answer = await line.run(sh("id -un; cat", stdin="given"), None, Become("root", password=password))
        assert answer.status == status, answer.stderr
        assert answer.stdout == ("root\ngiven" if status == 0 else "")
        assert (await line.run(sh("id -un"))).stdout.strip() == WAYS[way]["username"]

    through(settings(place, ssh_pty=pty, **options(place, way, "ssh_")), go)
