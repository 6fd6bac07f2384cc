"""Which builds and which tasks are wanted."""

from __future__ import annotations

import pytest

from runner.planning.selection import Selection, matches


@pytest.mark.parametrize(("tags", "wanted", "skipped", "runs"), [
    # as in Ansible, with `always` and `never` as tags of tasks, and `all`, `tagged` and `untagged` on the command line
    ("", "", "", True),
    ("a", "", "", True),
    ("a", "a", "", True),
    ("a b", "b c", "", True),
    ("a", "b", "", False),
    ("", "b", "", False),
    ("a", "all", "", True),
    ("", "all", "", True),
    ("a", "tagged", "", True),
    ("", "tagged", "", False),
    ("a", "untagged", "", False),
    ("", "untagged", "", True),
    ("always", "b", "", True),
    ("always", "untagged", "", True),
    ("always", "", "always", False),
    ("always", "", "all", True),
    ("always a", "", "a", False),
    ("always", "", "tagged", False),
    ("never", "", "", False),
    ("never", "all", "", False),
    ("never", "tagged", "", False),
    ("never", "untagged", "", False),
    ("never", "never", "", True),
    ("never a", "", "", False),
    ("never a", "a", "", True),
    ("never a", "tagged", "", False),
    ("never a", "all", "", False),
    ("never always", "", "", True),
    ("a", "", "a", False),
    ("a", "", "b", True),
    ("a", "", "all", False),
    ("", "", "all", False),
    ("a", "", "tagged", False),
    ("", "", "tagged", True),
    ("a", "", "untagged", True),
    ("", "", "untagged", False),
    ("a b", "a", "b", False),
])
def test_tags_select_as_in_ansible(tags: str, wanted: str, skipped: str, *, runs: bool) -> None:
    selection = Selection(tags=tuple(wanted.split()), skip_tags=tuple(skipped.split()))
    assert (selection.tag_refusal(tags.split()) is None) is runs


@pytest.mark.parametrize(("pattern", "name", "fits"), [
    ("web.debian", "web.debian", True),
    ("web.*", "web.debian", True),
    ("*.debian", "web.debian", True),
    ("*", "web.debian", True),
    ("web", "web.debian", False),
    ("web.debian[1,a]", "web.debian[1,a]", True),
    ("web.debian[*,a]", "web.debian[1,a]", True),
    ("web.debian[1,a]", "web.debian1", False),
    ("web.debia?", "web.debian", True),
    ("WEB.*", "web.debian", False),
    ("web.qemu.*", "web.qemu.ubuntu", True),
])
def test_patterns_are_globs_in_which_brackets_are_plain(pattern: str, name: str, *, fits: bool) -> None:
    assert matches(pattern, [name]) is fits
