"""``ingot init``: roles from git, archives, directories and a Galaxy server, pinned by a lock file."""

from __future__ import annotations

import io
import json
import subprocess
import tarfile
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from conftest import Ingot

PLAYBOOK = """
requires:
  roles:
ROLES
sources:
  here: {builder: "null", communicator: none}
plays:
  - sources: [here]
    roles: [NAMES]
"""


def git(directory: Path, *words: str) -> str:
    command = ["git", "-c", "user.name=me", "-c", "user.email=me@here.example", *words]
    return subprocess.run(command, cwd=directory, check=True, text=True, capture_output=True).stdout.strip()


def role(path: Path, message: str, meta: str = "") -> Path:
    for name, text in (("tasks/main.yml", f"- debug: {{msg: {message}}}\n"), ("meta/main.yml", meta)):
        (path / name).parent.mkdir(parents=True, exist_ok=True)
        (path / name).write_text(text)
    return path


def repository(path: Path, message: str, tag: str) -> Path:
    role(path, message)
    git(path, "init", "-q", "-b", "main")
    git(path, "add", "-A")
    git(path, "commit", "-q", "-m", message)
    git(path, "tag", tag)
    return path


def packed(path: Path, message: str, inside: str = "some-role-1.0/") -> Path:
    with tarfile.open(path, "w:gz") as archive:
        data = f"- debug: {{msg: {message}}}\n".encode()
        info = tarfile.TarInfo(f"{inside}tasks/main.yml")
        info.size = len(data)
        archive.addfile(info, io.BytesIO(data))
    return path


def zipped(path: Path, message: str) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("tasks/main.yml", f"- debug: {{msg: {message}}}\n")
    return path


def playbook(ingot: Ingot, *roles: dict[str, str], names: str = "") -> None:
    listed = "\n".join(f"    - {json.dumps(each)}" for each in roles)
    used = names or ", ".join(each["name"] for each in roles)
    ingot.write({"playbook.yml": PLAYBOOK.replace("ROLES", listed).replace("NAMES", used)})


def messages(ingot: Ingot) -> list[str]:
    answer = ingot("build", "playbook.yml", "--no-record", "--json")
    assert answer.status == 0, answer.stderr
    events = [json.loads(line) for line in answer.stdout.splitlines()]
    return [each["message"] for each in events if each["event"] == "StepFinished" and each["section"] == "roles"]


@pytest.fixture
def server(tmp_path: Path) -> Iterator[str]:
    """A Galaxy server with a role of two versions, and archives."""
    files = {
        f"/archive/{version}.tar.gz": packed(tmp_path / f"{version}.tar.gz", f"galaxy {version}").read_bytes()
        for version in ("1.9.0", "1.10.0")
    }

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            base = f"http://{self.headers['Host']}"
            versions = [{"name": name, "download_url": f"{base}/archive/{name}.tar.gz"} for name in ("1.9.0", "1.10.0")]
            found: dict[str, Any] = {"github_user": "me", "github_repo": "x", "summary_fields": {"versions": versions}}
            known = "owner__username=me&name=web" in self.path
            body = files.get(self.path) or json.dumps({"results": [found] if known else []}).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: object) -> None:
            del args

    httpd = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=httpd.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{httpd.server_address[1]}"
    httpd.shutdown()
    httpd.server_close()


def test_roles_from_everywhere(ingot: Ingot, tmp_path: Path) -> None:
    repository(tmp_path / "repo", "git", "v1")
    packed(tmp_path / "a.tar.gz", "tar")
    zipped(tmp_path / "b.zip", "zip")
    role(tmp_path / "plain", "directory")
    playbook(
        ingot, {"name": "one", "src": f"git+file://{tmp_path}/repo", "version": "v1"},
        {"name": "two", "src": f"{tmp_path}/a.tar.gz"}, {"name": "three", "src": f"file://{tmp_path}/b.zip"},
        {"name": "four", "src": f"{tmp_path}/plain"},
    )
    missing = ingot("validate", "playbook.yml")
    assert missing.status == 2
    assert "`ingot init` installs it" in missing.stderr
    answer = ingot("init", "playbook.yml")
    assert answer.status == 0, answer.stderr
    assert [line.partition(":")[0] for line in answer.stdout.splitlines()] == ["one", "two", "three", "four"]
    assert messages(ingot) == ["git", "tar", "zip", "directory"]
    assert not (ingot.directory / ".ingot/roles/one/.git").exists()
    again = ingot("init", "playbook.yml")
    assert again.stdout.count("there already") == 4


