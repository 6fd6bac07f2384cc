"""An engine of the test's own that speaks TLS and wants to see a certificate."""

from __future__ import annotations

import asyncio
import datetime as dt
import ipaddress
import os
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import engines
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from docker.api.client import APIClient
from docker.tls import TLSConfig

from runner.communicators.docker.engine import engine
from runner.communicators.docker.line import connected
from runner.sdk import Command, Download, Failed, Sent, Upload


def write_certificates(directory: Path) -> None:
    """Write a certificate that is its own authority, for both sides, and its key."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "ingot-test")])
    now = dt.datetime.now(dt.UTC)
    certificate = (
        x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(hours=1)).not_valid_after(now + dt.timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    ).public_bytes(serialization.Encoding.PEM)
    (directory / "ca.pem").write_bytes(certificate)
    (directory / "cert.pem").write_bytes(certificate)
    (directory / "key.pem").write_bytes(key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    ))


@pytest.fixture(scope="module")
def sealed() -> Iterator[tuple[str, Path]]:
    """The address of an engine, and the directory of its certificates."""
    directory = Path(tempfile.mkdtemp(prefix="ingot-tests-"))
    write_certificates(directory)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    ca, cert, key = (str(directory / name) for name in ("ca.pem", "cert.pem", "key.pem"))

    def answers() -> None:
        try:
            client(f"tcp://127.0.0.1:{port}", directory).close()
        except Exception as error:
            raise engines.Missing from error

    without = pytest.MonkeyPatch()
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):  # they would count for more than the library's own argument
        without.delenv(name, raising=False)
    try:
        engines.start(
            directory, "--host", f"tcp://127.0.0.1:{port}", "--tlsverify", "--tlscacert", ca, "--tlscert", cert,
            "--tlskey", key, "--iptables=false", answers=answers,
        )
        yield f"tcp://127.0.0.1:{port}", directory
    except engines.Missing as missing:
        pytest.skip(str(missing))
    finally:
        without.undo()
        engines.stop(directory)


def client(address: str, directory: Path) -> APIClient:
    pair = (str(directory / "cert.pem"), str(directory / "key.pem"))
    tls = TLSConfig(client_cert=pair, ca_cert=str(directory / "ca.pem"), verify=True)
    return APIClient(base_url=address, tls=tls, timeout=300)


@pytest.fixture
def container(sealed: tuple[str, Path], monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    address, directory = sealed
    for name, value in (("HOST", address), ("TLS_VERIFY", "1"), ("CERT_PATH", str(directory))):
        monkeypatch.setenv(f"DOCKER_{name}", value)
    docker = client(address, directory)
    nothing = docker.create_host_config(network_mode="none")
    engines.import_busybox(docker, "ingot-tests/busybox:tls")
    made = docker.create_container(
        "ingot-tests/busybox:tls", stdin_open=True, entrypoint=["/bin/sh"], host_config=nothing
    )["Id"]
    docker.start(made)
    yield made
    docker.remove_container(made, force=True)
    docker.close()


def test_commands_and_files_go_through_tls(
    container: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "large").write_bytes(os.urandom(3_000_000))

    async def go() -> None:
        async with engine() as found, connected(found, container) as line:
            assert (await line.run(Command(("sh", "-c", "echo out; echo err >&2; exit 3")))).status == 3
            counted = await line.run(Command(("wc", "-c"), stdin=b"x" * 1_000_000))  # which waits for the end
            assert counted.stdout == "1000000\n"
            await line.upload(Upload("/there", (Sent(str(tmp_path / "large"), "large"),)))
            await line.download(Download("/there", ""), tmp_path / "back")
            with monkeypatch.context() as other:
                other.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "large"))
                assert await found.call(lambda client: client.version())

    asyncio.run(go())
    assert (tmp_path / "back" / "large").read_bytes() == (tmp_path / "large").read_bytes()


@pytest.mark.usefixtures("container")
def test_who_has_the_wrong_certificates_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_certificates(tmp_path)
    monkeypatch.setenv("DOCKER_CERT_PATH", str(tmp_path))

    async def go() -> None:
        async with engine() as found:
            await found.ask("GET", "/version")

    with pytest.raises(Failed, match=r"cannot be reached at tcp://.*certificate verify failed"):
        asyncio.run(go())
