"""The web server for a machine's installer, asked by a real client."""

from __future__ import annotations

import asyncio
import socket
import subprocess
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from boot_support import session

from runner.builders.shared.http import HttpServer
from runner.builders.shared.web import Web, http_gap, serving
from runner.sdk import Failed

Work = Callable[[Web], Awaitable[None]]


@pytest.fixture
def port() -> Iterator[int]:
    """A port that is free, with the one above it."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        yield one.getsockname()[1]


@pytest.fixture
def site(tmp_path: Path) -> Path:
    directory = tmp_path / "http"
    (directory / "sub").mkdir(parents=True)
    (directory / "answers").write_bytes(b"0123456789")
    (directory / "a b").write_bytes(b"spaced")
    (directory / "empty").write_bytes(b"")
    (directory / "sub" / "index.html").write_bytes(b"index")
    (tmp_path / "secret").write_bytes(b"secret")
    (directory / "out").symlink_to(tmp_path / "secret")
    (directory / "in").symlink_to("answers")
    return directory


def served(root: Path, work: Work, **options: Any) -> list[str]:
    """Serve while ``work`` goes on; return what was told."""
    told: list[str] = []
    values: dict[str, Any] = {"http_directory": "http", "http_port_min": 20000, "http_port_max": 29999} | options

    async def go() -> None:
        async with serving(session(root, told.append), HttpServer(**values), "127.0.0.1") as web:
            assert web is not None
            await work(web)

    asyncio.run(go())
    return told


async def curl(web: Web, path: str, *more: str) -> tuple[int, bytes]:
    """Return the status and the content of an answer."""
    process = await asyncio.create_subprocess_exec(
        "curl", "--silent", "--path-as-is", "--write-out", "%{stderr}%{http_code}", *more,
        f"http://{web.host}:{web.port}{path}", stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )
    out, status = await process.communicate()
    return int(status), out


ANSWERS: list[tuple[str, tuple[str, ...], int, bytes]] = [
    ("/answers", (), 200, b"0123456789"),
    ("/answers?x=1", (), 200, b"0123456789"),
    ("/a%20b", (), 200, b"spaced"),
    ("/empty", (), 200, b""),
    ("/in", (), 200, b"0123456789"),
    ("/sub/", (), 200, b"index"),
    ("/sub/../answers", (), 200, b"0123456789"),
    ("/answers", ("--range", "2-4"), 206, b"234"),
    ("/answers", ("--range", "7-"), 206, b"789"),
    ("/answers", ("--range", "-2"), 206, b"89"),
    ("/answers", ("--range", "8-99"), 206, b"89"),
    ("/answers", ("--range", "10-"), 416, b"Requested Range Not Satisfiable\n"),
    ("/answers", ("--http1.0",), 200, b"0123456789"),
    ("/nothing", (), 404, b"Not Found\n"),
    ("/", (), 404, b"Not Found\n"),
    ("/out", (), 404, b"Not Found\n"),
    ("/../secret", (), 404, b"Not Found\n"),
    ("/%2e%2e/secret", (), 404, b"Not Found\n"),
    ("/sub/../../secret", (), 404, b"Not Found\n"),
    ("/%00", (), 404, b"Not Found\n"),
    ("/answers", ("--data", "x"), 501, b"Not Implemented\n"),
]


def test_what_is_answered(site: Path, tmp_path: Path) -> None:
    async def work(web: Web) -> None:
        found = [(path, more, *await curl(web, path, *more)) for path, more, _, _ in ANSWERS]
        assert found == ANSWERS

    served(tmp_path, work)


def test_the_head_alone(site: Path, tmp_path: Path) -> None:
    async def work(web: Web) -> None:
        status, head = await curl(web, "/answers", "--head")
        assert status == 200
        assert b"Content-Length: 10\r\n" in head

    told = served(tmp_path, work)
    assert told == [
        told[0], "The machine asked for /answers: 200 OK, 10 bytes",
    ]
    assert told[0].startswith("Serving http at http://127.0.0.1:2")


def test_many_requests_on_one_connection_are_told_once_while_they_repeat(site: Path, tmp_path: Path) -> None:
    async def work(web: Web) -> None:
        reader, writer = await asyncio.open_connection(web.host, web.port)
        for _ in range(3):
            writer.write(b"GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n")
        writer.write(b"GET /answers HTTP/1.1\r\nConnection: close\r\n\r\n")
        assert (await reader.read()).count(b"HTTP/1.1 ") == 4
        writer.close()

    assert [line.split(", ")[0] for line in served(tmp_path, work)[1:]] == [
        "The machine asked for /nothing: 404 Not Found", "The machine asked for /answers: 200 OK",
    ]


def test_texts_that_are_on_no_disk(tmp_path: Path) -> None:
    async def work(web: Web) -> None:
        assert await curl(web, "/meta-data") == (200, b"")
        assert await curl(web, "/sub/user-data") == (200, "#cloud-config für uns\n".encode())
        assert (await curl(web, "/other"))[0] == 404

    content = {"/meta-data": "", "sub/user-data": "#cloud-config für uns\n"}
    assert "Serving http_content at" in served(tmp_path, work, http_directory=None, http_content=content)[0]


def test_a_large_file_and_a_machine_that_hangs_up(site: Path, tmp_path: Path) -> None:
    content = bytes(range(256)) * 20_000
    (site / "large").write_bytes(content)

    async def work(web: Web) -> None:
        reader, writer = await asyncio.open_connection(web.host, web.port)
        writer.write(b"GET /large HTTP/1.1\r\n\r\n")
        await reader.readexactly(1000)
        writer.transport.abort()
        for raw in (b"nonsense\r\n\r\n", b"GET\r\n\r\n", b"\xff\xfe\r\n\r\n", b"x" * 100_000):
            _, other = await asyncio.open_connection(web.host, web.port)
            other.write(raw)
            other.close()
        assert await curl(web, "/large") == (200, content)

    served(tmp_path, work)


def test_the_next_port_when_one_is_taken(site: Path, tmp_path: Path, port: int) -> None:
    async def work(web: Web) -> None:
        assert web.port == port + 1
        assert web.fields == {"HTTPIP": "127.0.0.1", "HTTPPort": port + 1}

    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        served(tmp_path, work, http_port_min=port, http_port_max=port + 1)
        with pytest.raises(Failed, match=f"no port from {port} to {port} is free"):
            served(tmp_path, work, http_port_min=port, http_port_max=port)


def test_two_builds_at_once(site: Path, tmp_path: Path) -> None:
    async def go() -> None:
        options = HttpServer(http_directory="http", http_port_min=20000, http_port_max=29999)
        async with (
            serving(session(tmp_path), options, "127.0.0.1") as one,
            serving(session(tmp_path), options, "127.0.0.1") as two,
        ):
            assert one
            assert two
            assert one.port != two.port
            both = await asyncio.gather(curl(one, "/answers"), curl(two, "/answers"))
            assert both[0] == both[1] == (200, b"0123456789")

    asyncio.run(go())


def test_the_server_is_gone_with_the_build(site: Path, tmp_path: Path) -> None:
    seen: list[Web] = []

    async def work(web: Web) -> None:
        seen.append(web)
        _, writer = await asyncio.open_connection(web.host, web.port)
        writer.write(b"GET /half")

    served(tmp_path, work)
    with pytest.raises(ConnectionRefusedError), socket.create_connection(seen[0]):
        pass


def test_an_address_of_an_interface(site: Path, tmp_path: Path) -> None:
    async def work(web: Web) -> None:
        assert web.host == "127.0.0.1"

    served(tmp_path, work, http_interface="lo")
    with pytest.raises(Failed, match="no address at nowhere0"):
        served(tmp_path, work, http_interface="nowhere0")


WRONG: list[tuple[dict[str, Any], str]] = [
    ({"http_directory": "nowhere"}, "there is no directory nowhere"),
    ({"http_bind_address": "192.0.2.1"}, "http_bind_address: 192.0.2.1 cannot be used"),
]


@pytest.mark.parametrize(("options", "message"), WRONG)
def test_what_cannot_be_served(site: Path, tmp_path: Path, options: dict[str, Any], message: str) -> None:
    async def work(_: Web) -> None:
        raise AssertionError("it serves")

    with pytest.raises(Failed, match=message):
        served(tmp_path, work, **options)


def test_nothing_to_serve_and_no_way_to() -> None:
    async def go() -> None:
        async with serving(session(Path("/tmp")), HttpServer(), "127.0.0.1") as web:
            assert web is None

    asyncio.run(go())
    assert http_gap({"http_network_protocol": "unix"}) == "http_network_protocol: unix, by which no machine fetches"
    assert http_gap({"http_network_protocol": "tcp4"}) is None
