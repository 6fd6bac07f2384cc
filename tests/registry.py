"""A container registry in memory, on a port of this computer: as much of the protocol as a push and a pull need."""

from __future__ import annotations

import base64
import hashlib
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import parse_qs, urlsplit

_BLOB = re.compile(r"/v2/(.+)/blobs/(sha256:[0-9a-f]+)")
_MANIFEST = re.compile(r"/v2/(.+)/manifests/(.+)")


class Registry:
    """A registry; with ``password``, for the user ``pusher`` only."""

    def __init__(self, password: str | None = None) -> None:
        self.blobs: dict[str, bytes] = {}
        self.manifests: dict[tuple[str, str], tuple[str, bytes]] = {}
        """Repository and tag, or digest -> content type and content."""
        expected = base64.b64encode(f"pusher:{password}".encode()).decode()
        self.authorization = f"Basic {expected}" if password is not None else None
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (_Handler,), {"registry": self}))
        self.address = f"127.0.0.1:{self._server.server_address[1]}"

    @property
    def tags(self) -> list[str]:
        """Repositories with their tags."""
        return sorted(f"{name}:{tag}" for name, tag in self.manifests if not tag.startswith("sha256:"))

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


class _Handler(BaseHTTPRequestHandler):
    registry: Registry
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: Any) -> None:
        """Say nothing."""

    def _answer(self, status: int, content: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(content)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def _allowed(self) -> bool:
        wanted = self.registry.authorization
        if wanted is None or self.headers.get("Authorization") == wanted:
            return True
        self._body()
        self._answer(401, b'{"errors": [{"code": "UNAUTHORIZED", "message": "who are you?"}]}',
                     WWW_Authenticate='Basic realm="test"')
        return False

    def _body(self) -> bytes:
        if self.headers.get("Transfer-Encoding") != "chunked":
            return self.rfile.read(int(self.headers.get("Content-Length", 0)))
        pieces = []
        while size := int(self.rfile.readline(), 16):
            pieces.append(self.rfile.read(size))
            self.rfile.readline()
        self.rfile.readline()
        return b"".join(pieces)

    def do_GET(self) -> None:
        if not self._allowed():
            return
        path = urlsplit(self.path).path
        if path == "/v2/":
            self._answer(200, b"{}", Docker_Distribution_Api_Version="registry/2.0")
        elif (found := _BLOB.fullmatch(path)) and found[2] in self.registry.blobs:
            self._answer(200, self.registry.blobs[found[2]], Docker_Content_Digest=found[2])
        elif (found := _MANIFEST.fullmatch(path)) and (found[1], found[2]) in self.registry.manifests:
            kind, content = self.registry.manifests[found[1], found[2]]
            self._answer(200, content, Content_Type=kind, Docker_Content_Digest=_digest(content))
        else:
            self._answer(404, b'{"errors": [{"code": "MANIFEST_UNKNOWN", "message": "not there"}]}')

    do_HEAD = do_GET  # noqa: N815 - http.server's name

    def do_POST(self) -> None:
        if self._allowed():
            self._body()
            location = f"{urlsplit(self.path).path.rstrip('/')}/{len(self.registry.blobs)}-{threading.get_ident()}"
            self._answer(202, Location=location, Range="0-0", Docker_Upload_Uuid="1")

    def do_PATCH(self) -> None:
        if self._allowed():
            path, content = urlsplit(self.path).path, self._body()
            self.registry.blobs[path] = content
            self._answer(202, Location=path, Range=f"0-{len(content) - 1}")

    def do_PUT(self) -> None:
        if not self._allowed():
            return
        url, content = urlsplit(self.path), self._body()
        if found := _MANIFEST.fullmatch(url.path):
            entry = (self.headers["Content-Type"], content)
            self.registry.manifests[found[1], found[2]] = self.registry.manifests[found[1], _digest(content)] = entry
        else:
            (digest,) = parse_qs(url.query)["digest"]
            content = self.registry.blobs.pop(url.path, b"") + content
            assert _digest(content) == digest
            self.registry.blobs[digest] = content
        self._answer(201, Location=url.path, Docker_Content_Digest=_digest(content))


def _digest(content: bytes) -> str:
    return f"sha256:{hashlib.sha256(content).hexdigest()}"
