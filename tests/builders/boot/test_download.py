"""Downloads of images, from a web server of the test's own."""

from __future__ import annotations

import asyncio
import hashlib
import os
import random
import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from boot_support import session

from runner.builders.shared.download import check_installer, fetched
from runner.builders.shared.iso import Iso
from runner.sdk import Failed

pytestmark = pytest.mark.usefixtures("here")

CONTENT = random.Random(1).randbytes(5_000_000)
DIGEST = hashlib.sha256(CONTENT).hexdigest()


class Web(ThreadingHTTPServer):
    """Serves files by path; can break off, forget ranges, and notes what it is asked for."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.files: dict[str, bytes] = {"/a.iso": CONTENT}
        self.asked: list[str] = []
        self.breaks_after: list[int] = []
        """After how many bytes the next answers break off."""
        self.ranges = True
        self.tags = True
        self.gate = threading.Event()
        """Answers to /slow.iso stop in the middle until this is set."""

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Web

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        if "Basic" in self.headers.get("Authorization", ""):
            self.server.asked.append(self.headers["Authorization"])
        if self.path == "/moved.iso":
            self.send_response(302)
            self.send_header("Location", f"http://localhost:{self.server.server_port}/a.iso")
            self.end_headers()
            return
        wanted = self.headers.get("Range") or ""
        self.server.asked.append(f"{self.path} {wanted}".strip())
        content = self.server.files.get(self.path.removeprefix("/bucket") if "bucket" in self.path else self.path)
        if content is None:
            self.send_error(404)
            return
        tag = f'"{hashlib.md5(content).hexdigest()}"' if self.server.tags else ""
        if tag and self.headers.get("If-None-Match") == tag:
            self.send_response(304)
            self.end_headers()
            return
        start = 0
        if wanted and self.server.ranges and self.headers.get("If-Range", tag) == tag:
            start = int(wanted.removeprefix("bytes=").removesuffix("-"))
            if start >= len(content):
                self.send_error(416)
                return
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {start}-{len(content) - 1}/{len(content)}")
        else:
            self.send_response(200)
        if tag:
            self.send_header("ETag", tag)
        self.send_header("Content-Length", str(len(content) - start))
        self.end_headers()
        end = self.server.breaks_after.pop(0) if self.server.breaks_after else len(content)
        if self.path == "/slow.iso":
            self.wfile.write(content[start : start + 2_000_000])
            start += 2_000_000
            self.server.gate.wait(60)
        self.wfile.write(content[start : start + end])


@pytest.fixture
def web(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Web]:
    monkeypatch.setenv("INGOT_CACHE_DIR", str(tmp_path / "cache"))
    server = Web()
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield server
    server.gate.set()
    server.shutdown()
    server.server_close()
    thread.join()


class Got(NamedTuple):
    """What a build got, and was told."""

    path: Path
    told: list[str]


def get(root: Path, url: str | list[str], checksum: str = DIGEST, **more: Any) -> Got:
    told: list[str] = []
    urls = {"iso_url": url} if isinstance(url, str) else {"iso_urls": url}
    options = Iso(**{**urls, "iso_checksum": checksum, **more})
    return Got(asyncio.run(fetched(session(root, told.append), options)), told)


def kept(root: Path) -> list[str]:
    """Return what lies in the cache, without locks and notes."""
    place = root / "cache" / "downloads"
    return sorted(each.name for each in place.glob("*") if each.suffix not in (".lock", ".json"))


def test_once_for_all_builds(web: Web, tmp_path: Path) -> None:
    first = get(tmp_path, f"{web.url}/a.iso")
    assert first.path.read_bytes() == CONTENT
    assert first.path.parent == tmp_path / "cache" / "downloads"
    assert first.path.suffix == ".iso"
    assert first.told == [f"Downloading {web.url}/a.iso"]
    second = get(tmp_path, f"{web.url}/mirror/a.iso", f"sha256:{DIGEST}")  # it is the checksum that counts
    assert second.path == first.path
    assert second.told == [f"a.iso is there already: {first.path.relative_to(tmp_path)}"]
    assert web.asked == ["/a.iso"]
    assert kept(tmp_path) == [first.path.name]


def test_a_file_in_the_cache_that_has_changed_is_fetched_again(web: Web, tmp_path: Path) -> None:
    path = get(tmp_path, f"{web.url}/a.iso").path
    path.write_bytes(b"broken")
    assert get(tmp_path, f"{web.url}/a.iso").path.read_bytes() == CONTENT
    os.utime(path, (1, 1))  # looked at again, and found to be right
    assert get(tmp_path, f"{web.url}/a.iso").path == path
    assert web.asked == ["/a.iso"] * 2


def test_a_connection_that_breaks_goes_on_where_it_broke(web: Web, tmp_path: Path) -> None:
    web.breaks_after = [1_500_000, 1_000_000]
    assert get(tmp_path, f"{web.url}/a.iso").path.read_bytes() == CONTENT
    assert web.asked[0] == "/a.iso"
    assert all(each.startswith("/a.iso bytes=") for each in web.asked[1:])
    assert len(web.asked) == 3


@pytest.mark.parametrize("checksum", [DIGEST, "none"])
def test_a_build_that_was_ended_leaves_something_to_go_on_from(web: Web, tmp_path: Path, checksum: str) -> None:
    web.files["/slow.iso"] = CONTENT

    async def cancelled() -> None:
        options = Iso(iso_url=f"{web.url}/slow.iso", iso_checksum=checksum)
        task = asyncio.create_task(fetched(session(tmp_path), options))
        while not _size(tmp_path):  # noqa: ASYNC110 - it is a thread that writes
            await asyncio.sleep(0.01)
        task.cancel()
        asyncio.get_running_loop().call_later(0.1, web.gate.set)  # after that has been heard of
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancelled())
    size = _size(tmp_path)
    assert 0 < size < len(CONTENT)
    assert get(tmp_path, f"{web.url}/slow.iso", checksum).path.read_bytes() == CONTENT
    assert web.asked == ["/slow.iso", f"/slow.iso bytes={size}-"]
    assert not list((tmp_path / "cache" / "downloads").glob(".*.part"))


def _size(root: Path) -> int:
    """Return how much has come of what is not whole yet."""
    return sum(each.stat().st_size for each in (root / "cache" / "downloads").glob(".*.part"))


@pytest.mark.parametrize("how", ["no ranges", "another content", "too short"])
def test_a_part_that_is_of_no_use(web: Web, tmp_path: Path, how: str) -> None:
    web.breaks_after = [1_000_000]
    web.files["/b.iso"] = b"x" * 5_000_000
    web.files["/c.iso"] = b"x" * 10
    first = {"no ranges": "/a.iso", "another content": "/b.iso", "too short": "/b.iso"}[how]
    web.tags = how == "no ranges"
    content, wanted = {"too short": (b"x" * 10, "/c.iso")}.get(how, (CONTENT, "/a.iso"))
    digest = hashlib.sha256(content).hexdigest()
    web.breaks_after = [1_000_000, 0]
    with pytest.raises(Failed, match="broke off"):
        get(tmp_path, f"{web.url}{first}", digest)
    web.ranges = how != "no ranges"
    assert get(tmp_path, f"{web.url}{wanted}", digest).path.read_bytes() == content
    assert len(kept(tmp_path)) == 1


def test_another_version_without_a_checksum(web: Web, tmp_path: Path) -> None:
    url = f"{web.url}/a.iso"
    assert get(tmp_path, url, "none").path.read_bytes() == CONTENT
    assert get(tmp_path, url, "none").told[0].startswith("a.iso is there already")
    web.files["/a.iso"] = b"new"
    assert get(tmp_path, url, "none").path.read_bytes() == b"new"
    web.tags = False  # nobody can tell whether it is the same
    get(tmp_path, url, "none")
    get(tmp_path, url, "none")
    # Once; not modified; asked and fetched again, twice; fetched without asking.
    assert web.asked == ["/a.iso"] * 7


def test_how_far_it_is_is_told(web: Web, tmp_path: Path) -> None:
    web.files["/slow.iso"] = CONTENT
    told: list[tuple[str, int, int | None]] = []

    def progress(what: str, done: int, total: int | None) -> None:
        told.append((what, done, total))
        if done:
            web.gate.set()

    options = Iso(iso_url=f"{web.url}/slow.iso", iso_checksum=DIGEST)
    asyncio.run(fetched(session(tmp_path, progress=progress), options))
    assert told[-1][::2] == ("slow.iso", len(CONTENT))
    assert 0 < told[-1][1] < len(CONTENT)


def test_a_wrong_checksum(web: Web, tmp_path: Path) -> None:
    with pytest.raises(Failed) as caught:
        get(tmp_path, f"{web.url}/a.iso", "0" * 64)
    assert str(caught.value) == (
        f"a.iso is not what it should be: its sha256 is {DIGEST}, and {'0' * 64} is wanted"
    )
    assert kept(tmp_path) == []
    assert not list((tmp_path / "cache" / "downloads").glob(".*"))


def test_the_first_address_that_has_it(web: Web, tmp_path: Path) -> None:
    web.files["/old/a.iso"] = b"old"
    urls = ["http://127.0.0.1:9/a.iso", f"{web.url}/nothing.iso", "gone.iso", f"{web.url}/old/a.iso"]
    got = get(tmp_path, [*urls, f"{web.url}/a.iso"])
    assert got.path.read_bytes() == CONTENT
    told = "\n".join(got.told)
    for each in ("127.0.0.1:9/a.iso does not answer", "404 Not Found", "no file gone.iso", "is not what it should be"):
        assert each in told
    with pytest.raises(Failed, match=r"none of iso_urls gives the image: .*404 Not Found; there is no file gone.iso"):
        get(tmp_path, urls[1:3], "1" * 64)


@pytest.mark.parametrize("form", ["gnu", "bsd"])
@pytest.mark.parametrize("where", ["web", "path", "file"])
def test_a_list_of_checksums(web: Web, tmp_path: Path, where: str, form: str) -> None:
    text = f"{DIGEST}  a.iso\n" if form == "gnu" else f"SHA256 (a.iso) = {DIGEST}\n"
    web.files["/SUMS"] = text.encode()
    (tmp_path / "SUMS").write_text(text)
    source = {"web": f"file:{web.url}/SUMS", "path": "file:./SUMS", "file": f"file:file://{tmp_path}/SUMS"}[where]
    assert get(tmp_path, f"{web.url}/a.iso", source).path.read_bytes() == CONTENT


@pytest.mark.parametrize(("source", "message"), [
    ("file:SUMS", "SUMS cannot be read"), ("file:{url}/SUMS", "404 Not Found"),
    ("file:{url}/a.iso", "has no checksum of"),
])
def test_a_list_that_is_none(web: Web, tmp_path: Path, source: str, message: str) -> None:
    with pytest.raises(Failed, match=message):
        get(tmp_path, f"{web.url}/a.iso", source.format(url=web.url))


def test_files_of_this_computer_stay_where_they_are(web: Web, tmp_path: Path) -> None:
    (tmp_path / "my image.iso").write_bytes(CONTENT)
    for url in ("my image.iso", "./my image.iso", f"file://{tmp_path}/my%20image.iso", f"{tmp_path}/my image.iso"):
        assert get(tmp_path, url).path == tmp_path / "my image.iso"
        assert get(tmp_path, url, "none").path == tmp_path / "my image.iso"
    with pytest.raises(Failed, match=r"my image\.iso is not what it should be"):
        get(tmp_path, "my image.iso", "0" * 64)
    with pytest.raises(Failed, match=r"there is no file gone\.iso"):
        get(tmp_path, "gone.iso")


def test_a_place_of_ones_own(web: Web, tmp_path: Path) -> None:
    (tmp_path / "local.iso").write_bytes(CONTENT)
    got = get(tmp_path, f"{web.url}/a.iso", iso_target_path="images/mine.iso")
    assert got.path == tmp_path / "images" / "mine.iso"
    assert get(tmp_path, f"{web.url}/a.iso", iso_target_path="images/mine.iso").path.read_bytes() == CONTENT
    assert web.asked == ["/a.iso"]
    got = get(tmp_path, "local.iso", "none", iso_target_path="images/copy.iso")
    assert got.path.read_bytes() == CONTENT
    assert sorted(each.name for each in (tmp_path / "images").iterdir()) == ["copy.iso", "mine.iso"]


def test_the_extension(web: Web, tmp_path: Path) -> None:
    assert get(tmp_path, f"{web.url}/a.iso", iso_target_extension="img").path.suffix == ".img"


def test_builds_at_once_download_once(web: Web, tmp_path: Path) -> None:
    async def go() -> set[Path]:
        options = Iso(iso_url=f"{web.url}/a.iso", iso_checksum=DIGEST)
        return set(await asyncio.gather(*(fetched(session(tmp_path), options) for _ in range(4))))

    assert len(asyncio.run(go())) == 1
    assert web.asked == ["/a.iso"]


def test_no_room(web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage._replace(free=4_000_000))
    with pytest.raises(Failed, match=r"no room for .*: it has 5.0 MB, and 4.0 MB are free"):
        get(tmp_path, f"{web.url}/a.iso")
    assert not [each for each in (tmp_path / "cache" / "downloads").glob(".*.part") if each.stat().st_size]


def test_a_user_and_a_password_are_told_to_nobody(web: Web, tmp_path: Path) -> None:
    got = get(tmp_path, f"http://me:s%20ecret@127.0.0.1:{web.server_port}/a.iso")
    assert got.path.read_bytes() == CONTENT
    assert web.asked == ["Basic bWU6cyBlY3JldA==", "/a.iso"]
    assert got.told == [f"Downloading {web.url}/a.iso"]


def test_a_password_is_not_for_those_to_whom_one_is_sent_on(web: Web, tmp_path: Path) -> None:
    get(tmp_path, f"http://me:secret@127.0.0.1:{web.server_port}/moved.iso")
    assert web.asked == ["Basic bWU6c2VjcmV0", "/a.iso"]


@pytest.mark.parametrize("notes", ["", "[]", "null", '{"new": 1}', '{"stamp": 3}', '{"url": 1, "stamp": [1, 2]}'])
def test_notes_that_mean_nothing(web: Web, tmp_path: Path, notes: str) -> None:
    path = get(tmp_path, f"{web.url}/a.iso", "none").path
    path.with_suffix(".json").write_text(notes)
    assert get(tmp_path, f"{web.url}/a.iso", "none").path.read_bytes() == CONTENT
    assert web.asked == ["/a.iso"] * 2


def test_s3(web: Web, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {
        "AWS_ENDPOINT_URL": web.url, "AWS_ACCESS_KEY_ID": "a", "AWS_SECRET_ACCESS_KEY": "b", "AWS_DEFAULT_REGION": "x",
        "AWS_EC2_METADATA_DISABLED": "true", "AWS_MAX_ATTEMPTS": "1",
    }.items():
        monkeypatch.setenv(name, value)
    web.breaks_after = [1_000_000]
    assert get(tmp_path, "s3://bucket/a.iso").path.read_bytes() == CONTENT
    assert [each.split("=")[0] for each in web.asked] == ["/bucket/a.iso", "/bucket/a.iso bytes"]
    with pytest.raises(Failed, match=r"s3://bucket/b\.iso"):
        get(tmp_path, "s3://bucket/b.iso", "1" * 64)


def test_letters_that_an_address_cannot_hold(web: Web, tmp_path: Path) -> None:
    web.files["/gr%C3%B6%C3%9Fe%20a%20b.iso"] = CONTENT
    for name in ("größe a b.iso", "gr%C3%B6%C3%9Fe%20a%20b.iso"):
        assert get(tmp_path, f"{web.url}/{name}").path.read_bytes() == CONTENT
    with pytest.raises(Failed, match="is no address"):
        get(tmp_path, "http://[::1/a.iso")
    with pytest.raises(Failed, match="does not answer"):
        get(tmp_path, "http://127.0.0.1:port/a.iso", "1" * 64)


def test_a_cache_that_cannot_be_written(web: Web, tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file")
    with pytest.raises(Failed, match=r"a\.iso cannot be kept: "):
        get(tmp_path, f"{web.url}/a.iso")


def test_an_address_of_another_kind(web: Web, tmp_path: Path) -> None:
    with pytest.raises(Failed, match=r"nothing can be downloaded from ftp://example\.com/a\.iso"):
        get(tmp_path, "ftp://me:secret@example.com/a.iso")


def test_what_is_no_image_of_a_cd(tmp_path: Path) -> None:
    page, image = tmp_path / "a.iso", tmp_path / "b.iso"
    page.write_text("<html>moved</html>")
    image.write_bytes(b"\0" * 32769 + b"CD001" + b"\0" * 100)
    asyncio.run(check_installer(image))
    with pytest.raises(Failed, match=r"a\.iso is no ISO 9660 image"):
        asyncio.run(check_installer(page))
