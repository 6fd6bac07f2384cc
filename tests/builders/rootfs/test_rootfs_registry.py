"""Images from a registry: a small one of the test's own, on this computer."""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from rootfs_support import Rootfs, base, manifest_of, rootfs, tar_of  # noqa: F401 - fixtures

from runner.builders.rootfs.registry import reference
from runner.sdk import Failed


class Registry(ThreadingHTTPServer):
    """Serves one image, for two platforms, to those who have a token; blobs lie at another address."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.login: str | None = None
        self.content: dict[str, tuple[str, bytes]] = {}
        self.asked: list[str] = []

    @property
    def host(self) -> str:
        return f"127.0.0.1:{self.server_port}"

    def add(self, kind: str, data: bytes, name: str | None = None) -> str:
        digest = f"sha256:{hashlib.sha256(data).hexdigest()}"
        for each in (digest, name or digest):
            self.content[each] = (kind, data)
        return digest

    def add_image(self, files: dict[str, Any], architecture: str) -> dict[str, Any]:
        layer = tar_of(files)
        config = {
            "architecture": architecture, "os": "linux", "config": {"Labels": {"for": architecture}},
            "rootfs": {"type": "layers", "diff_ids": [f"sha256:{hashlib.sha256(layer).hexdigest()}"]},
        }
        data = json.dumps(config).encode()
        kind = "application/vnd.oci.image.manifest.v1+json"
        manifest = json.dumps({
            "schemaVersion": 2, "mediaType": kind,
            "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": self.add("config", data)},
            "layers": [{"mediaType": "application/vnd.oci.image.layer.v1.tar", "digest": self.add("layer", layer)}],
        }).encode()
        platform = {"architecture": architecture, "os": "linux"}
        return {"mediaType": kind, "digest": self.add(kind, manifest), "size": len(manifest), "platform": platform}


class _Handler(BaseHTTPRequestHandler):
    server: Registry

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        where = urlsplit(self.path)
        self.server.asked.append(where.path)
        authorization = self.headers.get("Authorization")
        if where.path == "/token":
            good = authorization == self.server.login
            scope = parse_qs(where.query).get("scope") == ["repository:team/box:pull"]
            self._answer(200 if good and scope else 401, json.dumps({"token": "secret-token"}).encode())
        elif where.path.startswith("/stored/"):  # a redirect has led here, and must have left the token behind
            self._answer(400 if authorization else 200, self.server.content[where.path.removeprefix("/stored/")][1])
        elif authorization != "Bearer secret-token":
            self._answer(401, b"", {"WWW-Authenticate": (
                f'Bearer realm="http://{self.server.host}/token",service="x",scope="repository:team/box:pull"'
            )})
        else:
            self._content(where.path.rpartition("/")[2], where.path.split("/")[-2])

    def _content(self, name: str, kind: str) -> None:
        found = self.server.content.get(name)
        if found is None:
            self._answer(404, b"")
        elif kind == "blobs":
            self._answer(307, b"", {"Location": f"http://localhost:{self.server.server_port}/stored/{name}"})
        else:
            self._answer(200, found[1], {"Content-Type": found[0]})

    def _answer(self, status: int, data: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for key, value in {**(headers or {}), "Content-Length": str(len(data))}.items():
            self.send_header(key, value)
        self.end_headers()
        self.wfile.write(data)


@pytest.fixture
def registry() -> Iterator[Registry]:
    with Registry() as server:
        entries = [
            server.add_image({"etc": None, "etc/for": "arm"}, "arm64"),
            server.add_image({"etc": None, "etc/for": "intel"}, "amd64"),
        ]
        kind = "application/vnd.oci.image.index.v1+json"
        server.add(kind, json.dumps({"schemaVersion": 2, "mediaType": kind, "manifests": entries}).encode(), "one")
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.mark.parametrize(("architecture", "content"), [("amd64", "intel"), ("arm64", "arm")])
def test_an_image_for_a_platform(
    rootfs: Rootfs, registry: Registry, architecture: str, content: str  # noqa: F811
) -> None:
    source = {"from": f"{registry.host}/team/box:one", "architecture": architecture, "format": ["oci", "directory"]}
    out = rootfs.made(source)
    assert (out / "box" / "etc" / "for").read_text() == content
    assert len(manifest_of(out / "box.oci")["layers"]) == 2
    asked = len(registry.asked)
    rootfs.made(source, force=True)
    assert len(registry.asked) == asked
    rootfs.made({**source, "pull": "always"}, force=True)
    assert len(registry.asked) > asked


def test_a_login(rootfs: Rootfs, registry: Registry) -> None:  # noqa: F811
    registry.login = f"Basic {base64.b64encode(b'me:pass-word').decode()}"
    source = {"from": f"{registry.host}/team/box:one", "architecture": "amd64", "format": ["directory"]}
    answer = rootfs(source)
    assert answer.status != 0
    assert "lets nobody in by this login" in answer.stderr
    rootfs.made({**source, "login_username": "me", "login_password": "pass-word"})


@pytest.mark.parametrize(("name", "architecture", "said"), [
    ("team/box:two", "amd64", "the registry has no 127.0.0.1:"),
    ("team/box:one", "s390x", "the image is not for s390x, only for amd64, arm64"),
])
def test_what_a_registry_has_not(
    rootfs: Rootfs, registry: Registry, name: str, architecture: str, said: str  # noqa: F811
) -> None:
    answer = rootfs({"from": f"{registry.host}/{name}", "architecture": architecture})
    assert answer.status != 0
    assert said in answer.stderr


def test_a_blob_that_is_not_what_was_asked_for(rootfs: Rootfs, registry: Registry) -> None:  # noqa: F811
    for name, (kind, data) in list(registry.content.items()):
        if kind == "layer":
            registry.content[name] = (kind, data.replace(b"intel", b"other"))
    answer = rootfs({"from": f"{registry.host}/team/box:one", "architecture": "amd64"})
    assert answer.status != 0
    assert "is not what its digest" in answer.stderr


@pytest.mark.parametrize(("text", "parts"), [
    ("a.example/b", ("a.example", "b", "latest")),
    ("a.example:5000/b/c:1.2", ("a.example:5000", "b/c", "1.2")),
    ("a.example/b@sha256:0a", ("a.example", "b", "sha256:0a")),
    ("a.example/b:1@sha256:0a", ("a.example", "b", "sha256:0a")),
])
def test_the_parts_of_a_reference(text: str, parts: tuple[str, str, str]) -> None:
    assert reference(text) == parts


def test_what_is_no_reference() -> None:
    with pytest.raises(Failed):
        reference("a.example/B C")
