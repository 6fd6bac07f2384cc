"""upload to a web server of our own, and to an S3 simulator."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import socket
import struct
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any, NamedTuple
from urllib.request import urlopen

import boto3
import pytest
import yaml
from conftest import Ingot
from moto.server import ThreadedMotoServer
from sessions import session

from runner.post_processors import upload
from runner.post_processors.shared import s3, sending
from runner.post_processors.upload import Options, Upload
from runner.sdk import Artifact, Failed


class Got(NamedTuple):
    """What a server was asked."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


class Web:
    """A web server: ``answers`` are its next ones, and then it takes everything.

    An answer is a status, ``"drop"`` for a connection that ends while the body comes, or ``"early"`` for a refusal
    that does not wait for the body.
    """

    def __init__(self) -> None:
        self.answers: list[int | str] = []
        self.got: list[Got] = []
        web = self

        class Handler(BaseHTTPRequestHandler):
            def do_PUT(self) -> None:
                answer = web.answers.pop(0) if web.answers else 201
                length = int(self.headers["Content-Length"])
                if answer == "drop":
                    self.rfile.read(min(length, 10))
                    self.request.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                    self.close_connection = True
                    return
                if answer != "early":
                    web.got.append(Got(self.command, self.path, dict(self.headers), self.rfile.read(length)))
                self.close_connection = True
                self.send_response(403 if answer == "early" else int(answer))
                self.end_headers()
                if answer not in (200, 201):
                    self.wfile.write(b"said so\nat length")

            do_POST = do_PUT  # noqa: N815 - theirs

            def log_message(self, *_: object) -> None:
                return

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def web(monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    monkeypatch.setattr(upload, "_PAUSES", (0.01, 0.02))
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)
    found = Web()
    yield found
    found.close()


def uploaded(root: Path, *files: str, said: list[str] | None = None, **options: Any) -> Artifact:
    artifact = Artifact("qemu", "VM", tuple(root / name for name in files), {"a": "b"})
    told = [] if said is None else said
    return asyncio.run(Upload(Options(**options)).process(session(root, told.append, source="web/x"), artifact))


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "out" / "sub").mkdir(parents=True)
    for name, content in {"disk 1.qcow2": b"disk" * 300_000, "out/a.txt": b"a", "out/sub/b.txt": b""}.items():
        (tmp_path / name).write_bytes(content)
    return tmp_path


@pytest.mark.parametrize(("place", "options", "paths"), [
    ("/store/", {}, ["/store/disk%201.qcow2", "/store/out/a.txt", "/store/out/sub/b.txt"]),
    ("/{{.BuildName}}/{{ .BuilderType }}/v1-{{.Name}}", {"files": ["disk*"]}, ["/web_x/file/v1-disk%201.qcow2"]),
    ("/fixed?sign=1", {"files": ["*.qcow2"]}, ["/fixed?sign=1"]),
    ("/s/", {"files": ["*/b.txt"], "method": "POST"}, ["/s/out/sub/b.txt"]),
])
def test_files_go_to_a_web_server(
    web: Web, root: Path, place: str, options: dict[str, Any], paths: list[str]
) -> None:
    result = uploaded(root, "disk 1.qcow2", "out", url=web.url + place, **options)
    assert [each.path for each in web.got] == paths
    assert {each.method for each in web.got} == {options.get("method", "PUT")}
    for each in web.got:
        digest = base64.b64encode(hashlib.sha256(each.body).digest()).decode()
        assert each.headers["Content-Digest"] == f"sha-256=:{digest}:"
    assert result.files == (root / "disk 1.qcow2", root / "out")
    assert result.labels["a"] == "b"
    assert result.labels["UploadedTo"].split() == [web.url + each.partition("?")[0] for each in paths]
    assert result.labels["UploadedSha256"].split() == [hashlib.sha256(each.body).hexdigest() for each in web.got]
    assert result.id == result.labels["UploadedTo"].split()[0]


@pytest.mark.parametrize(("options", "header"), [
    ({"token": "t"}, ("Authorization", "Bearer t")),
    ({"username": "u", "password": "p"}, ("Authorization", "Basic " + base64.b64encode(b"u:p").decode())),
    ({"headers": {"X-Key": "k"}}, ("X-Key", "k")),
    ({"headers": {"Content-Type": "text/plain"}}, ("Content-Type", "text/plain")),
])
def test_what_is_sent_along(web: Web, root: Path, options: dict[str, Any], header: tuple[str, str]) -> None:
    uploaded(root, "out/a.txt", url=f"{web.url}/", **options)
    assert web.got[0].headers[header[0]] == header[1]


@pytest.mark.parametrize("answers", [["drop", 201], [503, 429, 201], ["drop"] * 3])
def test_what_passes_is_tried_again(web: Web, root: Path, answers: list[int | str]) -> None:
    web.answers = list(answers)
    said: list[str] = []
    uploaded(root, "disk 1.qcow2", url=f"{web.url}/", said=said, retries=3)
    assert web.got[-1].body == (root / "disk 1.qcow2").read_bytes()
    assert sum("trying again in" in line for line in said) == sum(each != 201 for each in answers)


