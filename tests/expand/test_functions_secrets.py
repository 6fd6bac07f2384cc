"""Look-ups in Vault, Consul and AWS Secrets Manager, against small servers on the loopback interface."""

from __future__ import annotations

import base64
import datetime as dt
import json
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from runner.expand import functions
from runner.expand.functions.context import Context
from runner.expand.functions.error import FunctionError


@dataclass
class Service:
    """What answers (path -> status, document), and what it was asked: method, path, headers, body."""

    address: str
    answers: dict[str, tuple[int, Any]] = field(default_factory=dict)
    asked: list[tuple[str, str, dict[str, str], bytes]] = field(default_factory=list)


@pytest.fixture
def service() -> Iterator[Service]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            told.asked.append((self.command, self.path, dict(self.headers), body))
            status, document = told.answers.get(self.path, (404, {"errors": []}))
            content = document if isinstance(document, bytes) else json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_POST = do_GET  # noqa: N815 - the name that http.server asks for

        def log_message(self, *_: Any) -> None:
            """Stay silent."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told = Service(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    yield told
    server.shutdown()
    server.server_close()
    thread.join()


def call(environ: dict[str, str], name: str, *args: Any) -> Any:
    found = functions.find(name)
    assert found is not None
    now = dt.datetime.now(dt.UTC)
    return found(*args, context=Context(root=Path(), cwd=Path(), now=now, render=lambda *_: "", environ=environ))


def vault(service: Service, **more: str) -> dict[str, str]:
    return {"VAULT_ADDR": service.address + "/", "VAULT_TOKEN": "t0k3n", **more}


V1 = (200, {"data": {"foo": "world", "n": 5, "b": True, "half": 0.5, "list": [1], "none": None}})
V2 = (200, {"data": {"data": {"foo": "wörld"}, "metadata": {"version": 3}}})


@pytest.mark.parametrize(
    ("path", "key", "wanted"),
    [
        ("secret/hello", "foo", "world"),
        ("/secret/hello", "foo", "world"),
        ("secret/hello", "n", "5"),
        ("secret/hello", "b", "true"),
        ("secret/hello", "half", "0.5"),
        ("/kv/data/hello", "foo", "wörld"),
        ("kv/data/with space", "foo", "wörld"),
    ],
)
def test_vault_of_both_versions(service: Service, path: str, key: str, wanted: str) -> None:
    service.answers = {"/v1/secret/hello": V1, "/v1/kv/data/hello": V2, "/v1/kv/data/with%20space": V2}
    assert call(vault(service), "vault", path, key) == wanted
    method, _, headers, _ = service.asked[0]
    assert (method, headers["X-Vault-Token"], "X-Vault-Namespace" in headers) == ("GET", "t0k3n", False)


def test_vault_gets_the_namespace(service: Service) -> None:
    service.answers = {"/v1/s": V1}
    call(vault(service, VAULT_NAMESPACE="team/a"), "vault", "s", "foo")
    assert service.asked[0][2]["X-Vault-Namespace"] == "team/a"


@pytest.mark.parametrize(
    ("answer", "args", "message"),
    [
        ((404, {"errors": []}), ("s", "foo"), "argument 'path': there is no secret at 's' in Vault"),
        ((403, {"errors": ["permission denied"]}), ("s", "foo"), r"Vault answers 403 \(Forbidden\) .*: permission"),
        ((500, b"oops"), ("s", "foo"), "Vault answers 500"),
        ((200, b"<html>"), ("s", "foo"), "Vault at .* cannot be asked"),
        ((200, {"data": None}), ("s", "foo"), "there is no secret"),
        ((200, []), ("s", "foo"), "there is no secret"),
        (V1, ("s", "bar"), "argument 'key': the secret at 's' in Vault has no key 'bar'"),
        (V1, ("s", "none"), "has no key 'none'"),
        (V1, ("s", "list"), "neither a string nor a number"),
    ],
)
def test_vault_refuses(service: Service, answer: tuple[int, Any], args: tuple[str, str], message: str) -> None:
    service.answers = {"/v1/s": answer}
    with pytest.raises(FunctionError, match=message):
        call(vault(service), "vault", *args)


@pytest.mark.parametrize(
    ("environ", "message"),
    [
        ({}, "VAULT_TOKEN must be set"),
        ({"VAULT_TOKEN": "x", "VAULT_ADDR": "file:///etc/passwd"}, "must start with http"),
        ({"VAULT_TOKEN": "x", "VAULT_ADDR": "http://127.0.0.1:1"}, "Vault at http://127.0.0.1:1/v1/s cannot be asked"),
        ({"VAULT_TOKEN": "x", "VAULT_CLIENT_TIMEOUT": "soon"}, "VAULT_CLIENT_TIMEOUT must be a number of seconds"),
        ({"VAULT_TOKEN": "x", "VAULT_CACERT": "/nowhere.pem"}, "certificates .* cannot be read"),
    ],
)
def test_vault_settings_are_checked(environ: dict[str, str], message: str) -> None:
    with pytest.raises(FunctionError, match=message):
        call(environ, "vault", "s", "foo")


def test_an_error_does_not_show_the_token(service: Service) -> None:
    service.answers = {"/v1/s": (403, {"errors": ["no"]})}
    with pytest.raises(FunctionError) as caught:
        call(vault(service), "vault", "s", "foo")
    assert "t0k3n" not in str(caught.value)


def value(text: bytes) -> tuple[int, Any]:
    return 200, [{"Key": "k", "Value": base64.b64encode(text).decode()}]


def test_consul(service: Service) -> None:
    service.answers = {"/v1/kv/my/version": value("1.2é".encode()), "/v1/kv/empty": (200, [{"Value": None}])}
    bare = service.address.removeprefix("http://")
    assert call({"CONSUL_HTTP_ADDR": bare}, "consul_key", "my/version") == "1.2é"
    assert call({"CONSUL_HTTP_ADDR": service.address}, "consul_key", "/empty") == ""
    assert "X-Consul-Token" not in service.asked[0][2]


def test_consul_gets_token_namespace_and_login(service: Service, tmp_path: Path) -> None:
    service.answers = {"/v1/kv/k": value(b"v"), "/v1/kv/k?ns=team": value(b"w")}
    (tmp_path / "token").write_text("from-file\n", encoding="utf-8")
    environ = {"CONSUL_HTTP_ADDR": service.address, "CONSUL_NAMESPACE": "team", "CONSUL_HTTP_AUTH": "u:p"}
    assert call({**environ, "CONSUL_HTTP_TOKEN": "direct"}, "consul_key", "k") == "w"
    assert call({**environ, "CONSUL_HTTP_TOKEN_FILE": str(tmp_path / "token")}, "consul_key", "k") == "w"
    assert [headers["X-Consul-Token"] for _, _, headers, _ in service.asked] == ["direct", "from-file"]
    assert service.asked[0][2]["Authorization"] == "Basic dTpw"


@pytest.mark.parametrize(
    ("answer", "message"),
    [
        ((404, b""), "argument 'key': there is no key 'k' in Consul"),
        ((403, b"Permission denied"), "Consul answers 403"),
        ((200, []), "there is no key"),
        (value(b"\xff"), "not valid UTF-8"),
    ],
)
def test_consul_refuses(service: Service, answer: tuple[int, Any], message: str) -> None:
    service.answers = {"/v1/kv/k": answer}
    with pytest.raises(FunctionError, match=message):
        call({"CONSUL_HTTP_ADDR": service.address}, "consul_key", "k")


def test_consul_needs_a_readable_token_file() -> None:
    with pytest.raises(FunctionError, match="CONSUL_HTTP_TOKEN_FILE"):
        call({"CONSUL_HTTP_TOKEN_FILE": "/nowhere"}, "consul_key", "k")


def aws(service: Service) -> dict[str, str]:
    return {
        "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "key", "AWS_REGION": "us-east-1",
        "AWS_ENDPOINT_URL": service.address,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("name", "args", "stored", "wanted"),
    [
        ("aws_secretsmanager", ("s", "shell"), '{"test": "kitchen", "shell": "powershell"}', "powershell"),
        ("aws_secretsmanager", ("s",), '{"test": "kitchen", "shell": "powershell"}', "kitchen"),
        ("aws_secretsmanager", ("s", None), '{"test": "kitchen"}', "kitchen"),
        ("aws_secretsmanager", ("s", ""), '{"port": 5432}', "5432"),
        ("aws_secretsmanager", ("s",), "plain text", "plain text"),
        ("aws_secretsmanager", ("s",), "12345", "12345"),
        ("aws_secretsmanager_raw", ("s",), '{"test": "kitchen"}', '{"test": "kitchen"}'),
        ("aws_secretsmanager_raw", ("s",), "plain text", "plain text"),
    ],
)
def test_aws(service: Service, name: str, args: tuple[Any, ...], stored: str, wanted: str) -> None:
    service.answers = {"/": (200, {"Name": "s", "SecretString": stored})}
    assert call(aws(service), name, *args) == wanted
    _, _, headers, body = service.asked[0]
    assert headers["X-Amz-Target"] == "secretsmanager.GetSecretValue"
    assert json.loads(body) == {"SecretId": "s", "VersionStage": "AWSCURRENT"}
    assert "AKIDEXAMPLE" in headers["Authorization"]


@pytest.mark.parametrize(
    ("args", "answer", "message"),
    [
        (("s", "k"), (200, {"SecretString": '{"a": "b"}'}), "argument 'key': the secret 's' has no key 'k'"),
        (("s", "k"), (200, {"SecretString": "text"}), "is no mapping, so it has no key 'k'"),
        (("s",), (200, {"SecretString": "{}"}), "is an empty mapping"),
        (("s",), (200, {"SecretString": '{"a": [1]}'}), "neither a string nor a number"),
        (("s",), (200, {"SecretBinary": "YQ=="}), "is binary"),
        (
            ("s",),
            (400, {"__type": "ResourceNotFoundException", "message": "cannot find it"}),
            "argument 'name': the secret 's' cannot be read: .*cannot find it",
        ),
        ((None,), (200, {}), "argument 'name': it must not be null"),
    ],
)
def test_aws_refuses(service: Service, args: tuple[Any, ...], answer: tuple[int, Any], message: str) -> None:
    service.answers = {"/": answer}
    with pytest.raises(FunctionError, match=message):
        call(aws(service), "aws_secretsmanager", *args)


def test_aws_without_a_region_is_explained(service: Service, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    environ = {name: each for name, each in aws(service).items() if name != "AWS_REGION"}
    with pytest.raises(FunctionError, match="cannot be read: You must specify a region"):
        call(environ, "aws_secretsmanager_raw", "s")
