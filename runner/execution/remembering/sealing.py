"""Answers as they are kept: without secrets, for each of which its fingerprint stands."""

from __future__ import annotations

import json
import re
from base64 import b64decode, b64encode
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from runner.events.secrets import Masker
from runner.execution.remembering.fingerprints import Fingerprints
from runner.sdk import Answer, Failed

LARGEST = 4 << 20
"""How many bytes of an answer are kept; a larger one is asked for again."""
_TOKEN = re.compile("\0ingot:([0-9a-f]{64})\0")


class Unkept(Exception):  # noqa: N818 - it reads as what it says
    """An answer cannot be kept, or what is kept of it is no answer to this run."""


class Seal:
    """Puts tokens in the place of secrets, and back."""

    def __init__(self, secrets: Callable[[], Sequence[str]], prints: Fingerprints) -> None:
        self._secrets = secrets
        self._prints = prints
        self._known: tuple[str, ...] = ()
        self._tokens: dict[str, str] = {}
        """Secret -> what stands for it."""
        self._pattern: re.Pattern[str] | None = None
        self._masker = Masker()

    def closed(self, answer: Any) -> dict[str, Any]:
        """Return an answer as plain data. Raises ``Unkept``."""
        self._renew()
        match answer:
            case None:
                return {"kind": "nothing"}
            case bytes():
                return {"kind": "content", **self._closed_bytes(answer)}
            case Failed():
                hint = None if answer.hint is None else self._closed_text(answer.hint)
                return {"kind": "failed", "message": self._closed_text(str(answer)), "hint": hint}
            case str():
                return {"kind": "text", "text": answer}
            case Answer():
                return {
                    "kind": "answer", "status": answer.status, "stdout": self._closed_text(answer.stdout),
                    "stderr": self._closed_text(answer.stderr), "start": _written(answer.start),
                    "end": _written(answer.end),
                }
            case _:
                raise Unkept

    def has_secret(self, value: Any) -> bool:
        """Return whether plain data has a secret in it, in whatever form."""
        self._renew()
        text = json.dumps(value, ensure_ascii=False)
        return self._masker(text) != text or any(secret in text for secret in self._tokens)

    def opened(self, kept: Mapping[str, Any]) -> Any:
        """Return the answer that was kept; a ``Failed`` is not raised. Raises ``Unkept``."""
        self._renew()
        match kept["kind"]:
            case "answer":
                return Answer(
                    kept["status"], self._opened_text(kept["stdout"]), self._opened_text(kept["stderr"]),
                    _read(kept["start"]), _read(kept["end"]),
                )
            case "failed":
                hint = None if kept["hint"] is None else self._opened_text(kept["hint"])
                return Failed(self._opened_text(kept["message"]), hint)
            case "content":
                if "base64" in kept:
                    return b64decode(kept["base64"])
                return self._opened_text(kept["text"]).encode()
            case "text":
                return kept["text"]
            case _:
                return None

    def _closed_bytes(self, content: bytes) -> dict[str, str]:
        if len(content) > LARGEST:
            raise Unkept
        try:
            return {"text": self._closed_text(content.decode())}
        except UnicodeDecodeError:
            if any(secret.encode("utf-8", "surrogatepass") in content for secret in self._tokens):
                raise Unkept from None
            return {"base64": b64encode(content).decode()}

    def _closed_text(self, text: str) -> str:
        if len(text) > LARGEST or _TOKEN.search(text):
            raise Unkept
        if self._pattern is None:
            return text
        text = self._pattern.sub(lambda found: self._tokens[found[0]], text)
        rest = _TOKEN.split(text)[::2]
        if any(self._masker(piece) != piece for piece in rest):  # in other clothes, for which nothing can stand
            raise Unkept
        return text

    def _opened_text(self, text: str) -> str:
        if "\0" not in text:
            return text
        secrets = {token: secret for secret, token in self._tokens.items()}

        def put_back(found: re.Match[str]) -> str:
            if found[0] not in secrets:
                raise Unkept
            return secrets[found[0]]

        return _TOKEN.sub(put_back, text)

    def _renew(self) -> None:
        """Take in the secrets that have come up since the last time."""
        known = tuple(self._secrets())
        if known != self._known:
            self._known = known
            wanted = sorted({each for each in known if each}, key=len, reverse=True)
            self._tokens = {each: f"\0ingot:{self._prints.of_secret(each)}\0" for each in wanted}
            self._pattern = re.compile("|".join(map(re.escape, wanted))) if wanted else None
            self._masker = Masker(wanted)


def _written(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()


def _read(moment: str | None) -> datetime | None:
    return None if moment is None else datetime.fromisoformat(moment)