@pytest.mark.parametrize(("answers", "message", "asked"), [
    ([403], "answers 403 Forbidden: said so$", 1),
    (["early"], "answers 403 Forbidden: said so$", 0),
    ([301], "answers 301 Moved Permanently", 1),
    ([500] * 3, "cannot be sent: .* answers 500", 3),
    (["drop"] * 3, "cannot be sent: the connection to .* fails", 0),
])
def test_what_stays_refused(web: Web, root: Path, answers: list[int | str], message: str, asked: int) -> None:
    web.answers = list(answers)
    (root / "disk 1.qcow2").write_bytes(b"x" * 30_000_000)
    with pytest.raises(Failed, match=message) as failed:
        uploaded(root, "disk 1.qcow2", url=f"{web.url}/?secret", retries=2)
    assert "secret" not in str(failed.value)
    assert len(web.got) == asked
    assert web.answers == []


def test_nobody_listens(root: Path, web: Web) -> None:
    web.close()
    with pytest.raises(Failed, match=r"a\.txt cannot be sent: the connection to .* fails: Connection refused"):
        uploaded(root, "out/a.txt", url=f"{web.url}/", retries=1)


@pytest.mark.parametrize(("files", "options", "message"), [
    (["gone"], {"url": "http://x/"}, "gone is gone"),
    ([], {"url": "http://x/"}, "has no files to send"),
    (["out"], {"url": "http://x/", "files": ["*.iso"]}, "none of the files that were built matches"),
    (["out"], {"url": "http://x/one"}, "2 files cannot all go to one place"),
    (["out/a.txt", "other/a.txt"], {"url": "http://x/"}, "two files are called a.txt"),
    (["out/a.txt"], {"url": "ftp://x/"}, "does not begin with http"),
    (["out/a.txt"], {"url": "{{ x }}", "headers": {"a": "b"}}, "does not begin with http"),
    (["out/a.txt"], {"url": "http://127.0.0.1:1/", "headers": {"a": "b\nc"}}, "the request cannot be made"),
])
def test_what_cannot_be_sent(root: Path, files: list[str], options: dict[str, Any], message: str) -> None:
    (root / "other").mkdir()
    (root / "other" / "a.txt").touch()
    with pytest.raises(Failed, match=message):
        uploaded(root, *files, retries=0, **options)


@pytest.mark.parametrize(("url", "named"), [
    ("https://web.example/", None), ("web.example", "does not begin with"), ("https://u:p@h/", "write username"),
    ("http://h:port/", "Port"),
])
def test_what_is_wrong_with_an_address_is_known_beforehand(url: str, named: str | None) -> None:
    gap = Upload.gap({"url": url})
    assert (gap is None) if named is None else (gap is not None and named in gap)


