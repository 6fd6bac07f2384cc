"""Lookups beside what was recorded: what they read, write and refuse."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import jinja2
import pytest

from runner.expand import lookups
from runner.expand.filters.error import FilterError
from runner.expand.lookups.call import lookup, query
from runner.expand.lookups.context import LookupContext
from runner.expand.vault import Secret, encrypt


@pytest.fixture
def context(tmp_path: Path) -> LookupContext:
    for name in ("files", "more"):
        (tmp_path / name).mkdir()
    (tmp_path / "files" / "a.txt").write_text("one\n", encoding="utf-8")
    (tmp_path / "more" / "a.txt").write_text("two\n", encoding="utf-8")
    return LookupContext(
        search_path=(tmp_path / "files", tmp_path / "more"),
        variables={"a": 1, "ab": [2]},
        render=lambda text, more: f"{text}|{sorted(more.items())}",
        environ={"HOME": str(tmp_path), "PATH": os.environ["PATH"], "COLOUR": "blue"},
        cwd=tmp_path,
    )


def test_which_lookups_reach_out() -> None:
    assert {name for name in lookups.names() if "." not in name and lookups.reads_world(name)} == {
        "lines", "password", "pipe", "url",
    }  # fmt: skip
    assert lookups.reads_world("ansible.builtin.pipe")
    assert not lookups.reads_world("nope")


def test_the_first_directory_wins(context: LookupContext) -> None:
    assert lookup(context, "file", "a.txt") == "one"
    assert lookup(replace(context, search_path=context.search_path[::-1]), "file", "a.txt") == "two"
    assert query(context, "fileglob", "*.txt") == [str(context.search_path[0] / "a.txt")]
    assert query(context, "fileglob", "../more/*.txt") == [str(context.search_path[0] / "../more/a.txt")]
    assert lookup(context, "first_found", "nope", "a.txt") == str(context.search_path[0] / "a.txt")


def test_a_missing_file_says_where_it_was_looked_for(context: LookupContext) -> None:
    with pytest.raises(FilterError) as caught:
        lookup(context, "file", "nope/b.txt")
    files, more = context.search_path
    assert str(caught.value) == f"lookup file: there is no file 'nope/b.txt' (looked in {files}/nope, {more}/nope)"


def test_encrypted_files_are_decrypted(context: LookupContext) -> None:
    secret = Secret("default", b"pw")
    (context.cwd / "files" / "v.txt").write_text(encrypt("é\n".encode(), secret), encoding="ascii")
    with pytest.raises(FilterError, match="no vault password is known"):
        lookup(context, "file", "v.txt")
    opened = replace(context, secrets=(secret,))
    assert lookup(opened, "file", "v.txt") == "é"
    assert lookup(opened, "unvault", "v.txt") == "é\n"


def test_errors_can_be_ignored_or_told(context: LookupContext) -> None:
    heard: list[str] = []
    listening = replace(context, warn=heard.append)
    assert lookup(listening, "file", "nope", errors="ignore") is None
    assert query(listening, "file", "nope", errors="ignore") == []
    assert heard == []
    assert lookup(listening, "file", "nope", errors="warn") is None
    assert heard[0].startswith("lookup file: there is no file 'nope'")
    with pytest.raises(FilterError, match="errors is one of strict, ignore, warn, not 'bogus'"):
        lookup(listening, "file", "nope", errors="bogus")


def test_an_unknown_lookup_has_a_hint(context: LookupContext) -> None:
    with pytest.raises(FilterError) as caught:
        lookup(context, "fiile", "x")
    assert str(caught.value) == "there is no lookup called 'fiile'; did you mean 'file'?"


def test_undefined_terms_are_undefined_errors(context: LookupContext) -> None:
    nope = jinja2.StrictUndefined(name="nope")
    with pytest.raises(jinja2.UndefinedError, match="'nope' is undefined"):
        lookup(context, "env", nope)
    with pytest.raises(jinja2.UndefinedError, match="'nope' is undefined"):
        lookup(context, "env", "x", default=nope)


def test_a_variable_that_is_not_there_is_undefined(context: LookupContext) -> None:
    found = lookup(context, "vars", "nope")
    assert isinstance(found, jinja2.StrictUndefined)
    with pytest.raises(jinja2.UndefinedError, match="there is no variable 'nope'"):
        str(found)
    assert lookup(context, "vars", "a") == 1
    assert lookup(context, "varnames", "^a") == "a,ab"


@pytest.mark.parametrize(
    ("source", "options", "sent"),
    [
        ("x\n", {}, "#jinja2: trim_blocks:True\nx\n"),
        ("x\n", {"trim_blocks": False}, "#jinja2: trim_blocks:False\nx\n"),
        ("#jinja2: trim_blocks:False\nx", {}, "#jinja2: trim_blocks:False\nx"),
        ("#jinja2:lstrip_blocks:True\nx", {}, "#jinja2: trim_blocks:True, lstrip_blocks:True\nx"),
        ("x", {"variable_start_string": "[["}, "#jinja2: variable_start_string:'[[', trim_blocks:True\nx"),
    ],
)
def test_settings_of_templates_become_their_header(
    context: LookupContext, source: str, options: dict[str, Any], sent: str
) -> None:
    (context.cwd / "files" / "t.j2").write_text(source, encoding="utf-8")
    assert lookup(context, "template", "t.j2", template_vars={"b": 2}, **options) == f"{sent}|[('b', 2)]"


def test_programs_run_beside_the_playbook(context: LookupContext) -> None:
    assert lookup(context, "pipe", "pwd; echo $COLOUR") == f"{context.cwd}\nblue"
    with pytest.raises(FilterError, match="lookup pipe: 'echo no >&2; exit 4' exited with 4: no"):
        lookup(context, "pipe", "echo no >&2; exit 4")


class TestPassword:
    def test_is_kept(self, context: LookupContext) -> None:
        made = lookup(context, "password", "secrets/pw length=12 chars=digits")
        path = context.cwd / "secrets" / "pw"
        assert made.isdigit()
        assert len(made) == 12
        assert path.read_text(encoding="utf-8") == f"{made}\n"
        assert path.stat().st_mode & 0o777 == 0o600
        assert path.parent.stat().st_mode & 0o777 == 0o700
        assert [each.name for each in path.parent.iterdir()] == ["pw"]
        assert lookup(context, "password", "secrets/pw length=3") == made

    def test_keeps_the_salt_of_its_hash(self, context: LookupContext) -> None:
        made = lookup(context, "password", "pw", length=4)
        hashed = lookup(context, "password", "pw", encrypt="bcrypt", ident="2a")
        salt = (context.cwd / "pw").read_text(encoding="utf-8").split("salt=")[1][:22]
        assert hashed.startswith(f"$2a$12${salt[:21]}")  # the last digit has bits to spare
        assert (context.cwd / "pw").read_text(encoding="utf-8") == f"{made} salt={salt} ident=2a\n"
        assert lookup(context, "password", "pw", encrypt="bcrypt") == hashed
        assert lookup(context, "password", "pw") == made

    def test_of_another_build_counts(self, context: LookupContext, monkeypatch: pytest.MonkeyPatch) -> None:
        link = os.link

        def slow(source: Path, target: Path) -> None:
            target.write_text("theirs\n", encoding="utf-8")
            link(source, target)

        monkeypatch.setattr(os, "link", slow)
        assert lookup(context, "password", "pw") == "theirs"
        assert [each.name for each in context.cwd.iterdir() if each.is_file()] == ["pw"]

    def test_in_dev_null_is_a_new_one_each_time(self, context: LookupContext) -> None:
        assert lookup(context, "password", "/dev/null") != lookup(context, "password", "/dev/null")

    @pytest.mark.parametrize(
        ("terms", "options", "message"),
        [
            (("",), {}, "the path of a file is wanted"),
            (("/dev/null",), {"chars": []}, "chars names no characters"),
            (("/dev/null",), {"length": "x"}, "length has to be a whole number, not 'x'"),
            (("/dev/null lenght=5",), {}, "there is no option 'lenght'; there are chars, encrypt, ident, length, seed"),
        ],
    )
    def test_says_what_is_wrong(
        self, context: LookupContext, terms: tuple[str, ...], options: dict[str, Any], message: str
    ) -> None:
        with pytest.raises(FilterError) as caught:
            lookup(context, "password", *terms, **options)
        assert message in str(caught.value)


@pytest.mark.parametrize(
    ("name", "terms", "options", "message"),
    [
        ("sequence", ("end=9000000",), {}, "9000000 numbers are too many"),
        ("sequence", ("end=3 count=3",), {}, "either end or count is wanted, and not both"),
        ("sequence", ("x",), {}, "is neither options such as start=1 end=5 nor short for them"),
        ("subelements", ([{"a": 1}], "b"), {}, "'b' leads to a list in each mapping, unlike in {'a': 1}"),
        ("config", ("DEFAULT_FORKS",), {}, "Ingot has no settings of ansible.cfg, so none called DEFAULT_FORKS"),
        ("inventory_hostnames", ("all",), {}, "Ingot has no inventory of hosts"),
        ("first_found", ("x",), {}, "none of the files is there: x; 'skip: true' makes that no failure"),
        ("items", ([1],), {"bogus": 1}, "lookup items: got an unexpected keyword argument 'bogus'"),
        ("url", ("gopher://x",), {}, "is not a URL that can be read: http, https, ftp or file"),
        ("url", ("http://x",), {"use_gssapi": True}, "use_gssapi is not supported"),
        ("url", ("http://x",), {"bogus": True}, "there is no option 'bogus'"),
    ],
)
def test_says_what_is_wrong(
    context: LookupContext, name: str, terms: tuple[Any, ...], options: Mapping[str, Any], message: str
) -> None:
    with pytest.raises(FilterError) as caught:
        lookup(context, name, *terms, **options)
    assert message in str(caught.value)


def test_config_can_be_missing(context: LookupContext) -> None:
    heard: list[str] = []
    assert lookup(context, "config", "X", on_missing="skip") == []
    assert lookup(replace(context, warn=heard.append), "config", "X", on_missing="warn") == []
    assert len(heard) == 1


def test_sequences_count_down(context: LookupContext) -> None:
    assert query(context, "sequence", "start=5 count=2 stride=-1") == ["5", "4"]
    assert query(context, "sequence", count=2, format="n%02d") == ["n01", "n02"]


class _Site(BaseHTTPRequestHandler):
    """Shows what it is sent; ``/moved`` leads to ``/there``, ``/gone`` is gone."""

    def do_GET(self) -> None:
        status = {"/moved": 302, "/gone": 410}.get(self.path, 200)
        shown = ("User-Agent", "Authorization", "X-A", "Cache-Control")
        sent = "\n".join(f"{name}: {self.headers[name]}" for name in shown)
        body = f"{self.path}\n{sent}\n".encode()
        self.send_response(status)
        if status == 302:
            self.send_header("Location", "/there")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Keep quiet."""


