"""Keys of steps: they change exactly when what a step does, or what it starts from, changes."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from conftest import Ingot

PLAYBOOK = """\
variables:
  word: hello
  unused: nothing
  packages: [curl, wget]
  want: true
  token: {type: string, sensitive: true, default: correct-horse}
sources:
  debian: {builder: docker, image: debian, commit: true}
  with_files: {builder: docker, build: {path: Dockerfile}, commit: true}
plays:
  - name: base
    sources: [debian]
    vars: {greeting: good day, nested: "{{ ansible_hostname }} {{ deep }}", deep: sea}
    tasks:
      - {name: first, command: echo one}
      - {name: copy, copy: {src: app.conf, dest: /etc/app.conf}}
      - {name: directory, copy: {src: tree, dest: /srv}}
      - {name: template, template: {src: page.j2, dest: /page}}
      - {name: login, command: "login {{ token }}"}
      - {name: loop, command: "install {{ item }}", loop: "{{ packages }}"}
      - {name: with_items, command: "install {{ item }}", with_items: "{{ packages }}"}
      - {name: looped files, copy: {src: "{{ item }}", dest: /etc/}, loop: [one.conf, two.conf]}
      - {name: late, command: "echo {{ ansible_hostname }} {{ word }}"}
      - {name: filtered, command: "echo {{ ansible_hostname | loud }}"}
      - {name: own, own: {with: care}}
      - {name: nested, command: "echo {{ nested }}"}
      - {name: condition, command: echo maybe, when: "ansible_hostname != word"}
      - {name: optional, command: echo, when: want}
      - name: surroundings
        environment: {OUTER: "1"}
        become: true
        block:
          - {name: inside, command: echo inside, environment: {INNER: "2"}}
      - {name: role, import_role: {name: helper}}
      - {name: last, command: echo last, notify: restart}
    handlers:
      - {name: restart, command: restart}
    post_tasks:
      - {name: after, command: echo after}
    verify:
      - {name: check, command: check}
  - name: top
    sources:
      - debian: {from: base.debian}
    tasks:
      - {name: on top, command: echo top}
  - name: apart
    sources: [with_files]
    tasks:
      - {name: alone, command: echo alone}
