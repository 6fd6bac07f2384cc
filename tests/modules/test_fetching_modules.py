"""Modules that fetch: git, pip, uri, on a Debian that has these programs."""

# ruff: noqa: E501 - scripts and what they write stand in one line

from __future__ import annotations

import email
from collections.abc import Iterator
from pathlib import Path

import pytest
from harness import Machine

from runner.sdk import Ask

PACKAGES = "git curl wget python3-pip python3-venv"
SERVER = r"""
import http.server
class Handler(http.server.BaseHTTPRequestHandler):
    def answer(self):
        size = int(self.headers.get("Content-Length") or 0)
        body = self.rfile.read(size)
        if self.path == "/moved":
            self.send_response(302); self.send_header("Set-Cookie", "seen=1; Path=/"); self.send_header("Location", "/json"); self.send_header("Content-Length", "0")
            self.end_headers(); return
        text = b'{"a": [1, 2]}' if self.path == "/json" else b"|".join((
            self.command.encode(), self.headers.get("X-Mine", "").encode(),
            self.headers.get("Authorization", "").encode(), self.headers.get("Content-Type", "").encode(), body))
        self.send_response(404 if self.path == "/none" else 201 if self.path == "/made" else 200)
        self.send_header("Content-Type", "application/json" if self.path == "/json" else "text/plain")
        self.send_header("Content-Length", str(len(text))); self.end_headers()
        if self.command != "HEAD": self.wfile.write(text)
    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = answer
    def log_message(self, *args): pass
http.server.HTTPServer(("127.0.0.1", 8099), Handler).serve_forever()
"""
REPOSITORY = r"""
export HOME=/root GIT_AUTHOR_NAME=me GIT_AUTHOR_EMAIL=me@x GIT_COMMITTER_NAME=me GIT_COMMITTER_EMAIL=me@x
rm -rf /srv/repo /srv/clone; mkdir -p /srv/repo; cd /srv/repo; git init -q -b main
echo one >file; git add file; git commit -q -m one; git tag -a -m v1 v1; git branch old
echo two >file; git commit -q -a -m two
"""


@pytest.fixture(scope="module")
def machine_with(debian_machine: Machine) -> Machine:
    debian_machine.sh(f"apt-get update -qq && DEBIAN_FRONTEND=noninteractive "
                      f"apt-get install -qq --no-install-recommends {PACKAGES} >/dev/null")
    return debian_machine


@pytest.fixture(scope="module")
def server(machine_with: Machine) -> Iterator[str]:
    machine_with.put("/srv/server.py", SERVER.encode())
    machine_with.sh("(python3 /srv/server.py </dev/null >/dev/null 2>&1 & echo $! >/srv/pid)")
    assert not machine_with.apply("wait_for", {"port": 8099, "timeout": "10", "sleep": "0.1"}).failed
    yield "http://127.0.0.1:8099"
    machine_with.sh("kill $(cat /srv/pid)")


@pytest.fixture(params=["curl", "wget"])
def program(request: pytest.FixtureRequest, machine_with: Machine) -> Iterator[str]:
    if request.param == "wget":
        machine_with.sh("mv /usr/bin/curl /usr/bin/curl.away")
    yield request.param
    machine_with.sh("if [ -e /usr/bin/curl.away ]; then mv /usr/bin/curl.away /usr/bin/curl; fi")


ANSWERS = [
    ({"url": "/json"}, {"status": 200, "json": {"a": [1, 2]}, "content_type": "application/json", "redirected": False}),
    ({"url": "/moved"}, {"status": 200, "json": {"a": [1, 2]}, "redirected": True, "cookies": {"seen": "1"},
                         "cookies_string": "seen=1", "url": "http://127.0.0.1:8099/json"}),
    ({"url": "/moved", "follow_redirects": "none", "status_code": "302"}, {"status": 302, "location": "/json"}),
    ({"url": "/x", "return_content": True, "headers": {"X-Mine": 'a "b" \\'}}, {"content": 'GET|a "b" \\|||'}),
    ({"url": "/x", "method": "POST", "body": {"k": "v\n"}, "body_format": "json", "return_content": True},
     {"content": 'POST|||application/json|{"k": "v\\n"}'}),
    ({"url": "/x", "method": "PUT", "body": {"k": ["1", "2 3"]}, "body_format": "form-urlencoded",
      "return_content": True}, {"content": "PUT|||application/x-www-form-urlencoded|k=1&k=2+3"}),
    ({"url": "/x", "url_username": "me", "url_password": "word", "force_basic_auth": True, "return_content": True},
     {"content": "GET||Basic bWU6d29yZA==||"}),
    ({"url": "/none", "status_code": [404, 410]}, {"status": 404}),
    ({"url": "/made", "method": "DELETE", "status_code": ["201"]}, {"status": 201}),
    ({"url": "/json", "method": "HEAD"}, {"status": 200}),
]


