"""Waiting for a greeting, by connections that are given up for new ones."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from ssh_servers import free_port

from runner.communicators.ssh.probe import greeted

GREETING = b"a word before\r\nSSH-2.0-test\r\n"
Answer = Callable[[int, asyncio.StreamWriter], Awaitable[None]]


def asked(answer: Answer, *, late: float = 0.0) -> int:
    """Wait for a server whose connections are answered so, and that is there late; return how many there were.

    The one that is greeted has the greeting still to be read.
    """
    port, count = free_port(), 0

    async def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal count
        count += 1
        try:
            await answer(count, writer)
            await reader.read()
        except ConnectionError:
            pass
        finally:
            writer.close()

    async def go() -> None:
        waiting = asyncio.create_task(greeted("127.0.0.1", port))
        await asyncio.sleep(late)
        async with await asyncio.start_server(connected, "127.0.0.1", port):
            async with asyncio.timeout(60):
                with await waiting as line:
                    assert await asyncio.get_running_loop().sock_recv(line, 100) == GREETING

    asyncio.run(go())
    return count


async def greet(_number: int, writer: asyncio.StreamWriter) -> None:
    writer.write(GREETING)
    await writer.drain()


def test_a_server_that_greets() -> None:
    assert asked(greet) == 1


def test_a_port_at_which_nobody_listens_yet() -> None:
    assert asked(greet, late=0.5) >= 1


def test_a_connection_that_nobody_answers_is_given_up_for_another() -> None:
    async def first_in_vain(number: int, writer: asyncio.StreamWriter) -> None:
        if number > 2:
            await greet(number, writer)

    assert asked(first_in_vain) >= 3


def test_what_is_ended_at_once_is_tried_again() -> None:
    async def ended(number: int, writer: asyncio.StreamWriter) -> None:
        if number > 3:
            await greet(number, writer)
        else:
            writer.close()

    assert asked(ended) >= 4


def test_a_server_that_is_slow_is_not_asked_in_vain_for_ever() -> None:
    async def slow(number: int, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(1.5)
        await greet(number, writer)

    assert asked(slow) > 1
