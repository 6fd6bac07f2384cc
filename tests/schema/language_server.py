"""A small client of ``yaml-language-server``: as much of the Language Server Protocol as its tests need."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from contextlib import AbstractContextManager
from itertools import count
from pathlib import Path
from queue import Queue
from threading import Thread
from typing import IO, Any

PATIENCE = 60
"""Seconds after which an answer is not waited for any longer."""
SETTINGS: Mapping[str, Any] = {
    "yaml": {
        "validate": True, "completion": True, "hover": True, "schemaStore": {"enable": False},
        "customTags": ["!vault scalar", "!unsafe scalar"],
    },
}  # fmt: skip


class LanguageServer(AbstractContextManager["LanguageServer"]):
    """A running server. Documents are never saved: ``directory`` is where one would be, if it were."""

    def __init__(self, command: str, directory: Path) -> None:
        self._process = subprocess.Popen(
            [command, "--stdio"], cwd=directory, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
        )  # fmt: skip
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._in: IO[bytes] = self._process.stdin
        self._messages: Queue[dict[str, Any]] = Queue()
        self._numbers = count(1)
        self._mistakes: dict[str, list[dict[str, Any]]] = {}
        Thread(target=_read, args=(self._process.stdout, self._messages), daemon=True).start()
        capabilities = {
            "textDocument": {"completion": {}, "hover": {"contentFormat": ["plaintext"]}, "publishDiagnostics": {}},
            "workspace": {"configuration": True},
        }
        self._ask("initialize", {"processId": None, "rootUri": directory.as_uri(), "capabilities": capabilities})
        self._tell("initialized", {})
        self._tell("workspace/didChangeConfiguration", {"settings": SETTINGS})

    def __exit__(self, *_: object) -> None:
        self._ask("shutdown", None)
        self._tell("exit", None)
        self._process.wait(PATIENCE)

    def mistakes(self, directory: Path, text: str) -> list[tuple[int, str]]:
        """Return what the server finds wrong with a document: the lines, counted from one, and messages."""
        found = self._mistakes[self._open(directory, text)]
        return sorted((each["range"]["start"]["line"] + 1, each["message"]) for each in found)

    def proposals(self, directory: Path, text: str, offset: int) -> list[str]:
        """Return what the server proposes to write at a place of a document."""
        found = self._ask("textDocument/completion", _position(self._open(directory, text), text, offset))
        return [each["label"] for each in (found["items"] if isinstance(found, dict) else found)]

    def about(self, directory: Path, text: str, offset: int) -> str:
        """Return what the server tells about a place of a document."""
        found = self._ask("textDocument/hover", _position(self._open(directory, text), text, offset))
        return str(found["contents"]["value"]) if found else ""

    def _open(self, directory: Path, text: str) -> str:
        """Open a document under a name of its own, for what is said of one may come late; return its URI."""
        uri = (directory / f"{next(self._numbers)}.yml").as_uri()
        document = {"uri": uri, "languageId": "yaml", "version": 1, "text": text}
        self._tell("textDocument/didOpen", {"textDocument": document})
        while uri not in self._mistakes:
            self._take(self._messages.get(timeout=PATIENCE))
        return uri

    def _ask(self, method: str, parameters: object) -> Any:
        number = next(self._numbers)
        self._send({"id": number, "method": method, "params": parameters})
        while True:
            message = self._messages.get(timeout=PATIENCE)
            if message.get("id") == number and "method" not in message:
                assert "error" not in message, message
                return message["result"]
            self._take(message)

    def _take(self, message: dict[str, Any]) -> None:
        """Take what the server says or asks by itself."""
        if message.get("method") == "textDocument/publishDiagnostics":
            self._mistakes[message["params"]["uri"]] = message["params"]["diagnostics"]
        elif "method" in message and "id" in message:
            wanted = message["params"]["items"] if message["method"] == "workspace/configuration" else None
            answer = None if wanted is None else [SETTINGS.get(item.get("section"), {}) for item in wanted]
            self._send({"id": message["id"], "result": answer})

    def _tell(self, method: str, parameters: object) -> None:
        self._send({"method": method, "params": parameters})

    def _send(self, message: Mapping[str, object]) -> None:
        body = json.dumps({"jsonrpc": "2.0", **message}).encode()
        self._in.write(b"Content-Length: %d\r\n\r\n%b" % (len(body), body))
        self._in.flush()


def _position(uri: str, text: str, offset: int) -> dict[str, Any]:
    before = text[:offset]
    place = {"line": before.count("\n"), "character": offset - (before.rfind("\n") + 1)}
    return {"textDocument": {"uri": uri}, "position": place}


def _read(stream: IO[bytes], messages: Queue[dict[str, Any]]) -> None:
    """Read messages until the server closes its output."""
    length = 0
    while line := stream.readline():
        name, _, value = line.partition(b":")
        if name.lower() == b"content-length":
            length = int(value)
        elif not line.strip():
            messages.put(json.loads(stream.read(length)))
