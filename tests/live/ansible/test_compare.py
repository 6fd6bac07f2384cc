"""The comparison with real Ansible, on a role of our own."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

import pytest
from compare import compare, told
from live_machine import base
from live_outcome import Outcome
from live_trees import Entry, differences

ANSIBLE = os.environ.get("INGOT_TEST_ANSIBLE", "")
HERE = Path(__file__).parent


@pytest.mark.slow
@pytest.mark.skipif(not ANSIBLE, reason="INGOT_TEST_ANSIBLE names no ansible-playbook to ask")
@pytest.mark.usefixtures("engine")
def test_a_role_leaves_the_same_with_both(tmp_path: Path) -> None:
    given = argparse.Namespace(variables=[], image=base(), without_init=True, only_ours=False, ansible=ANSIBLE)
    found = compare(HERE / "live_role", tmp_path, given)
    assert found.verdict == "equal", told(found)
    assert found.theirs[0].changed == found.ours[0].changed
    assert (found.theirs[1].changed, found.ours[1].changed) == (0, 0)


def test_what_differs_is_told() -> None:
    file, link = Entry("file", 0o644, 0, 0, "x"), Entry("link", 0o777, 0, 0, "a")
    left = {"a": file, "b": Entry("directory", 0o755, 0, 0), "c": link}
    right = {"a": file._replace(mode=0o600, owner=1), "c": link._replace(content="b"), "d": file}
    assert differences(left, left) == []
    assert differences(left, right) == [
        "/a: mode 0644 and 0600, owner 0 and 1", "/b: only theirs", "/c: content a and b", "/d: only ours",
    ]
    assert not Outcome(converged=False).tasks
