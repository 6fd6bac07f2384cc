"""Keys that reach a real machine: a boot sector sends what the BIOS gives it to the serial line."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import subprocess
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from boot_support import session

from runner.builders.shared.boot import VncBoot
from runner.builders.shared.group import group
from runner.builders.shared.keyboard import Keyboard, typed
from runner.builders.shared.qcodes import Qmp, qcode
from runner.builders.shared.rfb import answer, keysym, vnc
from runner.sdk import Failed
from runner.sdk.keys import KEYS


@group()
class QemuBoot(VncBoot):
    """What ``qemu`` adds."""

    boot_steps: list[list[str]] | None = None


ECHO = bytes.fromhex(
    "b021 baf803 ee"  # mov al,'!'; mov dx,0x3f8; out dx,al: the machine is ready
    "b410 cd16"  # mov ah,0x10; int 0x16: wait for a key
    "baf803 ee 88e0 ee"  # mov dx,0x3f8; out dx,al; mov al,ah; out dx,al: its character and its scan code
    "ebf3"  # and the next one
)


class Machine(NamedTuple):
    """A machine that waits for keys."""

    serial: asyncio.StreamReader
    screen: Path
    control: Path

    async def heard(self, count: int) -> list[tuple[int, int]]:
        """Return characters and scan codes of so many keys."""
        async with asyncio.timeout(60):
            data = await self.serial.readexactly(2 * count)
        return list(zip(data[0::2], data[1::2], strict=True))


@asynccontextmanager
async def machine(directory: Path, screen: str = "") -> AsyncIterator[Machine]:
    if shutil.which("qemu-system-x86_64") is None:
        pytest.skip("there is no QEMU here")
    disk = directory / "disk.img"
    disk.write_bytes((ECHO.ljust(510, b"\0") + b"\x55\xaa").ljust(1 << 20, b"\0"))
    process = await asyncio.create_subprocess_exec(
        "qemu-system-x86_64", "-accel", "tcg", "-m", "16", "-display", "none", "-serial", "stdio", "-monitor", "none",
        "-drive", f"file={disk},format=raw", "-net", "none", "-object", "secret,id=word,data=open sesame",
        "-vnc", f"unix:{directory / 'vnc'}{screen}", "-qmp", f"unix:{directory / 'qmp'},server=on,wait=off",
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(120):
            assert await process.stdout.readexactly(1) == b"!"
        yield Machine(process.stdout, directory / "vnc", directory / "qmp")
    finally:
        process.kill()
        await process.wait()


def options(*keys: str, **more: Any) -> VncBoot:
    values = {"boot_command": list(keys), "boot_wait": "-1s", "boot_key_interval": "20ms"}
    return VncBoot(**(values | more))


LINE = """ !"#$%&'()*+,-./0123456789:;<=>?@ABCXYZ[\\]^_`abcxyz{|}~"""
NAMED = {
    "<enter>": (13, 0x1C), "<esc>": (27, 0x01), "<bs>": (8, 0x0E), "<tab>": (9, 0x0F), "<spacebar>": (32, 0x39),
    "<f1>": (0, 0x3B), "<F10>": (0, 0x44), "<f11>": (0, 0x85), "<f12>": (0, 0x86),
    "<up>": (0xE0, 0x48), "<down>": (0xE0, 0x50), "<left>": (0xE0, 0x4B), "<right>": (0xE0, 0x4D),
    "<home>": (0xE0, 0x47), "<end>": (0xE0, 0x4F), "<pageUp>": (0xE0, 0x49), "<pageDown>": (0xE0, 0x51),
    "<insert>": (0xE0, 0x52), "<del>": (0xE0, 0x53),
    "<leftCtrlOn>c<leftCtrlOff>": (3, 0x2E), "<leftAltOn>x<leftAltOff>": (0, 0x2D),
    "<leftShiftOn>a<leftShiftOff>": (65, 0x1E), "<leftShiftOn>B<leftShiftOff>": (66, 0x30),
    "<rightShiftOn><tab><rightShiftOff>": (0, 0x0F), "<aOn><aOff>": (97, 0x1E),
}


async def echoed(here: Machine, keyboard: Keyboard, root: Path) -> None:
    """Type everything there is, and see that it arrives."""
    fields = {"HTTPIP": "10.0.2.2", "HTTPPort": 8000}
    await typed(session(root), options(LINE), keyboard, fields)
    assert "".join(chr(character) for character, _ in await here.heard(len(LINE))) == LINE
    await typed(session(root), options(*NAMED), keyboard, fields)
    assert dict(zip(NAMED, await here.heard(len(NAMED)), strict=True)) == NAMED
    await typed(session(root), options("url=http://{{ .HTTPIP }}:{{.HTTPPort}}/a<wait10ms>b"), keyboard, fields)
    told = "url=http://10.0.2.2:8000/ab"
    assert "".join(chr(character) for character, _ in await here.heard(len(told))) == told




def test_every_key_arrives_through_vnc(tmp_path: Path) -> None:
    async def go() -> None:
        async with machine(tmp_path) as here, vnc(here.screen) as keyboard:
            await echoed(here, keyboard, tmp_path)

    asyncio.run(go())


