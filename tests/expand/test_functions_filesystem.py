"""Functions of files, on a small tree.

What they give was seen in Packer 1.6.6 and Terraform 1.11.4, unless a case says otherwise.
"""

from __future__ import annotations

import datetime as dt
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runner.expand import functions
from runner.expand.functions.context import Context
from runner.expand.functions.doublestar import alternatives
from runner.expand.functions.error import FunctionError

EVERYTHING = [
    ".hid/q.txt", ".hidden", "B.TXT", "[x].txt", "a.txt", "bin", "link", "linkdir/b.txt", "linkdir/deep/c.txt", "nfd",
    "sp ace/d e.txt", "sub/b.txt", "sub/deep/c.txt", "t.tpl", "{y}.txt",
]  # fmt: skip


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("playbook")
    for name in ("sub/deep", "sp ace", ".hid"):
        (root / name).mkdir(parents=True)
    for name in EVERYTHING:
        if "link" not in name:
            (root / name).write_text(name, encoding="utf-8")
    (root / "a.txt").write_text("hi é", encoding="utf-8")
    (root / "nfd").write_text("e\u0301", encoding="utf-8")
    (root / "bin").write_bytes(b"\xff\xfe")
    (root / "t.tpl").write_text("a: {{ x }}\n", encoding="utf-8")
    (root / "link").symlink_to("a.txt")
    (root / "linkdir").symlink_to("sub")
    os.mkfifo(root / "fifo")
    return root


def call(tree: Path, name: str, *args: Any) -> Any:
    def render(text: str, names: Mapping[str, Any]) -> Any:
        return (text, dict(names))

    found = functions.find(name)
    assert found is not None
    context = Context(
        root=tree, cwd=Path("/home/me/dir"), now=dt.datetime.now(dt.UTC), render=render, environ={"HOME": "/home/me"}
    )
    return found(*args, context=context) if functions.needs_context(name) else found(*args)


@pytest.mark.parametrize(
    ("name", "args", "wanted"),
    [
        ("file", ["a.txt"], "hi é"),
        ("file", ["./sub/../a.txt"], "hi é"),
        ("file", ["link"], "hi é"),
        ("file", ["nfd"], "é"),
        ("filebase64", ["bin"], "//4="),
        ("filemd5", ["a.txt"], "cca6f1e3e151338f35c4bdd381983e46"),
        ("filesha1", ["a.txt"], "a52aed59d42cc90448f40900eff229a87feb6b0c"),
        ("filesha256", ["a.txt"], "c0249bf4bc0c0dd651cd099a2e78c45ced05f2979c1aa7bbdcb3b9ebb5678fe2"),
        ("filebase64sha256", ["a.txt"], "wCSb9LwMDdZRzQmaLnjEXO0F8pecGqe73LO567Vnj+I="),
        (
            "filebase64sha512",
            ["a.txt"],
            "8ieXtPyT+qCfhwIsjCPQm20LX6tDwb//v0xj1rLqUIxgyLh/kpL6124i0jyqinC86DTnRvsLDcCTZ82DhapZBg==",
        ),
        (
            "filesha512",
            ["a.txt"],
            (
                "f22797b4fc93faa09f87022c8c23d09b6d0b5fab43c1bfffbf4c63d6b2ea508c"
                "60c8b87f9292fad76e22d23caa8a70bce834e746fb0b0dc09367cd8385aa5906"
            ),
        ),
        ("fileexists", ["a.txt"], True),
        ("fileexists", ["link"], True),
        ("fileexists", ["nope"], False),
        ("fileexists", ["sub/nope/x"], False),
        ("abspath", ["a.txt"], "/home/me/dir/a.txt"),
        ("abspath", [""], "/home/me/dir"),
        ("abspath", ["."], "/home/me/dir"),
        ("abspath", ["../x/./y//z/.."], "/home/me/x/y"),
        ("abspath", ["/a/../b/"], "/b"),
        ("abspath", ["~/x"], "/home/me/dir/~/x"),
        ("abspath", ["//a"], "/a"),
        ("abspath", ["/.."], "/"),
        ("pathexpand", ["~"], "/home/me"),
        ("pathexpand", ["~/x"], "/home/me/x"),
        ("pathexpand", ["~/"], "/home/me"),
        ("pathexpand", ["~/../x"], "/home/x"),
        ("pathexpand", ["a/~"], "a/~"),
        ("pathexpand", [""], ""),
        ("pathexpand", ["/a"], "/a"),
    ],
)
def test_files_and_paths(tree: Path, name: str, args: list[Any], wanted: Any) -> None:
    assert call(tree, name, *args) == wanted


