"""The module ``subversion``, with a real svn and a repository in a directory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from harness import Machine

REPOSITORY = "file:///srv/svn"
MAKE = """
rm -rf /srv/svn /srv/other /srv/work && cd /srv && svnadmin create svn && svnadmin create other
svn -q checkout file:///srv/svn work && cd work
echo 1 >file && svn -q add file && svn -q commit -m one && echo 2 >file && svn -q commit -m two
svn -q update && svn -q copy file:///srv/svn file:///srv/svn/branch -m branch
"""


@pytest.fixture(scope="module")
def svn(debian_machine: Machine) -> Machine:
    debian_machine.sh("apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq "
                      "--no-install-recommends subversion >/dev/null 2>&1")
    debian_machine.sh(MAKE)
    return debian_machine


@pytest.fixture
def there(svn: Machine) -> Iterator[Machine]:
    """A machine with the latest revision checked out at /srv/copy."""
    svn.apply("subversion", {"repo": REPOSITORY, "dest": "/srv/copy"})
    yield svn
    svn.sh("rm -rf /srv/copy /srv/new")


def state(revision: int, path: str = "") -> list[str]:
    return [f"Revision: {revision}", f"URL: {REPOSITORY}{path}"]


CHANGES: list[tuple[str, dict[str, Any], str, dict[str, Any]]] = [
    ("true", {"dest": "/srv/new"}, "[ $(cat /srv/new/file) = 2 ]", {"before": None, "after": state(3)}),
    ("true", {"dest": "/srv/new", "username": "me", "password": "a word"}, "true", {"after": state(3)}),
    ("true", {"revision": "1"}, "[ $(cat /srv/copy/file) = 1 ]", {"before": state(3), "after": state(1)}),
    ("svn -q update -r 1 /srv/copy", {}, "[ $(cat /srv/copy/file) = 2 ]", {"before": state(1), "after": state(3)}),
    ("echo x >/srv/copy/file", {"force": True}, "[ $(cat /srv/copy/file) = 2 ]", {"after": state(3)}),
    ("true", {"repo": f"{REPOSITORY}/branch"}, "true", {"before": state(3), "after": state(3, "/branch")}),
    ("mkdir /srv/new; echo x >/srv/new/file", {"dest": "/srv/new", "in_place": True, "force": True},
     "[ $(cat /srv/new/file) = 2 ]", {"before": None, "after": state(3)}),
]


@pytest.mark.parametrize(("before", "options", "after", "values"), CHANGES)
def test_a_change(there: Machine, before: str, options: dict[str, Any], after: str, values: dict[str, Any]) -> None:
    there.sh(before)
    wanted = {"repo": REPOSITORY, "dest": "/srv/copy", **options}
    assert there.apply("subversion", wanted, check=True).changed
    done = there.apply("subversion", wanted)
    assert done.changed, done.values
    assert {name: done.values[name] for name in values} == values
    there.sh(after)
    again = there.apply("subversion", wanted)
    assert not again.changed
    assert again.values["before"] == again.values["after"] == values["after"]


UNCHANGED: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("true", {}, {"after": state(3)}),
    ("touch /srv/copy/unknown", {}, {"after": state(3)}),
    ("svn -q update -r 1 /srv/copy", {"update": False}, {}),
    ("svn -q switch file:///srv/svn/branch /srv/copy", {"switch": False}, {"after": state(3, "/branch")}),
    ("true", {"dest": "/srv/new", "checkout": False}, {}),
    ("true", {"dest": None, "checkout": False, "update": False}, {"after": "Revision: 3"}),
]


@pytest.mark.parametrize(("before", "options", "values"), UNCHANGED)
def test_nothing_to_do(there: Machine, before: str, options: dict[str, Any], values: dict[str, Any]) -> None:
    there.sh(before)
    done = there.apply("subversion", {"repo": REPOSITORY, "dest": "/srv/copy", **options})
    assert not done.failed, done.values
    assert not done.changed
    assert {name: done.values[name] for name in values} == values
    there.sh("[ ! -e /srv/new ]")


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("echo x >/srv/copy/file", {}, "ERROR: modified files exist in the repository."),
    ("mkdir /srv/new", {"dest": "/srv/new"}, "folder already exists, but its not a subversion repository."),
    ("true", {"dest": None}, "the destination directory must be specified"),
    ("true", {"dest": "/srv/new", "revision": "99"}, "No such revision 99"),
    ("true", {"repo": "file:///srv/other"}, "does not support switching a working copy to a different repository"),
    ("mkdir /srv/new", {"dest": "/srv/new", "export": True}, "'/srv/new' already exists"),
    ("true", {"executable": "/opt/svn"}, 'Failed to find required executable "/opt/svn"'),
]


@pytest.mark.parametrize(("before", "options", "message"), REFUSED)
def test_what_cannot_be(there: Machine, before: str, options: dict[str, Any], message: str) -> None:
    there.sh(before)
    done = there.apply("subversion", {"repo": REPOSITORY, "dest": "/srv/copy", **options})
    assert done.failed
    assert message in done.values["msg"]


def test_an_export(there: Machine) -> None:
    wanted = {"repo": REPOSITORY, "dest": "/srv/new", "export": True}
    assert there.apply("subversion", wanted, check=True).changed
    assert there.apply("subversion", {**wanted, "revision": "1"}).changed
    there.sh("[ $(cat /srv/new/file) = 1 ] && [ ! -e /srv/new/.svn ]")
    assert there.apply("subversion", {**wanted, "force": True}).changed
    there.sh("[ $(cat /srv/new/file) = 2 ]")


def test_a_password_is_no_argument(there: Machine) -> None:
    done = there.apply("subversion", {"repo": REPOSITORY, "dest": "/srv/new", "username": "me", "password": "a word"})
    assert not any("a word" in word for verb in done.verbs for word in getattr(verb, "argv", ()))