"""
FILES = {
    "playbook.yml": PLAYBOOK,
    "Dockerfile": "FROM debian",
    "filter_plugins/loud.py": "class FilterModule:\n    def filters(self):\n        return {'loud': str.upper}\n",
    "filter_plugins/quiet.py": "class FilterModule:\n    def filters(self):\n        return {'quiet': str.lower}\n",
    "library/own.sh": "echo '{}'",
    "module_utils/near.py": "near = 1",
    "files/app.conf": "a = 1",
    "files/one.conf": "1",
    "files/two.conf": "2",
    "files/tree/inner": "x",
    "templates/page.j2": "{{ greeting }} {{ ansible_hostname }}\n{% include 'part.j2' %}",
    "templates/part.j2": "part {{ unused }}",
    "roles/helper/tasks/main.yml": "- {name: helped, command: 'help {{ helper_word }}'}",
    "roles/helper/defaults/main.yml": "helper_word: please",
}
ORDER = [
    "base.debian", "first", "copy", "directory", "template", "login", "loop", "with_items", "looped files", "late",
    "filtered", "own", "nested", "condition", "optional", "inside", "helped", "last", "after",
]
TOP = ["top.debian", "on top"]
APART = ["apart.with_files", "alone"]


def since(name: str) -> set[str]:
    """Return everything that stands on a step of the base build, the step itself first."""
    return {*ORDER[ORDER.index(name):], *TOP}


def keys(plan: dict[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    for build in plan["builds"]:
        found[build["name"]] = build["key"]
        found |= {step["name"]: step["key"] for step in (*build["steps"], *build["handlers"], *build["verify"])}
    return found


def changed(ingot: Ingot, change: Callable[[Path], object], *words: str) -> set[str]:
    """Return the names whose keys are others after a change, or with other words on the command line."""
    ingot.write(FILES)
    before = keys(ingot.plan())
    change(ingot.directory)
    after = keys(ingot.plan(*words))
    return {name for name in before.keys() | after.keys() if before.get(name) != after.get(name)}


def edit(name: str, old: str, new: str) -> Callable[[Path], object]:
    def change(directory: Path) -> None:
        text = (directory / name).read_text()
        assert text.count(old) == 1
        (directory / name).write_text(text.replace(old, new))

    return change


@pytest.mark.parametrize(("change", "names"), [
    (edit("playbook.yml", "echo one", "echo two"), since("first")),
    (edit("playbook.yml", "command: echo one", "shell: echo one"), since("first")),
    (edit("files/app.conf", "1", "2"), since("copy")),
    (edit("files/tree/inner", "x", "y"), since("directory")),
    (lambda root: (root / "files/tree/more").touch(), since("directory")),
    (lambda root: (root / "files/tree/inner").chmod(0o755), since("directory")),
    (edit("templates/page.j2", "hostname }}", "hostname }}!"), since("template")),
    (edit("playbook.yml", "good day", "good night"), since("template")),
    (edit("templates/part.j2", "part", "piece"), since("template")),
    (edit("playbook.yml", "nothing", "something"), since("template")),
    (edit("playbook.yml", "correct-horse", "battery-staple"), since("login")),
    (edit("playbook.yml", "[curl, wget]", "[curl]"), since("loop")),
    (edit("playbook.yml", '"install {{ item }}", with_items', '"add {{ item }}", with_items'), since("with_items")),
    (edit("files/two.conf", "2", "3"), since("looped files")),
    (edit("playbook.yml", "word: hello", "word: bye"), since("late")),
    (edit("filter_plugins/loud.py", "upper", "title"), since("filtered")),
    (edit("library/own.sh", "{}", "{ }"), since("own")),
    (edit("module_utils/near.py", "1", "2"), since("own")),
    (edit("playbook.yml", "    vars: {greeting", '    compat: "2.18"\n    vars: {greeting'),
     {*since("first"), "restart", "check"}),
    (edit("playbook.yml", "deep: sea", "deep: blue"), since("nested")),
    (edit("playbook.yml", "hostname != word", "hostname == word"), since("condition")),
    (edit("playbook.yml", "want: true", "want: false"), since("optional")),
    (edit("playbook.yml", "OUTER:", "UPPER:"), since("inside")),
    (edit("playbook.yml", "INNER:", "LOWER:"), since("inside")),
    (edit("playbook.yml", "become: true", "become: false"), since("inside")),
    (edit("playbook.yml", "echo inside,", "echo inside, check_mode: true,"), since("inside")),
    (edit("roles/helper/defaults/main.yml", "please", "kindly"), since("helped")),
    (edit("playbook.yml", "command: restart", "command: reload"), {"restart", "after", *TOP}),
    (edit("playbook.yml", "command: check", "command: recheck"), {"check"}),
    (edit("playbook.yml", "echo top", "echo peak"), {"on top"}),
    (edit("playbook.yml", "image: debian,", "image: ubuntu,"), {*since("base.debian"), "restart", "check"}),
    (edit("Dockerfile", "debian", "ubuntu"), {*APART}),
], ids=lambda value: None if callable(value) else ",".join(sorted(value)))
def test_a_change_reaches_what_stands_on_it(ingot: Ingot, change: Callable[[Path], object], names: set[str]) -> None:
    assert changed(ingot, change) == names


@pytest.mark.parametrize("change", [
    Path.exists,
    edit("playbook.yml", "sources:\n  debian", "# a comment\nsources:\n  debian"),
    edit("playbook.yml", "{name: copy, copy: {src: app.conf, dest: /etc/app.conf}}",
         "{copy: {dest: /etc/app.conf, src: app.conf}, name: copy}"),
    edit("playbook.yml", "{builder: docker, image: debian, commit: true}",
         "\n    commit: true\n    builder: docker\n    image: debian"),
    edit("playbook.yml", "{name: last, command", "{name: last, tags: [late], register: result, command"),
    edit("playbook.yml", "notify: restart}", "notify: [restart], no_log: true}"),
    edit("roles/helper/defaults/main.yml", "helper_word", "unused_word: 1\nhelper_word"),
    edit("filter_plugins/quiet.py", "lower", "strip"),
    lambda root: os.utime(root / "files/app.conf", (1, 1)),
    lambda root: os.utime(root / "files/tree/inner", (1, 1)),
    lambda root: (root / "files/other").touch(),
    lambda root: (root / "files/app.conf").chmod(0o600),
])
def test_what_makes_no_difference_changes_no_key(ingot: Ingot, change: Callable[[Path], object]) -> None:
    assert changed(ingot, change) == set()


def test_the_way_a_value_is_given_makes_no_difference(ingot: Ingot) -> None:
    assert changed(ingot, Path.exists, "--var", "word=hello", "--var", "token=correct-horse") == set()


def test_where_one_stands_makes_no_difference(ingot: Ingot) -> None:
    ingot.write(FILES)
    here = keys(ingot.plan())
    assert keys(ingot.plan(str(ingot.directory / "playbook.yml"))) == here
    ingot.directory = ingot.directory.parent
    assert keys(ingot.plan("project/playbook.yml")) == here


def test_tags_leave_out_steps_and_what_they_did(ingot: Ingot) -> None:
    ingot.write(FILES)
    plan = ingot.plan("--only", "base.*", "--tags", "never-there")
    (base,) = [build for build in plan["builds"] if build["name"] == "base.debian"]
    assert {step["action"] for step in base["steps"]} == {"skip"}
    assert {step["key"] for step in base["steps"]} == {""}


def test_secrets_enter_keys_under_a_key_of_this_computer(ingot: Ingot, tmp_path: Path) -> None:
    ingot.write(FILES)
    here = keys(ingot.plan())
    elsewhere = keys(ingot.plan(XDG_STATE_HOME=str(tmp_path / "elsewhere")))
    assert {name for name in here if here[name] != elsewhere[name]} == since("login")
    assert (tmp_path / "state" / "ingot" / "key").stat().st_mode & 0o777 == 0o600
