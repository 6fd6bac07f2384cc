"""Other files in the place of what was built."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from sessions import session

from runner.post_processors.artifice import Artifice, Options
from runner.sdk import Artifact, Failed

CASES: dict[str, tuple[list[str], list[str]]] = {
    "a name": (["b.txt"], ["b.txt"]),
    "a wildcard": (["*.txt"], ["a.txt", "b.txt"]),
    "each once, in the order of the patterns": (["b*", "*.txt"], ["b.txt", "a.txt"]),
    "below directories": (["**/c.*"], ["sub/c.raw"]),
    "a hidden one": (["sub/*"], ["sub/.c.raw", "sub/c.raw"]),
    "a directory": (["sub"], ["sub"]),
    "a pattern without a file beside one with": (["none*", "a.txt"], ["a.txt"]),
}


@pytest.mark.parametrize(("patterns", "names"), CASES.values(), ids=CASES)
def test_files(patterns: list[str], names: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = tmp_path / "with [brackets]"
    (root / "sub").mkdir(parents=True)
    for name in ("a.txt", "b.txt", "sub/c.raw", "sub/.c.raw"):
        (root / name).write_text("hi")
    monkeypatch.chdir(root)  # names are told as they are seen from here
    labels = {"x": "y"}
    built = Artifact("null", "Null", labels=labels, made=False)
    made = asyncio.run(Artifice(Options(files=patterns)).process(session(root), built))
    shown = f"Created artifact from files: {', '.join(names)}"
    assert made == Artifact("artifice", "", tuple(root / name for name in names), labels, shown)
    absolute = [str(tmp_path / "with [[]brackets]" / pattern) for pattern in patterns]
    assert asyncio.run(Artifice(Options(files=absolute)).process(session(root), built)) == made


def test_no_file_at_all(tmp_path: Path) -> None:
    with pytest.raises(Failed, match=r"there is no file like x\*, y"):
        asyncio.run(Artifice(Options(files=["x*", "y"])).process(session(tmp_path), Artifact("null", "Null")))


@pytest.mark.parametrize("keep", [True, False])
def test_what_was_built_is_kept_unless_the_option_says_otherwise(keep: bool) -> None:  # noqa: FBT001 - a table's column
    assert Artifice(Options(files=["x"], keep_input_artifact=keep)).keeps_input is keep
