from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest

from runner.data_sources.http import Http
from runner.data_sources.http import Options as HttpOptions
from runner.data_sources.null import Null
from runner.data_sources.null import Options as NullOptions


class Handler(BaseHTTPRequestHandler):
    """Answers with what it was asked, or with the odd thing that the path names."""

    def do_GET(self) -> None:
        size = int(self.headers.get("Content-Length") or 0)
        body = f"{self.command} {self.path} {self.headers.get('X-Key')} {self.rfile.read(size).decode()}".encode()
        kind = "text/plain; charset=utf-8"
        status = 200
        match self.path:
            case "/missing":
                status = 404
            case "/latin":
                kind, body = "text/plain; charset=latin-1", "Grüße".encode("latin-1")
            case "/binary":
                body = b"\xff\xfe\x00"
            case "/odd":
                kind = "text/plain; charset=no-such-thing"
            case "/broken":
                self.wfile.write(b"nonsense\r\n\r\n")
                return
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.end_headers()
        self.wfile.write(body)

    do_POST = do_PUT = do_GET  # noqa: N815 - the names that the server looks for

    def log_message(self, *args: Any) -> None:
        """Keep quiet."""


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with HTTPServer(("127.0.0.1", 0), Handler) as listening:
        thread = threading.Thread(target=listening.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{listening.server_port}"
        listening.shutdown()
        thread.join()


def fetch(url: str, **options: Any) -> dict[str, Any]:
    return dict(Http(HttpOptions(url=url, **options)).read())


def test_a_page_is_fetched(server: str) -> None:
    found = fetch(f"{server}/x", request_headers={"X-Key": "1"})
    assert found == {"url": f"{server}/x", "request_headers": {"X-Key": "1"}, "body": "GET /x 1 "}


def test_a_request_may_have_another_method_and_a_body(server: str) -> None:
    assert fetch(f"{server}/x", method="POST", request_body="süß")["body"] == "POST /x None süß"


def test_the_encoding_is_the_one_that_the_server_names(server: str) -> None:
    assert fetch(f"{server}/latin")["body"] == "Grüße"


REFUSED = {
    "/missing": "/missing answers 404 Not Found",
    "/binary": "/binary is not a text",
    "/odd": "unknown encoding",
    "/broken": "does not answer as HTTP wants it",
}


@pytest.mark.parametrize(("path", "why"), REFUSED.items())
def test_what_is_no_good_answer(path: str, why: str, server: str) -> None:
    with pytest.raises((OSError, ValueError), match=why):
        fetch(server + path)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://localhost/x", "localhost"])
def test_only_http_is_spoken(url: str) -> None:
    with pytest.raises(ValueError, match="no address that begins with http"):
        fetch(url)


def test_a_server_that_is_not_there() -> None:
    with pytest.raises(OSError, match="refused"):
        fetch("http://127.0.0.1:1/")


def test_null_gives_back_its_input() -> None:
    assert Null(NullOptions(input="x")).read() == {"output": "x"}