@pytest.fixture
def site() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Site)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    thread.join()
    server.server_close()


class TestUrl:
    def test_gives_lines(self, context: LookupContext, site: str) -> None:
        found = query(context, "url", f"{site}/a")
        assert found == ["/a", "User-Agent: ansible-httpget", "Authorization: None", "X-A: None", "Cache-Control: None"]
        assert lookup(context, "url", f"{site}/a", split_lines=False) == "\n".join(found) + "\n"

    def test_sends_what_it_is_told(self, context: LookupContext, site: str) -> None:
        found = query(
            context, "url", f"{site}/moved", headers={"X-A": "b"}, username="ada", password="pw", force=True,
            http_agent="me", use_proxy=False,
        )  # fmt: skip
        # the login is not for the place a redirect leads to
        assert found == ["/there", "User-Agent: me", "Authorization: None", "X-A: b", "Cache-Control: no-cache"]
        direct = query(context, "url", f"{site}/a", username="ada", password="pw")
        assert direct[2] == "Authorization: Basic YWRhOnB3"

    def test_keeps_headers_from_redirects(self, context: LookupContext, site: str) -> None:
        found = query(context, "url", f"{site}/moved", headers={"X-A": "b"}, unredirected_headers=["x-a"])
        assert found[3] == "X-A: None"

    def test_reads_netrc(self, context: LookupContext, site: str) -> None:
        (context.cwd / ".netrc").write_text("machine 127.0.0.1 login ada password pw\n", encoding="utf-8")
        (context.cwd / ".netrc").chmod(0o600)
        assert query(context, "url", f"{site}/a")[2] == "Authorization: Basic YWRhOnB3"
        assert query(context, "url", f"{site}/a", use_netrc=False)[2] == "Authorization: None"

    @pytest.mark.parametrize(
        ("path", "options", "message"),
        [
            ("/gone", {}, "/gone answers 410 Gone"),
            ("/moved", {"follow_redirects": "none"}, "/moved answers 302 Found"),
            ("/a", {"timeout": "soon"}, "timeout has to be a number, not a text"),
            ("/a", {"follow_redirects": "some"}, "follow_redirects is one of urllib2, safe"),
        ],
    )
    def test_says_what_is_wrong(
        self, context: LookupContext, site: str, path: str, options: dict[str, Any], message: str
    ) -> None:
        with pytest.raises(FilterError) as caught:
            query(context, "url", site + path, **options)
        assert message in str(caught.value)

    def test_says_that_nobody_answers(self, context: LookupContext) -> None:
        with pytest.raises(FilterError, match=r"http://127\.0\.0\.1:9/ cannot be read"):
            query(context, "url", "http://127.0.0.1:9/")