def test_every_key_arrives_through_qmp(tmp_path: Path) -> None:
    async def go() -> None:
        async with machine(tmp_path) as here, control(here.control) as execute:
            await echoed(here, Qmp(execute), tmp_path)

    asyncio.run(go())


@asynccontextmanager
async def control(path: Path) -> AsyncIterator[Callable[[str, Mapping[str, Any]], Any]]:
    reader, writer = await asyncio.open_unix_connection(str(path))
    await reader.readline()

    async def execute(command: str, arguments: Mapping[str, Any]) -> None:
        writer.write(json.dumps({"execute": command, "arguments": arguments}).encode())
        while "return" not in (said := json.loads(await reader.readline())):
            assert "error" not in said, said

    await execute("qmp_capabilities", {})
    yield execute
    writer.close()


def test_a_screen_with_a_password(tmp_path: Path) -> None:
    async def go() -> None:
        async with machine(tmp_path, ",password-secret=word") as here:
            with pytest.raises(Failed, match="wants a password"):
                await vnc(here.screen).__aenter__()
            with pytest.raises(Failed, match="refuses: "):
                await vnc(here.screen, "close").__aenter__()
            async with vnc(here.screen, "open sesame") as keyboard:
                await typed(session(tmp_path), options("ok<enter>"), keyboard, {})
                assert [chr(character) for character, _ in await here.heard(3)] == ["o", "k", "\r"]

    asyncio.run(go())


def test_the_answer_to_a_challenge() -> None:
    # Worked out with the program openssl: the key is "COW" with the bits of each byte in reverse.
    assert answer(bytes(range(16)), "COW").hex() == "dc72fe4da173cc3f3c684d6637ed8c28"
    assert answer(bytes(16), "12345678") == answer(bytes(16), "123456789")


@pytest.mark.parametrize(("greeting", "message"), [
    (b"SSH-2.0-OpenSSH_9.2\r\n", "version 3.8 of RFB"),
    (b"RFB 003.003\n", "version 3.8 of RFB"),
    (b"RFB 003.008\n\x00\x00\x00\x00\x04full", "refuses: full"),
    (b"RFB 003.008\n\x01\x13", "unknown kind of login: 19"),
    (b"RFB 0", "breaks off"),
    (b"RFB 003.008\n\x01\x01\x00\x00\x00\x01\x00\x00\x00\x02no", "refuses: no"),
])
def test_what_is_no_screen_is_told(tmp_path: Path, greeting: bytes, message: str) -> None:
    async def greet(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(greeting)
        await writer.drain()
        writer.close()

    async def go() -> None:
        async with await asyncio.start_unix_server(greet, str(tmp_path / "vnc")):
            with pytest.raises(Failed, match=message):
                await vnc(tmp_path / "vnc").__aenter__()

    asyncio.run(go())


def test_nobody_there(tmp_path: Path) -> None:
    with pytest.raises(Failed, match="nothing answers as VNC"):
        asyncio.run(vnc(tmp_path / "vnc").__aenter__())


def test_each_key_has_its_codes() -> None:
    assert {keysym(key) for key in KEYS} >= {0x20, 0xFF0D, 0xFFBE, 0xFFC9, 0xFFEC}
    assert len({qcode(key) for key in KEYS}) == len({keysym(key) for key in KEYS}) == len(KEYS)
    assert keysym("€") == 0x010020AC
    with pytest.raises(Failed, match="on no key"):
        qcode("€")


class Recorder:
    """A keyboard that notes what happens to it."""

    def __init__(self) -> None:
        self.done: list[str] = []

    async def key(self, key: str, *, down: bool) -> None:
        self.done.append(f"{'+' if down else '-'}{key}")


def test_steps_are_told_while_they_are_typed(tmp_path: Path) -> None:
    told: list[str] = []
    keyboard = Recorder()
    steps = QemuBoot(boot_steps=[["aB<leftShiftOn>!<leftShiftOff>", "The menu"], ["<wait0s>é"]], boot_wait="0s",
                     boot_key_interval="0s")
    asyncio.run(typed(session(tmp_path, told.append), steps, keyboard, {}))
    assert told == ["Typing the boot command", "Typing: The menu"]
    assert " ".join(keyboard.done) == "+a -a +leftshift +B -B -leftshift +leftshift +! -! -leftshift +é -é"


@pytest.mark.parametrize(("boot", "message"), [
    ({"boot_command": ["<enterr>"]}, "<enterr> is no key"),
    ({"boot_command": ["{{ .HTTPIP }}"]}, "is not known here"),
    ({"boot_command": ["{{ .Name | upper }}"]}, "more than a field"),
    ({"boot_command": ["a"], "boot_steps": [["a"]]}, "exclude each other"),
    ({"boot_steps": [["a", "b", "c"]]}, "a list of keys and a description"),
    ({"boot_steps": [[]]}, "a list of keys and a description"),
])
def test_nothing_is_typed_of_what_is_wrong(tmp_path: Path, boot: dict[str, Any], message: str) -> None:
    keyboard = Recorder()
    with pytest.raises(Failed, match=re.escape(message)):
        asyncio.run(typed(session(tmp_path), QemuBoot(boot_wait="0s", **boot), keyboard, {"Name": "box"}))
    assert keyboard.done == []