@pytest.mark.parametrize(("options", "values"), ANSWERS)
@pytest.mark.usefixtures("program")
def test_what_a_server_answers(
    machine_with: Machine, server: str, options: dict[str, object], values: dict[str, object]
) -> None:
    done = machine_with.apply("uri", {**options, "url": f"{server}{options['url']}"})
    assert not done.failed, done.values
    assert {name: done.values.get(name) for name in values} == values
    assert not done.changed or options.get("method") in ("POST", "PUT", "DELETE")


@pytest.mark.usefixtures("program")
def test_a_form_with_files(machine_with: Machine, server: str, tmp_path: Path) -> None:
    machine_with.here = tmp_path
    (tmp_path / "picture.png").write_bytes(b"\0\1")
    body = {"a": "b", "f": {"filename": "x.txt", "content": "c\nd", "mime_type": "text/x"},
            "p": {"filename": "picture.png"}, "r": {"filename": "picture.png", "multipart_encoding": "7or8bit"}}
    options = {"url": f"{server}/x", "method": "POST", "body": body, "body_format": "form-multipart"}
    done = machine_with.apply("uri", {**options, "return_content": True})
    kind, sent = done.values["content"].split("|")[3:]
    message = email.message_from_string(f"Content-Type: {kind}\r\n\r\n{sent}")
    parts = [part for part in message.walk() if not part.is_multipart()]
    assert [part.get_param("name", header="content-disposition") for part in parts] == ["a", "f", "p", "r"]
    assert [part.get_payload(decode=True) for part in parts] == [b"b", b"c\nd", b"\0\1", b"\0\1"]
    assert [part.get_content_type() for part in parts] == ["text/plain", "text/x", "image/png", "image/png"]
    assert [part["Content-Transfer-Encoding"] for part in parts] == [None, None, "base64", None]


@pytest.mark.usefixtures("program")
def test_no_secret_is_on_a_command_line(machine_with: Machine, server: str) -> None:
    options = {"url": f"{server}/x", "url_username": "me", "url_password": "word", "force_basic_auth": True}
    done = machine_with.apply("uri", options)
    assert done.values["status"] == 200
    told = " ".join(word for verb in done.verbs if isinstance(verb, Ask) for word in verb.argv)
    assert "word" not in told
    assert "bWU6d29yZA" not in told


def test_an_answer_that_is_not_wanted(machine_with: Machine, server: str) -> None:
    done = machine_with.apply("uri", {"url": f"{server}/none"})
    assert done.failed
    assert done.values["msg"] == "Status code was 404 and not [200]: HTTP Error 404: Not Found"
    assert done.values["content"] == "GET||||"
    nobody = machine_with.apply("uri", {"url": "http://127.0.0.1:1/"})
    assert (nobody.failed, nobody.values["status"]) == (True, -1)


def test_an_answer_that_is_kept(machine_with: Machine, server: str) -> None:
    options = {"url": f"{server}/json", "dest": "/srv/kept.json", "mode": "0600"}
    assert machine_with.apply("uri", options).changed
    assert machine_with.sh("cat /srv/kept.json; stat -c ' %a' /srv/kept.json") == '{"a": [1, 2]} 600\n'
    assert not machine_with.apply("uri", options).changed
    assert machine_with.apply("uri", {**options, "creates": "/srv/kept.json"}).values["skipped"]


def head(machine: Machine, name: str) -> str:
    return machine.sh(f"git -C /srv/repo rev-parse '{name}^{{commit}}'").strip()


