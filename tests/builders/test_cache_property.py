"""For any playbook and any edit of it, an image that is made with what is remembered is the one made without."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from conftest import Ingot
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from remembered import Box

NAMES = ["a", "b", "c"]
PATHS = st.sampled_from([f"/tmp/{name}" for name in NAMES] + ["/etc/conf", "/srv/x"])
WORDS = st.sampled_from(["one", "two", "three"])


def shell(path: str, word: str) -> dict[str, Any]:
    return {"shell": f"mkdir -p $(dirname {path}); [ -d {path} ] || echo {word} >>{path}"}


def removed(path: str, word: str) -> dict[str, Any]:
    del word
    return {"shell": f"rm -rf {path}"}


def copied(path: str, word: str) -> dict[str, Any]:
    return {"copy": {"content": f"{word}\n", "dest": f"{path}.copy", "mode": "0640"}, "ignore_errors": True}


def owned(path: str, word: str) -> dict[str, Any]:
    return {"shell": f"[ ! -e {path} ] || chown {len(word)}:{len(word)} {path}"}


def read(path: str, word: str) -> dict[str, Any]:
    del word
    return {"shell": f"cat {path} 2>/dev/null || echo none", "register": "said", "changed_when": False}


def used(path: str, word: str) -> dict[str, Any]:
    content = "{{ (said | default({'stdout': 'no'})).stdout }}"
    return {"copy": {"content": f"{content} {word}\n", "dest": f"{path}.used"}, "ignore_errors": True}


def looped(path: str, word: str) -> dict[str, Any]:
    return {"shell": f"mkdir -p /loop; echo {{{{ item }}}} {path} >>/loop/{word}", "loop": NAMES[: len(word) - 2]}


def failing(path: str, word: str) -> dict[str, Any]:
    return {"block": [{"shell": f"echo {word} >>/failed; false"}], "rescue": [shell(path, word)]}


def when(path: str, word: str) -> dict[str, Any]:
    return {**shell(path, word), "when": "said is defined and said.stdout != 'none'"}


def notifying(path: str, word: str) -> dict[str, Any]:
    return {**shell(path, word), "notify": "handler"}


KINDS = [shell, removed, copied, owned, read, used, looped, failing, when, notifying]
TASK = st.builds(
    lambda kind, path, word, kept: {**kind(path, word), **({"checkpoint": True} if kept and kind is shell else {})},
    st.sampled_from(KINDS), PATHS, WORDS, st.booleans(),
)
PLAYBOOK = st.lists(TASK, min_size=1, max_size=5)
HANDLERS = [{"name": "handler", "shell": "echo handled >>/handled"}]


@st.composite
def edited(draw: st.DrawFn) -> tuple[list[Any], list[Any]]:
    """A playbook, and what somebody makes of it: a task more, another one, one less, or two in another order."""
    tasks = draw(PLAYBOOK)
    after = list(tasks)
    for _ in range(draw(st.integers(1, 2))):
        at = draw(st.integers(0, max(len(after) - 1, 0)))
        match draw(st.sampled_from(["insert", "replace", "remove", "swap"])):
            case "insert":
                after.insert(at, draw(TASK))
            case "replace" if after:
                after[at] = draw(TASK)
            case "remove" if len(after) > 1:
                del after[at]
            case _:
                after = [*after[at:], *after[:at]]
    return tasks, after


@pytest.fixture
def box(ingot: Ingot, engine: str, docker: Any, busybox: str) -> Iterator[Box]:
    made = Box(ingot, engine, docker, busybox)
    yield made
    made.close()


@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(edited())
def test_an_image_is_the_same_with_what_is_remembered(box: Box, playbooks: tuple[list[Any], list[Any]]) -> None:
    """The cache is that of all examples before, too."""
    for tasks in playbooks:
        ran = box(*tasks, handlers=HANDLERS)
        assert ran.status == 0, str(ran)
        again = box.build()
        assert (again.status, again.started, again.image) == (0, 0, ran.image), str(again)
    anew = box.build("--no-cache")
    assert anew.status == 0, str(anew)
    assert box.files(ran.image) == box.files(anew.image)
    assert box.config(ran.image) == box.config(anew.image)
