"""Digests of operations and of whatever else is plain data, in which no secret can be guessed."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from runner.planning.digests import Digests
from runner.sdk import Ask, Become, Command, Download, Put, Upload

Operation = Command | Put | Upload | Download | str
"""What is done on a machine; a text is the path of a file that is read."""


class Fingerprints:
    """Makes digests. What has a secret in it gets an HMAC under the key of this computer."""

    def __init__(self, secrets: Callable[[], Sequence[str]], key: Callable[[], bytes]) -> None:
        self._secrets = secrets
        self._key = key

    def of(self, *parts: Any) -> str:
        """Return the digest of plain values, in which the order of a mapping's keys does not count."""
        data = b"".join(_encoded(parts))
        if any(secret.encode("utf-8", "surrogatepass") in data for secret in self._secrets()):
            return hmac.new(self._key(), data, hashlib.sha256).hexdigest()
        return hashlib.sha256(data).hexdigest()

    def of_secret(self, secret: str) -> str:
        """Return what stands for a secret."""
        return hmac.new(self._key(), secret.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()

    def of_operation(self, operation: Operation, become: Become | None) -> str:
        """Return the digest of all that decides what an operation does. Raises ``OSError`` for files that are gone."""
        user = None if become is None else (
            become.user, become.method, become.flags, become.password and self.of_secret(become.password)
        )
        return self.of(user, *self._parts(operation))


    def _parts(self, operation: Operation) -> tuple[Any, ...]:
        match operation:
            case Command():
                kind = "ask" if isinstance(operation, Ask) else "do"
                return (kind, operation.argv, operation.stdin, operation.environment, operation.chdir)
            case Put():
                return ("put", operation.path, operation.content, operation.mode, operation.in_place)
            case Upload():
                return ("upload", operation.directory, [self._sent(each) for each in operation.entries])
            case Download():
                return ("download", operation.path, operation.to, operation.content_only)
            case path:
                return ("get", path)

    def _sent(self, entry: Any) -> tuple[Any, ...]:
        """Return what counts of a file or directory that is sent: no times."""
        source = Path(entry.source)
        mode = source.stat().st_mode & 0o7777 if entry.mode is None else entry.mode
        content = None if source.is_dir() else of_files(source)
        return (entry.path, mode, content)


def of_files(path: Path) -> str:
    """Return the digest of what a file has in it now, or a directory below it. Raises ``OSError``."""
    return Digests().file(path)


def _encoded(value: Any) -> Iterator[bytes]:
    """Yield a value as bytes that no other value has."""
    match value:
        case str():
            data = value.encode("utf-8", "surrogatepass")
            yield b"s%d:" % len(data)
            yield data
        case bytes():
            yield b"b%d:" % len(value)
            yield value
        case None | bool() | int() | float():
            yield f"{value!r};".encode()
        case Mapping():
            yield b"m%d:" % len(value)
            for key in sorted(value, key=str):
                yield from _encoded(str(key))
                yield from _encoded(value[key])
        case list() | tuple():
            yield b"l%d:" % len(value)
            for each in value:
                yield from _encoded(each)
        case _:
            yield from _encoded(str(value))