def test_a_repository(machine_with: Machine) -> None:
    machine_with.sh(REPOSITORY)
    options = {"repo": "/srv/repo", "dest": "/srv/clone"}
    assert machine_with.apply("git", options, check=True).changed
    cloned = machine_with.apply("git", options)
    assert (cloned.values["before"], cloned.values["after"]) == (None, head(machine_with, "main")), cloned.values
    assert not machine_with.apply("git", options).changed
    for version, wanted in (("v1", "v1"), ("old", "old"), (head(machine_with, "main"), "main"), ("main", "main")):
        done = machine_with.apply("git", {**options, "version": version})
        assert done.values["after"] == head(machine_with, wanted), done.values
        assert not machine_with.apply("git", {**options, "version": version}).changed, version
    machine_with.sh("echo three >/srv/repo/file; git -C /srv/repo -c user.name=m -c user.email=m@x commit -qam three")
    assert not machine_with.apply("git", {**options, "update": False}).changed
    assert machine_with.apply("git", {**options, "version": "main"}).values["after"] == head(machine_with, "main")
    assert machine_with.sh("cat /srv/clone/file") == "three\n"
    machine_with.sh("echo mine >/srv/clone/file")
    refused = machine_with.apply("git", options)
    assert "Local modifications exist" in refused.values["msg"]
    assert machine_with.apply("git", {**options, "force": True}).changed
    assert machine_with.sh("cat /srv/clone/file") == "three\n"


@pytest.mark.parametrize(("options", "message"), [
    ({"repo": "/srv/nowhere", "dest": "/srv/x"}, "Failed to download"),
    ({"repo": "/srv/repo", "dest": "/etc"}, "is no clone"),
    ({"repo": "/srv/repo", "dest": "/srv/y", "version": "nothing"}, "Failed to checkout nothing"),
])
def test_a_repository_that_cannot_be_had(machine_with: Machine, options: dict[str, object], message: str) -> None:
    machine_with.sh(REPOSITORY)
    done = machine_with.apply("git", options)
    assert done.failed
    assert message in done.values["msg"]


def test_a_shallow_clone(machine_with: Machine) -> None:
    machine_with.sh(REPOSITORY)
    options = {"repo": "file:///srv/repo", "dest": "/srv/clone", "depth": 1, "version": "v1"}
    assert machine_with.apply("git", options).changed
    assert machine_with.sh("git -C /srv/clone rev-list --count HEAD; cat /srv/clone/file") == "1\none\n"
    assert not machine_with.apply("git", options).changed


PACKAGE = """
mkdir -p /srv/pkg/mine && cd /srv/pkg && touch mine/__init__.py
printf '[build-system]\\nrequires = []\\nbuild-backend = "backend"\\nbackend-path = ["."]\\n' >pyproject.toml
cat >backend.py <<'END'
import zipfile
def build_wheel(directory, config_settings=None, metadata_directory=None):
    name = "mine-1.2-py3-none-any.whl"
    with zipfile.ZipFile(f"{directory}/{name}", "w") as wheel:
        wheel.writestr("mine/__init__.py", "")
        wheel.writestr("mine-1.2.dist-info/METADATA", "Metadata-Version: 2.1\\nName: mine\\nVersion: 1.2\\n")
        wheel.writestr("mine-1.2.dist-info/WHEEL", "Wheel-Version: 1.0\\nRoot-Is-Purelib: true\\nTag: py3-none-any\\n")
        wheel.writestr("mine-1.2.dist-info/RECORD", "")
    return name
END
python3 -c 'import sys; sys.path.insert(0, "/srv/pkg"); import backend, os; os.makedirs("/srv/wheels", exist_ok=True); backend.build_wheel("/srv/wheels")'
"""


def test_packages_of_python(machine_with: Machine) -> None:
    machine_with.sh(PACKAGE)
    extra = {"extra_args": "--no-index --find-links /srv/wheels", "virtualenv": "/srv/env"}
    assert machine_with.apply("pip", {"name": "mine", **extra}, check=True).changed
    done = machine_with.apply("pip", {"name": "mine>=1,<2", **extra})
    assert done.changed, done.values
    assert not done.failed, done.values
    assert machine_with.sh("/srv/env/bin/python -c 'import mine; print(1)'") == "1\n"
    for again in ({"name": "mine"}, {"name": "Mine", "version": "1.2"}, {"name": "mine", "state": "latest"}):
        assert not machine_with.apply("pip", {**again, **extra}).changed, again
    failed = machine_with.apply("pip", {"name": "mine", "version": "3", **extra})
    assert failed.failed
    assert machine_with.apply("pip", {"name": "mine", "state": "absent", "virtualenv": "/srv/env"}).changed
    assert not machine_with.apply("pip", {"name": "mine", "state": "absent", "virtualenv": "/srv/env"}).changed
    managed = machine_with.apply("pip", {"name": "mine", "extra_args": extra["extra_args"]})
    assert "externally-managed-environment" in managed.values["msg"]
