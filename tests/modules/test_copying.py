"""Copies that need more than a small file: large ones, and encrypted ones in a directory."""

from __future__ import annotations

import hashlib
from typing import Any

import pytest
from harness import Machine

from runner.modules.support.copies import LARGE, read_tree
from runner.sdk import Do, Files, Look, Read, Seen, Upload


def test_a_large_file_goes_as_it_lies_there(machine: Machine, place: str) -> None:
    path = machine.here / "files/large"
    path.parent.mkdir()
    with path.open("wb") as stream:
        stream.truncate(LARGE)
    machine.sh('echo old >"$1/large"; chown 33:33 "$1/large"; chmod 604 "$1/large"', place)
    options = {"src": "large", "dest": f"{place}/", "backup": True}
    done = machine.apply("copy", options)
    assert (done.failed, done.changed) == (False, True), done.values
    assert [type(verb) for verb in done.verbs if isinstance(verb, Upload | Do)] == [Do, Upload, Do]
    assert (done.values["size"], done.values["mode"], done.values["uid"]) == (LARGE, "0604", 33)
    assert machine.sh('cd "$1"; stat -c "%s %a %u %g" large; cat large.*~; ls -a | wc -l', place) == (
        f"{LARGE} 604 33 33\nold\n4\n"
    )
    assert not machine.apply("copy", options).changed
    assert machine.apply("copy", {**options, "mode": "0600"}).values["mode"] == "0600"
    assert "validate works with files of less than 64 MiB" in machine.apply(
        "copy", {"src": "large", "dest": f"{place}/new", "validate": "true %s"}
    ).values["msg"]


def test_what_is_encrypted_in_a_directory_is_not_sent_as_it_lies_there() -> None:
    plain, sealed = (hashlib.sha1(each).hexdigest() for each in (b"plain", b"$ANSIBLE_VAULT"))
    answers: list[Any] = [
        ["a", "s/", "s/b"], Seen("/p/a", "file", 0o644, 5, plain), b"plain",
        Seen("/p/s/b", "file", 0o644, 14, sealed), b"secret",
    ]
    work = read_tree(Seen("/p", "directory", 0o755, 0), "/to", follow=True, decrypt=True)
    verbs: list[Any] = [next(work), *(work.send(answer) for answer in answers[:-1])]
    with pytest.raises(StopIteration) as end:
        work.send(answers[-1])
    tree = end.value.value
    assert verbs == [
        Files("/p", directories=True, follow=True), Look("/p/a", algorithm="sha1"), Read("/p/a"),
        Look("/p/s/b", algorithm="sha1"), Read("/p/s/b"),
    ]
    assert tree.directories == ("/to", "/to/s")
    assert tree.texts == {"/to/s/b": b"secret"}
