"""Whether a server is the one that it should be."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from ssh_servers import Sshd, Start, hello, key_at, known, running, sh, through

from runner.communicators.ssh.settings import Checking, Trust
from runner.sdk import Communicator, Failed


def fingerprint(server: Sshd) -> str:
    told = subprocess.run(["ssh-keygen", "-lf", str(server.here / "host.pub")], capture_output=True, check=True)
    return told.stdout.decode().split()[1]


def name(server: Sshd) -> str:
    return f"[127.0.0.1]:{server.port}"


@pytest.fixture
def other(tmp_path: Path) -> str:
    """The public key of another machine."""
    key_at(tmp_path / "other", "-t", "ecdsa")
    return (tmp_path / "other.pub").read_text().strip()


def test_a_known_key_is_accepted(sshd: Sshd, tmp_path: Path, other: str) -> None:
    theirs = sshd.host_key
    for at, lines in enumerate((
        (f"{name(sshd)} {theirs}",), (f"127.0.0.1 {theirs}",), (f"*,!example.org {theirs}",),
        (f"{name(sshd)} {other}", f"{name(sshd)} {theirs}"), (f"127.0.0.1 {other}", f"{name(sshd)} {theirs}"),
    )):
        file = known(tmp_path / f"known-{at}", *lines)
        assert hello(sshd.settings(trust=Trust("yes", (file,)))) == "hello"


def test_a_known_host_may_be_written_as_a_hash(sshd: Sshd, tmp_path: Path) -> None:
    file = known(tmp_path / "known", f"{name(sshd)} {sshd.host_key}")
    subprocess.run(["ssh-keygen", "-q", "-H", "-f", str(file)], check=True, capture_output=True)
    assert "127.0.0.1" not in file.read_text()
    assert hello(sshd.settings(trust=Trust("yes", (file,)))) == "hello"


def test_the_files_of_the_user_are_read(sshd: Sshd, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", str(tmp_path))
    with pytest.raises(Failed, match="is not known"):
        hello(sshd.settings(trust=Trust()))
    known(tmp_path / ".ssh" / "known_hosts", f"{name(sshd)} {sshd.host_key}")
    assert hello(sshd.settings(trust=Trust())) == "hello"


def test_an_unknown_key_is_refused_and_the_way_out_is_told(sshd: Sshd, tmp_path: Path, other: str) -> None:
    for file in (tmp_path / "none", known(tmp_path / "known", f"example.org {sshd.host_key}", f"127.0.0.1 {other}")):
        with pytest.raises(Failed, match="is not known") as failed:
            hello(sshd.settings(trust=Trust("yes", (file,))))
        assert fingerprint(sshd) in str(failed.value)
        assert "accept-new" in str(failed.value.hint)


@pytest.mark.parametrize("checking", ["yes", "accept-new"])
def test_a_changed_key_is_refused(sshd: Sshd, tmp_path: Path, other: str, checking: Checking) -> None:
    file = known(tmp_path / "known", f"{name(sshd)} {other}")
    with pytest.raises(Failed, match="has changed") as failed:
        hello(sshd.settings(trust=Trust(checking, (file,))))
    assert fingerprint(sshd) in str(failed.value)
    assert f"ssh-keygen -R '{name(sshd)}' -f {file}" in str(failed.value.hint)
    assert file.read_text() == f"{name(sshd)} {other}\n"


def test_a_new_key_is_added_if_that_is_wanted(sshd: Sshd, tmp_path: Path) -> None:
    file = tmp_path / "inner" / "known"
    assert hello(sshd.settings(trust=Trust("accept-new", (file,)))) == "hello"
    assert [line.split()[:3] for line in file.read_text().splitlines()] == [[name(sshd), *sshd.host_key.split()[:2]]]
    assert hello(sshd.settings(trust=Trust("yes", (file,)))) == "hello"


def test_a_new_key_gets_a_line_of_its_own(sshd: Sshd, tmp_path: Path, other: str) -> None:
    file = tmp_path / "known"
    file.write_text(f"example.org {other}")
    assert hello(sshd.settings(trust=Trust("accept-new", (file,)))) == "hello"
    assert hello(sshd.settings(trust=Trust("accept-new", (file,)))) == "hello"
    assert len(file.read_text().splitlines()) == 2


def test_a_file_of_known_hosts_that_cannot_be_used(sshd: Sshd, tmp_path: Path) -> None:
    with pytest.raises(Failed, match="cannot be read"):
        hello(sshd.settings(trust=Trust("yes", (tmp_path,))))


def test_any_key_is_accepted_if_that_is_wanted(sshd: Sshd, tmp_path: Path, other: str) -> None:
    file = known(tmp_path / "known", f"{name(sshd)} {other}")
    assert hello(sshd.settings(trust=Trust("no", (file,)))) == "hello"


def test_keys_may_be_expected(sshd: Sshd, other: str) -> None:
    for expected in ((sshd.host_key,), (fingerprint(sshd),), (other, fingerprint(sshd))):
        assert hello(sshd.settings(trust=Trust(expected=expected))) == "hello"
    with pytest.raises(Failed, match="none of those that were expected") as failed:
        hello(sshd.settings(trust=Trust(expected=(other,))))
    assert fingerprint(sshd) in str(failed.value)


def test_the_first_key_of_a_new_machine_counts_until_the_end(start_sshd: Start, tmp_path: Path) -> None:
    server = start_sshd()

    async def go(line: Communicator) -> list[str]:
        server.cut()
        server.process.terminate()
        server.process.wait()
        (tmp_path / "impostor").mkdir()
        with running(tmp_path / "impostor", port=server.port) as impostor:
            (impostor.here / "authorized_keys").write_text((server.here / "user.pub").read_text())
            return [await refused(line), await refused(line)]  # the first time, the connection may only be lost

    assert hello(server.settings(trust=Trust("first"))) == "hello"
    assert "has changed" in through(server.settings(trust=Trust("first")), go)[1]


async def refused(line: Communicator) -> str:
    with pytest.raises(Failed) as failed:
        await line.run(sh("echo never"))
    return str(failed.value)


def test_authorities_and_revoked_keys_are_heeded(start_sshd: Start, tmp_path: Path) -> None:
    key_at(tmp_path / "ca")
    authority = (tmp_path / "ca.pub").read_text().strip()
    server = start_sshd("HostCertificate {here}/host-cert.pub", authority=tmp_path / "ca")
    trusted = known(tmp_path / "trusted", f"@cert-authority {name(server)} {authority}")
    assert hello(server.settings(trust=Trust("yes", (trusted,)))) == "hello"
    with pytest.raises(Failed, match="is not known"):
        hello(server.settings(trust=Trust("yes", (tmp_path / "none",))))
    revoked = known(tmp_path / "revoked", f"@revoked {name(server)} {server.host_key}")
    with pytest.raises(Failed, match="revoked"):
        hello(server.settings(trust=Trust("yes", (revoked,))))
