"""A pattern that tries very many ways is given up, whatever module works with it."""

from __future__ import annotations

import re
from unittest.mock import patch

import pytest

from runner import in_time
from runner.modules.lineinfile import Lineinfile
from runner.modules.support.patterns import compiled, matching
from runner.schema.records import make
from runner.sdk import Failed

NEVER = "^(a+)+$"
"""Tries as many ways as there are subsets of the letters."""
LINE = b"a" * 50 + b"b"


def test_a_search_is_given_up() -> None:
    with (
        patch.object(in_time, "_SECONDS", 0.1),
        pytest.raises(Failed, match=r"^regexp is given up: it takes more than"),
        matching("regexp"),
    ):
        re.search(NEVER.encode(), LINE)


def test_a_wrong_pattern_names_its_option() -> None:
    with pytest.raises(Failed, match=r"^insertafter is no regular expression: "):
        compiled("(", "insertafter")


@pytest.mark.parametrize(("options", "named"), [
    ({"regexp": NEVER}, "regexp"), ({"insertafter": NEVER}, "insertafter"), ({"insertbefore": NEVER}, "insertbefore"),
], ids=str)
def test_lineinfile_gives_up(options: dict[str, str], named: str) -> None:
    module = Lineinfile(make(Lineinfile.options_type(), {"path": "/f", "line": "x", **options}))
    with (
        patch.object(in_time, "_SECONDS", 0.1),
        pytest.raises(Failed, match=f"^{named} is given up: it takes more than"),
    ):
        module._put([LINE])


@pytest.mark.parametrize("line", [r"\1", r"\g<name>"])
def test_a_reference_to_no_group_names_its_options(line: str) -> None:
    options = {"path": "/f", "line": line, "regexp": "a", "backrefs": True}
    with pytest.raises(Failed, match=r"^regexp with line "):
        Lineinfile(make(Lineinfile.options_type(), options))._put([LINE])