@pytest.mark.parametrize(
    ("path", "pattern", "wanted"),
    [
        (".", "**", EVERYTHING),
        (".", "**/", EVERYTHING),
        ("sub", "*", ["b.txt"]),
        ("sub", "**", ["b.txt", "deep/c.txt"]),
        (".", "*.txt", ["[x].txt", "a.txt", "{y}.txt"]),
        (".", "**.txt", ["[x].txt", "a.txt", "{y}.txt"]),
        (".", "a**", ["a.txt"]),
        (".", "sub/**", ["sub/b.txt", "sub/deep/c.txt"]),
        (".", "sub/**/*", ["sub/b.txt", "sub/deep/c.txt"]),
        (".", "**/c.txt", ["linkdir/deep/c.txt", "sub/deep/c.txt"]),
        (".", "**/**/c.txt", ["linkdir/deep/c.txt", "sub/deep/c.txt"]),
        (".", "sub/*/c.txt", ["sub/deep/c.txt"]),
        (".", "?.txt", ["a.txt"]),
        (".", "[ab].txt", ["a.txt"]),
        (".", "[a-c].txt", ["a.txt"]),
        (".", "[^a].txt", []),
        (".", "[!a].txt", ["a.txt"]),
        (".", "{a,b}.txt", ["a.txt"]),
        (".", "{a,sub/b}.txt", ["a.txt", "sub/b.txt"]),  # Packer's alternatives may hold a slash
        (".", "{a,{l,x}ink}*", ["a.txt", "link"]),
        (".", "[[]x].txt", ["[x].txt"]),
        (".", "\\[x].txt", ["[x].txt"]),  # Terraform's escapes work
        (".", "\\{y\\}.txt", ["{y}.txt"]),
        (".", "a}", []),
        (".", "", []),
        (".", ".", []),
        (".", "sub", []),
        (".", "sub/", []),
        (".", "./a.txt", ["a.txt"]),
        (".", "sub/../a.txt", ["a.txt"]),
        (".", "sub//b.txt", ["sub/b.txt"]),
        ("sub", "../a.txt", ["../a.txt"]),
        (".", "/etc/passwd", []),
        ("nope", "*", []),
        ("a.txt", "*", []),
        ("linkdir", "*", ["b.txt"]),
        (".", "linkdir/*", ["linkdir/b.txt"]),
        (".", ".*", [".hidden"]),
        (".", "*.TXT", ["B.TXT"]),
        (".", "sp ace/*", ["sp ace/d e.txt"]),
        (".", "a.txt/*", []),
        (".", "fifo", []),
        ("./sub/../sub", "b.txt", ["b.txt"]),
        ("sub/", "*", ["b.txt"]),
    ],
)
def test_fileset(tree: Path, path: str, pattern: str, wanted: list[str]) -> None:
    assert call(tree, "fileset", path, pattern) == wanted


def test_fileset_of_an_absolute_path(tree: Path) -> None:
    assert call(tree, "fileset", str(tree / "sub"), "**") == ["b.txt", "deep/c.txt"]


def test_fileset_does_not_walk_in_circles(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "up").symlink_to(tmp_path)
    (tmp_path / "a" / "f").touch()
    assert call(tmp_path, "fileset", ".", "**") == ["a/f"]


def test_a_link_to_nowhere_is_an_error_where_its_name_matches(tmp_path: Path) -> None:
    (tmp_path / "broken").symlink_to("nowhere")
    (tmp_path / "whole").touch()
    assert call(tmp_path, "fileset", ".", "**") == ["whole"]
    assert call(tmp_path, "fileset", ".", "w*") == ["whole"]
    assert call(tmp_path, "fileexists", "broken") is False
    with pytest.raises(FunctionError, match="'broken' is a link to a file that does not exist"):
        call(tmp_path, "fileset", ".", "*")