def test_a_proxy_of_the_environment_is_gone_through(web: Web, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", web.url.replace("//", "//me:word@"))
    monkeypatch.setenv("no_proxy", "")
    uploaded(root, "out/a.txt", url="http://store.example/in/")
    assert web.got[0].path == "http://store.example/in/a.txt"
    assert web.got[0].headers["Proxy-Authorization"] == "Basic " + base64.b64encode(b"me:word").decode()


def test_the_progress_of_a_large_file_is_told(web: Web, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sending, "_LARGE", 1)
    monkeypatch.setattr(sending, "PIECE", 1)
    said: list[str] = []
    uploaded(root, "disk 1.qcow2", url=f"{web.url}/", said=said)
    assert said[0] == f"Sending disk 1.qcow2 (1.2 MB) to {web.url}/disk%201.qcow2"
    assert [line for line in said if "% are sent" in line]
    assert said.count("disk 1.qcow2: 50 % are sent") <= 1


def test_a_playbook_sends_what_it_makes_and_tells_no_secrets(web: Web, ingot: Ingot) -> None:
    url = web.url + "/{{ build_id }}/{{.BuildName}}/{{.Name}}"
    link = {"upload": {"url": url, "headers": {"X-Key": "not for your eyes"}, "token": "nor this"}}
    ingot.write({"playbook.yml": yaml.safe_dump({
        "variables": {"build_id": 7},
        "sources": {"note": {"builder": "file", "target": "note.txt", "content": "made"}},
        "plays": [{"name": "work", "sources": ["note"], "post_processors": [link, "manifest"]}],
    })})
    planned, built = ingot("plan", "playbook.yml"), ingot("build", "playbook.yml")
    assert built.status == 0, built.stdout + built.stderr
    assert [(each.path, each.body) for each in web.got] == [("/7/note/note.txt", b"made")]
    assert web.got[0].headers["X-Key"] == "not for your eyes"
    assert web.got[0].headers["Authorization"] == "Bearer nor this"
    told = planned.stdout + planned.stderr + built.stdout + built.stderr
    assert f"Uploaded 1 file: {web.url}/7/note/note.txt" in told
    assert not any(each in told for each in ("not for your eyes", "nor this"))
    assert (ingot.directory / "note.txt").exists()


class Store(NamedTuple):
    """An S3 service, and a client that knows it."""

    endpoint: str
    client: Any

    def options(self, **more: Any) -> dict[str, Any]:
        return {"bucket": "images", "endpoint": self.endpoint, "region": "eu-central-1", "retries": 0, **more}


@pytest.fixture
def store(monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    endpoint = f"http://{host}:{port}"
    urlopen(f"{endpoint}/moto-api/reset", data=b"").close()  # what it knows outlives it
    client = boto3.client("s3", endpoint_url=endpoint, region_name="eu-central-1")
    client.create_bucket(Bucket="images", CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    yield Store(endpoint, client)
    server.stop()


def content(store: Store, key: str) -> Any:
    return store.client.get_object(Bucket="images", Key=key)


@pytest.mark.parametrize("parts", [False, True])
def test_files_go_to_a_bucket(
    store: Store, root: Path, monkeypatch: pytest.MonkeyPatch, parts: bool  # noqa: FBT001 - a table's column
) -> None:
    data = bytes(range(256)) * 50_000  # 12.8 MB
    (root / "disk 1.qcow2").write_bytes(data)
    if parts:
        monkeypatch.setattr(s3, "_PART", 5 << 20)
    options = store.options(key="{{.BuildName}}/", acl="public-read")
    result = uploaded(root, "disk 1.qcow2", "out", **options)
    got = content(store, "web_x/disk 1.qcow2")
    assert got["Body"].read() == data
    assert got["Metadata"] == {"sha256": hashlib.sha256(data).hexdigest()}
    assert got["ETag"].strip('"').endswith("-3") is parts
    assert content(store, "web_x/out/sub/b.txt")["Body"].read() == b""
    grants = store.client.get_object_acl(Bucket="images", Key="web_x/out/a.txt")["Grants"]
    assert any(each["Grantee"].get("URI", "").endswith("AllUsers") for each in grants)
    assert result.id == "s3://images/web_x/disk 1.qcow2"


def test_a_bucket_that_takes_nothing(store: Store, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Failed, match=r"cannot be sent to s3://none/x: The specified bucket does not exist"):
        uploaded(root, "out/a.txt", **store.options(bucket="none", key="x"))
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    with pytest.raises(Failed, match="nothing to log in with to s3://images/x"):
        uploaded(root, "out/a.txt", **store.options(key="x"))
    with pytest.raises(Failed, match="profile"):
        uploaded(root, "out/a.txt", **store.options(key="x", profile="nobody"))


def test_an_s3_service_that_hangs_up(web: Web, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    options: dict[str, Any] = {
        "bucket": "images", "key": "x", "endpoint": web.url, "region": "a", "retries": 0
    }
    web.answers = [403]
    with pytest.raises(Failed, match="cannot be sent to s3://images/x"):
        uploaded(root, "out/a.txt", **options)
    web.answers = ["drop"]
    with pytest.raises(Failed, match="cannot be sent to s3://images/x"):
        uploaded(root, "out/a.txt", **options)
    web.answers = [503, 200]
    uploaded(root, "out/a.txt", **{**options, "retries": 1})
    assert web.answers == []


def test_what_is_no_s3_service(web: Web, root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    web.answers = [202]
    with pytest.raises(Failed, match="cannot be sent to s3://images/x: Unable to parse response"):
        uploaded(root, "out/a.txt", bucket="images", key="x", endpoint=web.url, region="a", retries=0)


@pytest.mark.parametrize("way", ["web", "s3"])
def test_a_build_that_is_stopped_stops_sending(
    web: Web, store: Store, root: Path, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    monkeypatch.setattr(sending, "_LARGE", 1)
    monkeypatch.setattr(s3, "_PART", 5 << 20)
    (root / "large").write_bytes(b"x" * 50_000_000)
    options = {"url": f"{web.url}/"} if way == "web" else store.options(key="x")

    async def go() -> None:
        running: list[asyncio.Task[Artifact]] = []

        def said(line: str) -> None:
            if "% are sent" in line:
                running[0].cancel()

        artifact = Artifact("qemu", "VM", (root / "large",))
        work = Upload(Options(**options)).process(session(root, said), artifact)
        running.append(asyncio.ensure_future(work))
        with pytest.raises(asyncio.CancelledError):
            await running[0]

    asyncio.run(go())
    assert all(len(each.body) < 50_000_000 for each in web.got)
    assert "Uploads" not in store.client.list_multipart_uploads(Bucket="images")
    assert "Contents" not in store.client.list_objects_v2(Bucket="images")
