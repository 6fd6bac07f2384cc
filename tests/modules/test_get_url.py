"""The ``get_url`` module, by each program that a machine may have for it."""

from __future__ import annotations

import hashlib
import os
import shutil
import threading
from base64 import b64encode
from collections.abc import Iterator
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from harness import Machine

from runner import registry
from runner.modules.get_url import Options, listed
from runner.modules.shared import Url
from runner.modules.support.fetching import Request, downloaded, fetch, tool
from runner.schema.records import make
from runner.sdk import Answer, Ask, Failed

TEXT = b"what is in it\n"
SHA1, SHA256, MD5 = (hashlib.new(each, TEXT).hexdigest() for each in ("sha1", "sha256", "md5"))
PASSWORD = 'a b"c'
_PROGRAMS = (
    "sh base64 cat cmp cp cut date grep id ls mkdir mktemp mv readlink rm touch sha1sum sha256sum md5sum stat wc chmod "
    "chown"
)

_AUTHORIZED = f"Basic {b64encode(b'me:' + PASSWORD.encode()).decode()}"


class Handler(SimpleHTTPRequestHandler):
    """Serves files; ``/secret`` to those who know the password, ``/echo`` what a header holds."""

    seen: list[str]

    def do_GET(self) -> None:
        self.seen.append(self.path)
        if self.path == "/moved":
            self.send_response(302)
            self.send_header("Location", "/a.txt")
            self.end_headers()
        elif self.path == "/secret":
            self._secret()
        elif self.path == "/echo":
            self._answer(f"{self.headers['X-Test']} {self.headers['User-Agent']}".encode())
        else:
            super().do_GET()

    def _secret(self) -> None:
        if self.headers["Authorization"] == _AUTHORIZED:
            self._answer(b"secret")
        else:
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="x"')
            self.end_headers()

    def _answer(self, content: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *args: Any) -> None:
        """Say nothing."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, list[str]]]:
    """Yield the address of a server, and the paths that it was asked for."""
    root = tmp_path_factory.mktemp("site")
    (root / "a.txt").write_bytes(TEXT)
    (root / "sums").write_text(f"{'0' * 64}  other\n{SHA256} *a.txt\n")
    (root / "bsd").write_text(f"SHA256 (a.txt) = {SHA256}\n")
    (root / "one").write_text(f"{SHA1}\n")
    seen: list[str] = []
    handler = type("Served", (Handler,), {"seen": seen})
    server = ThreadingHTTPServer(("127.0.0.1", 0), lambda *args: handler(*args, directory=str(root)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}", seen
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module", params=["curl", "wget", "busybox"])
def downloader(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """Yield a machine that has one of the programs, and no other."""
    if request.param == "busybox":
        machine: Machine = request.getfixturevalue("busybox_machine")
        machine.sh("mkdir -p /tmp")
        yield machine
        return
    if shutil.which(request.param) is None:
        pytest.skip(f"there is no {request.param} here")
    path = tmp_path_factory.mktemp("programs")
    for name in (*_PROGRAMS.split(), request.param):
        (path / name).symlink_to(str(shutil.which(name)))
    environment = [f"{name}={os.environ[name]}" for name in ("HOME", "TMPDIR") if name in os.environ]
    machine = Machine(("/usr/bin/env", "-i", f"PATH={path}", *environment))
    yield machine
    machine.close()


@pytest.fixture
def there(downloader: Machine) -> Iterator[str]:
    """Yield a fresh directory on the machine."""
    path = downloader.sh("mktemp -d").strip()
    yield path
    downloader.sh('rm -rf "$1"', path)


def get(machine: Machine, **options: Any) -> dict[str, Any]:
    return machine.apply("get_url", options).values


def test_a_file_is_downloaded_once(downloader: Machine, there: str, site: tuple[str, list[str]]) -> None:
    url = f"{site[0]}/a.txt"
    first = get(downloader, url=url, dest=f"{there}/x", mode="0600")
    assert {name: first.get(name) for name in (
        "changed", "failed", "url", "dest", "checksum_src", "checksum_dest", "md5sum", "size", "mode", "state", "msg",
        "status_code",
    )} == {
        "changed": True, "failed": False, "url": url, "dest": f"{there}/x", "checksum_src": SHA1, "checksum_dest": None,
        "md5sum": MD5, "size": len(TEXT), "mode": "0600", "state": "file", "msg": f"OK ({len(TEXT)} bytes)",
        "status_code": 200,
    }
    assert downloader.sh(f"cat {there}/x; stat -c %a {there}/x; ls -A {there}") == f"{TEXT.decode()}600\nx\n"
    again = get(downloader, url=url, dest=f"{there}/x")
    assert (again["changed"], again["status_code"], again["mode"]) == (False, 304, "0600")
    assert downloader.sh(f"cat {there}/x") == TEXT.decode()
    forced = get(downloader, url=url, dest=f"{there}/x", force=True, mode="0640")
    assert (forced["changed"], forced["checksum_dest"], forced["mode"]) == (True, SHA1, "0640")
    assert get(downloader, url=url, dest=f"{there}/x", force=True)["changed"] is False


def test_an_older_file_is_replaced_and_kept(downloader: Machine, there: str, site: tuple[str, list[str]]) -> None:
    downloader.sh(f"echo old >{there}/x; chmod 604 {there}/x; touch -t 200001010000 {there}/x")
    done = get(downloader, url=f"{site[0]}/a.txt", dest=f"{there}/x", backup=True)
    assert (done["changed"], done["mode"]) == (True, "0604")
    assert downloader.sh(f"cat '{done['backup_file']}' {there}/x") == f"old\n{TEXT.decode()}"


def test_a_directory_and_a_redirection(downloader: Machine, there: str, site: tuple[str, list[str]]) -> None:
    assert get(downloader, url=f"{site[0]}/a.txt?x=1", dest=there)["dest"] == f"{there}/a.txt"
    moved = get(downloader, url=f"{site[0]}/moved", dest=f"{there}/y", tmp_dest=there)
    assert (moved["changed"], moved["size"]) == (True, len(TEXT))


@pytest.mark.parametrize("checksum", [f"sha256:{SHA256}", f"md5:{MD5.upper()}", "sha256:{}/sums", "sha256:{}/bsd",
                                      "sha1:{}/one"])
def test_checksums(downloader: Machine, there: str, site: tuple[str, list[str]], checksum: str) -> None:
    options = {"url": f"{site[0]}/a.txt", "dest": f"{there}/x", "checksum": checksum.format(site[0])}
    assert get(downloader, **options)["changed"] is True
    site[1].clear()
    again = get(downloader, **options)
    assert (again["changed"], again["msg"]) == (False, "file already exists")
    assert "/a.txt" not in site[1]
    downloader.sh(f"echo other >{there}/x")
    assert get(downloader, **options)["changed"] is True


def test_what_does_not_match_is_not_kept(downloader: Machine, there: str, site: tuple[str, list[str]]) -> None:
    done = get(downloader, url=f"{site[0]}/a.txt", dest=f"{there}/x", checksum=f"sha1:{'0' * 40}")
    assert "did not match" in done["msg"]
    assert SHA1 in done["msg"]
    missing = get(downloader, url=f"{site[0]}/none", dest=f"{there}/x")
    assert (missing["failed"], missing["changed"], missing["msg"], missing["status_code"]) == (
        True, False, "Request failed", 404
    )
    assert downloader.sh(f"ls -A {there}") == ""


def test_headers_and_passwords(downloader: Machine, there: str, site: tuple[str, list[str]]) -> None:
    get(downloader, url=f"{site[0]}/echo", dest=f"{there}/x", headers={"X-Test": 'a "b" \\c'}, http_agent="me/1")
    assert downloader.sh(f"cat {there}/x") == 'a "b" \\c me/1'
    done = downloader.apply("get_url", {
        "url": f"{site[0]}/secret", "dest": f"{there}/y", "url_username": "me", "url_password": PASSWORD,
    })
    assert not done.failed, (done.values, done.outcome)
    assert downloader.sh(f"cat {there}/y") == "secret"
    assert done.changed
    assert get(downloader, url=f"{site[0]}/secret", dest=f"{there}/z")["status_code"] == 401


def test_files_of_the_machine(machine: Machine, place: str) -> None:
    machine.sh(f"printf 'a\n' >'{place}/a b'")
    assert get(machine, url=f"file://{place}/a%20b", dest=f"{place}/x")["changed"] is True
    assert get(machine, url=f"file://{place}/a%20b", dest=f"{place}/x")["changed"] is False
    assert machine.sh(f"cat {place}/x") == "a\n"
    assert machine.apply("get_url", {"url": f"file://{place}/a%20b", "dest": f"{place}/y"}, check=True).changed


@pytest.mark.parametrize(("options", "why"), [
    ({"dest": "/none/x"}, "Destination directory"),
    ({"dest": "/tmp/x", "checksum": "crc:12"}, "'crc' is not known"),
    ({"dest": "/tmp/x", "checksum": "sha1:xyz"}, "checksum format is invalid"),
    ({"dest": "/tmp/x", "checksum": "sha1:file:///none"}, "list of checksums cannot be downloaded"),
])
def test_what_is_refused(busybox_machine: Machine, options: dict[str, Any], why: str) -> None:
    assert why in get(busybox_machine, url="http://127.0.0.1:1/x", **options)["msg"]


def request(**options: Any) -> Request:
    made = make(Options, {"url": "https://example.org/x", "dest": "/x", **options})
    headers = {str(name): str(value) for name, value in (made.headers or {}).items()}
    return Request(made.url, made, headers, made.url_username, made.url_password)


@pytest.mark.parametrize(("program", "options", "words"), [
    ("curl", {"validate_certs": False, "use_proxy": False, "timeout": "1m"}, ["-k", "--noproxy", "60"]),
    ("curl", {"client_cert": "/c", "client_key": "/k", "ciphers": ["A", "B"]}, ["--cert", "/c", "--key", "/k", "A:B"]),
    ("curl", {"use_gssapi": True}, ["--negotiate"]),
    ("wget", {"validate_certs": False, "use_netrc": False}, ["--no-check-certificate", "--no-netrc", "--timeout=10"]),
    ("wget", {"client_cert": "/c", "client_key": "/k", "ciphers": ["A"]}, ["--certificate=/c", "--ciphers=A"]),
    ("busybox", {"validate_certs": False, "use_proxy": False}, ["--no-check-certificate", "-Y", "off"]),
    ("busybox-T", {"timeout": "1m"}, ["-T", "60"]),
    ("apt", {"validate_certs": False, "use_proxy": False},
     ["Acquire::https::Verify-Peer=false", "Acquire::http::Proxy=false", "Acquire::http::Timeout=10", "download-file"]),
])
def test_what_a_program_is_told(program: str, options: dict[str, Any], words: list[str]) -> None:
    call = fetch(program, request(**options))
    assert set(words) <= set(call.argv)


def test_the_helper_of_apt_downloads_again_to_see_what_is_new() -> None:
    asked = request()._replace(since="Thu, 01 Jan 1970 00:00:00 GMT")
    assert fetch("apt", asked) == fetch("apt", request())
    assert "If-Modified-Since" in (fetch("curl", asked).stdin or "")


def test_secrets_are_on_no_command_line_of_curl_and_wget() -> None:
    for program in ("curl", "wget"):
        call = fetch(program, request(url_username="me", url_password="s3cret", headers={"X": "t0ken"}))
        assert not any("s3cret" in word or "t0ken" in word for word in call.argv)
        assert "s3cret" in (call.stdin or "")
        with pytest.raises(Failed, match="no line ends"):
            fetch(program, request(headers={"X": "a\nY: b"}))


@pytest.mark.parametrize(("program", "options"), [
    ("busybox", {"ciphers": ["A"]}), ("wget", {"use_gssapi": True}), ("apt", {"headers": {"A": "b"}}),
    ("apt", {"client_cert": "/c"}),
])
def test_what_a_program_cannot_do(program: str, options: dict[str, Any]) -> None:
    with pytest.raises(Failed, match=r"curl"):
        fetch(program, request(**options))


def test_a_machine_that_has_no_program_says_the_way_out() -> None:
    looking = tool("https://example.org/x")
    next(looking)
    with pytest.raises(Failed, match="neither curl nor wget") as error:
        looking.send(Answer())
    assert "package: {name: curl}" in str(error.value.hint)


def test_lists_of_checksums() -> None:
    with pytest.raises(Failed, match="Unable to find a checksum for file 'b'"):
        listed(f"{SHA1} a\n", "b", "http://example.org/sums")
    assert listed(f"{SHA1}  ./dir/a\n# x\n", "a", "") == SHA1


def test_what_this_version_cannot_do() -> None:
    entry = registry.find("modules", "get_url")
    assert entry is not None
    plugin: Any = entry.load()
    assert plugin.gap({"unredirected_headers": ["A"]}) is not None
    assert plugin.gap({"url": "x", "dest": "y"}) is None


def read(machine: Machine, url: str) -> bytes:
    """Return what modules read that want the content and no file."""
    work, answer = downloaded(url, Url(), "the key"), None
    try:
        while True:
            verb = work.send(answer)
            assert isinstance(verb, Ask)
            answer = machine.run(verb)
    except StopIteration as end:
        return bytes(end.value)


def test_a_content_is_read(downloader: Machine, site: tuple[str, list[str]]) -> None:
    assert read(downloader, f"{site[0]}/a.txt") == TEXT


@pytest.mark.parametrize("url", ["SITE/missing", "http://127.0.0.1:1/a.txt"])
def test_a_content_that_cannot_be_read_is_said_to_be_missing(
    downloader: Machine, site: tuple[str, list[str]], url: str
) -> None:
    url = url.replace("SITE", site[0])
    with pytest.raises(Failed, match=f"the key cannot be fetched from {url}: .+"):
        read(downloader, url)
