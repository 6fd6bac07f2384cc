"""Bodies of requests in several parts, as forms with files are sent (RFC 7578)."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Sequence
from mimetypes import guess_type
from posixpath import basename
from typing import Any, NamedTuple, Self

from runner.sdk import Failed

_PLAIN = "7or8bit"


class Part(NamedTuple):
    """One field of a form."""

    name: str
    content: bytes | None
    """Nothing if it is what the file holds."""
    filename: str = ""
    kind: str = "text/plain"
    encoded: bool = False
    """Whether the content is sent in Base64, as Ansible sends files."""

    @classmethod
    def of(cls, name: str, value: Any) -> Self:
        """Read a field as a playbook writes it: a text, or a mapping with a file or a content. Raises ``Failed``."""
        if not isinstance(value, dict):
            return cls(name, str(value).encode())
        filename, content = value.get("filename"), value.get("content")
        if not filename and content is None:
            raise Failed(f"at least one of filename or content must be provided for the field {name}")
        kind = value.get("mime_type") or guess_type(filename or "")[0] or "application/octet-stream"
        given = None if content is None else str(content).encode()
        encoded = content is None and value.get("multipart_encoding") != _PLAIN
        return cls(name, given, filename or "", kind, encoded)

    @property
    def text(self) -> bytes:
        """The part with its headers."""
        where = f'; filename="{basename(self.filename)}"' if self.filename else ""
        head = f'Content-Disposition: form-data; name="{self.name}"{where}\r\n'
        if self.filename:
            head += f"Content-Type: {self.kind}\r\n"
        content = self.content or b""
        if self.encoded:
            head += "Content-Transfer-Encoding: base64\r\n"
            content = base64.encodebytes(content).replace(b"\n", b"\r\n").rstrip()
        return head.encode() + b"\r\n" + content


def joined(parts: Sequence[Part]) -> tuple[str, bytes]:
    """Return the type of a body that has these parts, and the body. The same parts make the same body."""
    texts = [part.text for part in parts]
    boundary = hashlib.sha256(b"\0".join(texts)).hexdigest()[:32]
    body = b"".join(b"--%s\r\n%s\r\n" % (boundary.encode(), text) for text in texts)
    return f"multipart/form-data; boundary={boundary}", body + b"--%s--\r\n" % boundary.encode()
