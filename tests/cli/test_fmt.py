"""``ingot fmt`` as a filter: standard input to standard output."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Ingot

UGLY = "a:   1\nb: 2\n"
FORMATTED = "a: 1\nb: 2\n"
DIFF = "--- <stdin> (as it is)\n+++ <stdin> (formatted)\n@@ -1,2 +1,2 @@\n-a:   1\n+a: 1\n b: 2\n"


@pytest.mark.parametrize(("words", "text", "answer"), [
    ((), UGLY, (0, FORMATTED, "")),
    (("--check",), UGLY, (3, "", "")),
    (("--diff",), UGLY, (0, DIFF, "")),
    (("--check", "--diff"), UGLY, (3, DIFF, "")),
    (("--check", "--diff"), FORMATTED, (0, "", "")),
])
def test_standard_input(ingot: Ingot, words: tuple[str, ...], text: str, answer: tuple[int, str, str]) -> None:
    assert ingot("fmt", *words, "-", stdin=text) == answer