@pytest.mark.parametrize(
    ("name", "args", "message"),
    [
        ("file", ["nope"], "argument 'path': there is no file '.*/nope'"),
        ("file", ["sub"], "is no regular file"),
        ("file", [""], "is no regular file"),
        ("file", ["fifo"], "is no regular file"),
        ("file", ["bin"], "'bin' is not valid UTF-8; filebase64"),
        ("file", ["~/nope"], "there is no file '/home/me/nope'"),
        ("file", ["~root/x"], "home directories of other users"),
        ("file", [None], "must not be null"),
        ("filesha256", ["nope"], "there is no file"),
        ("fileexists", ["sub"], "is no regular file"),
        ("fileexists", ["fifo"], "is no regular file"),
        ("pathexpand", ["~root"], "home directories of other users"),
        ("fileset", [".", "["], "a bracket is not closed"),
        ("fileset", [".", "{"], "a brace is not closed"),
        ("fileset", [".", "{a"], "a brace is not closed"),
        ("fileset", [".", "a\\"], "ends with a backslash"),
        ("fileset", [".", "[z-a]"], "goes backwards"),
        ("fileset", [".", "{a,b}" * 12], "more than 1000 alternatives"),
        ("fileset", [None, "*"], "argument 'path': it must not be null"),
        ("templatefile", ["nope", {}], "there is no file"),
        ("templatefile", ["bin", {}], "not valid UTF-8"),
        ("templatefile", ["t.tpl", "x"], "argument 'vars': a mapping is required, not a string"),
        ("templatefile", ["t.tpl", [1]], "argument 'vars': a mapping is required, not a list"),
        ("templatefile", ["t.tpl", None], "argument 'vars': it must not be null"),
        ("templatefile", ["t.tpl", {"a b": 1}], "'a b' is no variable's name"),
        ("templatefile", ["t.tpl", {"1a": 1}], "'1a' is no variable's name"),
        ("templatestring", ["x", 1], "templatestring\\(\\): argument 'vars'"),
    ],
)
def test_refusals(tree: Path, name: str, args: list[Any], message: str) -> None:
    with pytest.raises(FunctionError, match=message):
        call(tree, name, *args)


def test_without_home_a_tilde_has_no_meaning(tmp_path: Path) -> None:
    found = functions.find("pathexpand")
    assert found is not None
    context = Context(root=tmp_path, cwd=tmp_path, now=dt.datetime.now(dt.UTC), render=lambda *_: "", environ={})
    with pytest.raises(FunctionError, match="no HOME"):
        found("~/x", context=context)


@pytest.mark.parametrize("name", ["x", "_a", "a-b", "é", "a1"])
def test_templates_get_their_text_and_variables(tree: Path, name: str) -> None:
    text, names = call(tree, "templatefile", "t.tpl", {name: [1, 2]})
    assert text == "a: {{ x }}\n"
    assert names.pop("templatefile")
    assert names == {name: [1, 2]}
    assert call(tree, "templatestring", "b", {name: 1})[0] == "b"


def test_a_template_cannot_call_templatefile(tree: Path) -> None:
    _, names = call(tree, "templatefile", "t.tpl", {})
    with pytest.raises(FunctionError, match="a template cannot call it"):
        names["templatefile"]("t.tpl", {})


def test_what_a_template_gives_is_given_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "t").write_text("x", encoding="utf-8")
    found = functions.find("templatefile")
    assert found is not None
    context = Context(root=tmp_path, cwd=tmp_path, now=dt.datetime.now(dt.UTC), render=lambda *_: [1, 2], environ={})
    assert found("t", {}, context=context) == [1, 2]


@given(st.lists(st.text("abc/*[]^\\", max_size=4), min_size=1, max_size=4))
def test_alternatives_are_written_out(options: list[str]) -> None:
    if not any(sign in each for each in options for sign in "\\["):
        assert alternatives("x{" + ",".join(options) + "}y") == [f"x{each}y" for each in options]


@given(st.text("ab*?[]{},\\!^-/.", max_size=12))
def test_any_pattern_is_understood_or_refused(pattern: str) -> None:
    try:
        found = call(Path(__file__).parent, "fileset", ".", pattern)
    except FunctionError as error:
        assert error.argument == "pattern"  # noqa: PT017 - either way is right
    else:
        assert isinstance(found, list)
