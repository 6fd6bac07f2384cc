"""The schemas in an editor: what ``yaml-language-server`` proposes, tells and finds wrong.

``INGOT_TEST_YAML_LANGUAGE_SERVER`` or the search path says where it is (``npm install yaml-language-server``).
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from language_server import LanguageServer

from runner.cli.main import main
from runner.schema.published import directory, published

COMMAND = os.environ.get("INGOT_TEST_YAML_LANGUAGE_SERVER") or shutil.which("yaml-language-server")
TREE = Path(__file__).parents[2]
HEAD = f"# yaml-language-server: $schema={directory() / 'playbook.json'}\n"
ROLE_HEAD = f"# yaml-language-server: $schema={directory() / 'role.json'}\n"

pytestmark = pytest.mark.skipif(
    COMMAND is None, reason="yaml-language-server is not on PATH, and INGOT_TEST_YAML_LANGUAGE_SERVER names none"
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LanguageServer]:
    assert COMMAND is not None
    with LanguageServer(COMMAND, tmp_path_factory.mktemp("editor")) as server:
        yield server


def cursor(text: str) -> tuple[str, int]:
    """Return a text without the ``^`` that shows where the cursor is, and the cursor's offset."""
    offset = text.index("^")
    return text[:offset] + text[offset + 1 :], offset


PLAY = "plays:\n  - name: web\n    ^"
TASK = "plays:\n  - tasks:\n      - name: Install\n        ^"
COMPLETIONS = {
    "the playbook": ("^", {"name", "variables", "locals", "data", "sources", "plays"}),
    "a variable": ("variables:\n  a:\n    ^", {"type", "default", "rules", "sensitive", "env"}),
    "its type": ("variables:\n  a:\n    type: ^", {"string", "number", "boolean", "list", "map", "object", "any"}),
    "a source": ("sources:\n  a:\n    ^", {"builder", "extends"}),
    "the builders": ("sources:\n  a:\n    builder: ^", {"docker", "amazon-ebs", "qemu", '"null"'}),
    "a builder's options": ("sources:\n  a:\n    builder: docker\n    ^", {"image", "commit", "extends"}),
    "a data source's options": ("data:\n  a:\n    type: amazon-ami\n    ^", {"owners", "filters", "most_recent"}),
    "a play": (PLAY, {"sources", "roles", "tasks", "handlers", "verify", "post_processors", "become"}),
    "yes or no": ("plays:\n  - become: ^", {"true", "false"}),
    "a source in a play": ("plays:\n  - sources:\n      - web:\n          ^", {"from", "when"}),
    "a role in a play": ("plays:\n  - roles:\n      - role: web\n        ^", {"vars", "tags", "when"}),
    "a task": (TASK, {"when", "loop", "register", "notify", "only", "except", "apt", "shell", "copy", "yum"}),
    "a block": ("plays:\n  - tasks:\n      - block: []\n        ^", {"rescue", "always", "when"}),
    "a task in a block": ("plays:\n  - tasks:\n      - block:\n          - ^", {"block", "when", "apt"}),
    "a handler": ("plays:\n  - handlers:\n      - name: reload\n        ^", {"listen", "service"}),
    "a module's options": (f"{TASK[:-1]}apt:\n          ^", {"name", "state", "update_cache"}),
    "those of a full name": (f"{TASK[:-1]}ansible.builtin.apt:\n          ^", {"name", "state"}),
    "those of a collection": (f"{TASK[:-1]}ansible.posix.mount:\n          ^", {"path", "state"}),
    "the choices of an option": (f"{TASK[:-1]}apt:\n          state: ^", {"present", "absent", "latest"}),
    "those in one line": (f"{TASK[:-1]}apt: {{name: curl, state: ^}}", {"present", "absent", "latest"}),
    "loop_control": (f"{TASK[:-1]}loop_control:\n          ^", {"loop_var", "label"}),
    "a post-processor": ("plays:\n  - post_processors:\n      - ^", {"compress", "docker-tag", "only"}),
    "its options": ("plays:\n  - post_processors:\n      - compress:\n          ^", {"output", "format"}),
    "one in a chain": ("plays:\n  - post_processors:\n      - - compress:\n            ^", {"output", "format"}),
    "an Ansible playbook": ("- hosts: web\n  ^", {"tasks", "roles", "vars"}),
}  # fmt: skip


@pytest.mark.parametrize(("text", "wanted"), COMPLETIONS.values(), ids=COMPLETIONS)
def test_what_is_proposed(text: str, wanted: set[str], server: LanguageServer, tmp_path: Path) -> None:
    document, offset = cursor(HEAD + text)
    assert wanted <= set(server.proposals(tmp_path, document, offset))


OTHERS = [("sources:\n  a:\n    builder: docker\n    ^", {"ami_name", "iso_url"}), (PLAY, {"apt", "block"})]


@pytest.mark.parametrize(("text", "others"), OTHERS)
def test_only_what_fits_is_proposed(text: str, others: set[str], server: LanguageServer, tmp_path: Path) -> None:
    document, offset = cursor(HEAD + text)
    assert not others & set(server.proposals(tmp_path, document, offset))


def test_files_of_roles_are_completed(server: LanguageServer, tmp_path: Path) -> None:
    document, offset = cursor(f"{ROLE_HEAD}- name: Install\n  apt:\n    ^")
    assert "update_cache" in server.proposals(tmp_path, document, offset)


