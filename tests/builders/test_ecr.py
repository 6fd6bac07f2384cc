"""Passwords of Amazon ECR, from a service of the test's own."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from runner.builders.amazon.shared import ecr
from runner.post_processors.docker_push import Options
from runner.sdk import Failed

TOKEN = {"authorizationToken": base64.b64encode(b"AWS:pass:word").decode()}


class Service(BaseHTTPRequestHandler):
    asked: list[str]

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        scope = self.headers["Authorization"].partition("Credential=")[2].split("/")
        self.asked.append(f"{scope[0]} {scope[2]} {scope[3]}")
        refused = scope[0] == "wrong"
        token: Any = TOKEN if scope[3] == "ecr-public" else [TOKEN]
        answer = {"__type": "UnrecognizedClientException", "message": "no"} if refused else {"authorizationData": token}
        content = json.dumps(answer).encode()
        self.send_response(400 if refused else 200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


@pytest.fixture
def asked(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """Who asked which service in which region."""
    asked: list[str] = []
    with ThreadingHTTPServer(("127.0.0.1", 0), type("Handler", (Service,), {"asked": asked})) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{server.server_address[1]}")
        monkeypatch.setenv("NO_PROXY", "127.0.0.1")
        yield asked
        server.shutdown()


def options(**more: Any) -> Options:
    return Options(ecr_login=True, aws_access_key="key", aws_secret_key="secret", **more)


@pytest.mark.parametrize(("server", "more", "expected"), [
    ("https://123456789012.dkr.ecr.eu-west-1.amazonaws.com/", {}, "key eu-west-1 ecr"),
    ("123456789012.dkr.ecr.eu-west-1.amazonaws.com", {}, "key eu-west-1 ecr"),
    ("public.ecr.aws/name", {}, "key us-east-1 ecr-public"),
    ("registry.example", {"aws_force_use_public_ecr": True}, "key us-east-1 ecr-public"),
])
def test_the_password_of_a_registry(asked: list[str], server: str, more: dict[str, Any], expected: str) -> None:
    user, password, where = ecr.credentials(options(**more), server)
    assert (user, password) == ("AWS", "pass:word")
    assert not where.startswith("https://")
    assert asked == [expected]


@pytest.mark.parametrize(("server", "message"), [
    (None, "needs the registry"),
    ("registry.example", "is no registry of Amazon ECR"),
])
def test_what_is_no_registry_of_amazon_is_told(server: str | None, message: str) -> None:
    with pytest.raises(Failed, match=message):
        ecr.credentials(options(), server)


@pytest.mark.usefixtures("asked")
def test_a_refusal_is_told() -> None:
    wrong = Options(ecr_login=True, aws_access_key="wrong", aws_secret_key="secret")
    with pytest.raises(Failed, match=r"Amazon ECR gives no password: .*UnrecognizedClient"):
        ecr.credentials(wrong, "1.dkr.ecr.eu-west-1.amazonaws.com")