def test_the_lock_file_pins_a_branch(ingot: Ingot, tmp_path: Path) -> None:
    repo = repository(tmp_path / "repo", "old", "v1")
    playbook(ingot, {"name": "one", "src": f"{repo}/.git", "version": "main"})
    assert ingot("init", "playbook.yml").status == 0
    lock = (ingot.directory / "ingot.lock").read_text()
    assert git(repo, "rev-parse", "HEAD") in lock
    role(repo, "new")
    git(repo, "commit", "-q", "-a", "-m", "new")
    subprocess.run(["rm", "-rf", ".ingot"], cwd=ingot.directory, check=True)
    assert ingot("init", "playbook.yml").status == 0
    assert messages(ingot) == ["old"]
    assert (ingot.directory / "ingot.lock").read_text() == lock
    assert ingot("init", "playbook.yml", "--upgrade").status == 0
    assert messages(ingot) == ["new"]


def test_what_was_changed_on_the_way_is_refused(ingot: Ingot, tmp_path: Path) -> None:
    archive = packed(tmp_path / "a.tar.gz", "good")
    playbook(ingot, {"name": "one", "src": str(archive)})
    assert ingot("init", "playbook.yml").status == 0
    lock = (ingot.directory / "ingot.lock").read_text()
    packed(archive, "evil")
    (ingot.directory / ".ingot/roles/one/tasks/main.yml").write_text("- debug: {msg: edited}\n")
    answer = ingot("init", "playbook.yml")
    assert answer.status == 2
    assert "is not what it was" in answer.stderr
    assert "--upgrade" in answer.stderr
    assert (ingot.directory / "ingot.lock").read_text() == lock


def test_a_role_on_a_galaxy_server(ingot: Ingot, server: str) -> None:
    playbook(ingot, {"name": "web", "src": "me.web"})
    assert "no" in ingot("init", "playbook.yml").stderr  # no server is asked that nobody named
    assert ingot("init", "playbook.yml", "--server", server).status == 0
    assert messages(ingot) == ["galaxy 1.10.0"]
    playbook(ingot, {"name": "web", "src": "me.web", "version": "1.9.0"})
    assert ingot("init", "playbook.yml", "--server", f"{server}/api/").status == 0
    assert messages(ingot) == ["galaxy 1.9.0"]
    for src, version, message in (("me.web", "7", "has no version '7'"), ("me.other", "", "has no role 'me.other'")):
        playbook(ingot, {"name": "web", "src": src, **({"version": version} if version else {})})
        assert message in ingot("init", "playbook.yml", "--server", server).stderr


def test_what_roles_need_comes_too(ingot: Ingot, tmp_path: Path) -> None:
    packed(tmp_path / "base.tar.gz", "base")
    role(tmp_path / "web", "web", f"dependencies: [{{role: base, src: {tmp_path}/base.tar.gz}}]\n")
    (tmp_path / "other").mkdir()
    ingot.write({"requirements.yml": f"roles:\n  - {{name: web, src: {tmp_path}/web}}\ncollections: [a.b]\n"})
    answer = ingot("init", "--requirements", "requirements.yml")
    assert answer.status == 0, answer.stderr
    assert "W138" in answer.stderr
    playbook(ingot, {"name": "web", "src": f"{tmp_path}/web"})
    assert messages(ingot) == ["base", "web"]


BAD: list[tuple[list[dict[str, str]], str]] = [
    ([{"name": "a", "src": "../nowhere.tar.gz"}], "cannot be fetched: No such file"),
    ([{"name": "../a", "src": "x.git"}], "is no name for a role"),
    ([{"name": "a", "src": "nonsense"}], "is no place that a role could come from"),
    ([{"name": "a", "src": "file:///nowhere.git"}], "git gives no HEAD"),
    ([{"name": "a", "src": "ftp://127.0.0.1/a.tar.gz"}], "only http, https and file"),
    ([{"name": "a", "src": "x.tar.gz"}, {"name": "a", "src": "y.tar.gz"}], "from two places"),
]


@pytest.mark.parametrize(("roles", "message"), BAD)
def test_what_cannot_be_installed(ingot: Ingot, roles: list[dict[str, str]], message: str) -> None:
    playbook(ingot, *roles, names="a")
    answer = ingot("init", "playbook.yml")
    assert answer.status == 2
    assert message in answer.stderr
    assert "playbook.yml:4:7" in answer.stderr or "playbook.yml:5:7" in answer.stderr
    assert not (ingot.directory / "ingot.lock").exists()


def test_an_archive_cannot_write_elsewhere(ingot: Ingot, tmp_path: Path) -> None:
    packed(tmp_path / "a.tar.gz", "x", inside="../../../")
    playbook(ingot, {"name": "a", "src": f"{tmp_path}/a.tar.gz"})
    answer = ingot("init", "playbook.yml")
    assert answer.status == 2
    assert "cannot be unpacked" in answer.stderr
    assert not list(ingot.directory.glob("**/main.yml"))


def test_nothing_to_do(ingot: Ingot) -> None:
    text = PLAYBOOK.replace("requires:\n  roles:\nROLES\n", "").replace("roles: [NAMES]", "tasks: []")
    ingot.write({"playbook.yml": text})
    assert ingot("init", "playbook.yml").stdout == "no roles are required\n"
    assert ingot("init").status == 2
    assert ingot("init", "nowhere.yml").status == 2