ABOUT = [
    ("sources:\n  a:\n    builder: docker\n    ima^ge: debian\n", ("builders/docker", "image")),
    ("data:\n  a:\n    type: amazon-ami\n    own^ers: [self]\n", ("data_sources/amazon-ami", "owners")),
    (f"{TASK[:-1]}apt:\n          update_ca^che: true\n", ("modules/apt", "update_cache")),
    (f"{TASK[:-1]}ap^t: name=curl\n", ("modules/apt", "")),
    (f"{TASK[:-1]}ansible.builtin.ap^t: name=curl\n", ("modules/apt", "")),
    ("plays:\n  - post_processors:\n      - compress: {out^put: a.tar.gz}\n", ("post_processors/compress", "output")),
]


@pytest.mark.parametrize(("text", "option"), ABOUT)
def test_what_is_told(text: str, option: tuple[str, str], server: LanguageServer, tmp_path: Path) -> None:
    schema = published(option[0])
    described = schema["properties"][option[1]] if option[1] else schema
    document, offset = cursor(HEAD + text)
    about = server.about(tmp_path, document, offset).replace("\\", "")  # those of Markdown
    assert described["description"].split("\n")[0] in about


GOOD = sorted(
    path for path in (*TREE.glob("tests/cases/valid/**/*.yml"), *TREE.glob("playbooks/**/*.yml"))
    if ".ingot." in path.name or (path.parent.name in ("valid", "playbooks") or path.name == "playbook.yml")
)  # fmt: skip
TEMPLATES = """\
variables: {a: 1}
sources:
  docker: {builder: docker, image: "{{ a }}", commit: "{{ a }}", changes: "{{ a }}", ssh_port: "{{ a }}"}
  qemu: {builder: qemu, iso_url: x, disk_size: "{{ a }}", headless: "{{ a }}", qemuargs: "{{ a }}"}
data:
  ami: {type: amazon-ami, owners: "{{ a }}", filters: "{{ a }}", most_recent: "{{ a }}"}
plays:
  - sources: [{docker: {commit: "{{ a }}"}}]
    matrix: {release: "{{ a }}"}
    become: "{{ a }}"
    tags: "{{ a }}"
    tasks:
      - apt: {name: "{{ a }}", state: "{{ a }}", update_cache: "{{ a }}", cache_valid_time: "{{ a }}"}
        retries: "{{ a }}"
        become: "{% if a %}yes{% endif %}"
      - shell: "{{ a }}"
        with_fileglob: "{{ a }}"
      - ansible.builtin.copy: src={{ a }} dest=/
    post_processors:
      - compress: {output: "{{ a }}", compression_level: "{{ a }}"}
"""


@pytest.mark.parametrize("path", GOOD, ids=lambda path: str(path.relative_to(TREE)))
def test_nothing_is_wrong_with_a_good_playbook(path: Path, server: LanguageServer) -> None:
    assert server.mistakes(path.parent, HEAD + path.read_text(encoding="utf-8")) == []


def test_an_expression_may_stand_for_any_value(server: LanguageServer, tmp_path: Path) -> None:
    assert server.mistakes(tmp_path, HEAD + TEMPLATES) == []


MISTAKES = {
    "nmae: web": (2, "nmae"),
    "variables: {a: {type: strng}}": (2, "boolean"),
    "variables: {a: {default: 1, sensitve: true}}": (2, "sensitive"),
    "sources:\n  a:\n    builder: docker\n    imge: debian": (5, "imge"),
    "sources:\n  a:\n    builder: docker\n    ssh_port: ten": (5, "a whole number"),
    "sources:\n  a:\n    builder: docker\n    commit: [1]": (5, "boolean"),
    "data: {a: {type: amazon-ami, owners: [self], ownrs: [self]}}": (2, "ownrs"),
    "plays: [{taks: []}]": (2, "taks"),
    "plays: [{become: perhaps}]": (2, "true or false"),
    f"{TASK[:-1]}apt: {{name: curl, stat: latest}}": (5, "stat"),
    f"{TASK[:-1]}ansible.builtin.apt: {{name: curl, stat: latest}}": (5, "stat"),
    f"{TASK[:-1]}apt: {{name: curl, state: gone}}": (5, "absent"),
    f"{TASK[:-1]}ping:\n        retries: [1]": (6, "integer"),
    f"{TASK[:-1]}ping:\n        timeout: soon": (6, "a duration"),
    "plays: [{tasks: [{block: [], regster: x}]}]": (2, "regster"),
    "plays: [{post_processors: [{compress: {outptu: a}}]}]": (2, "outptu"),
    "plays: [{post_processors: [[{compress: {outptu: a}}]]}]": (2, "outptu"),
}


@pytest.mark.parametrize(("text", "wanted"), MISTAKES.items())
def test_a_mistake_is_shown_where_it_is(
    text: str, wanted: tuple[int, str], server: LanguageServer, tmp_path: Path
) -> None:
    (found,) = server.mistakes(tmp_path, f"{HEAD}{text}\n")
    assert found[0] == wanted[0]
    assert wanted[1] in found[1]


def test_a_new_project_is_ready_for_editors(server: LanguageServer, tmp_path: Path) -> None:
    project = tmp_path / "project"
    assert main(["new", str(project)]) == 0
    text = (project / "playbook.yml").read_text(encoding="utf-8")
    assert server.mistakes(project, text) == []
    (found,) = server.mistakes(project, f"{text}\nnmae: web\n")
    assert "nmae" in found[1]
