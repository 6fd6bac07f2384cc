"""Handlers in a plan: whose they are, what they stand in, in which order they run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from conftest import Ingot

PLAYBOOK = """\
variables: {wanted: false}
sources: {a: {builder: docker, image: debian, commit: true}}
plays:
  - sources: [a]
    roles:
      - {role: web, become: true, environment: {ROLE: web}, tags: never, port: 81}
      - {role: idle, when: wanted}
    tasks:
      - {command: change, notify: [own, "web : reload", topic]}
      - import_role: {name: late}
        become_user: somebody
    handlers:
      - {name: own, command: own}
      - name: of a block
        block:
          - {name: inside, command: inside, listen: topic}
"""
ROLES = {
    "roles/web/meta/main.yml": "dependencies: [base]",
    "roles/web/defaults/main.yml": "port: 80",
    "roles/web/files/page": "page",
    "roles/web/tasks/main.yml": "- {name: task of web, command: web}",
    "roles/web/handlers/main.yml": """\
- {name: reload, command: 'reload {{ port }}'}
- {name: copy, copy: {src: page, dest: /}}
""",
    "roles/base/tasks/main.yml": "- {name: task of base, command: base}",
    "roles/base/handlers/main.yml": "- {name: based, command: base}",
    "roles/idle/tasks/main.yml": "- {name: task of idle, command: idle}",
    "roles/idle/handlers/main.yml": "- {name: idling, command: idle}",
    "roles/late/tasks/main.yml": "- {name: task of late, command: late}",
    "roles/late/handlers/main.yml": "- {name: last, command: late}",
}


def handlers(ingot: Ingot) -> list[dict[str, Any]]:
    ingot.write({"playbook.yml": PLAYBOOK, **ROLES})
    (build,) = ingot.plan("--skip-tags", "tagged")["builds"]
    found: list[dict[str, Any]] = build["handlers"]
    return found


def test_handlers_of_roles_come_first_and_those_of_imported_roles_last(ingot: Ingot) -> None:
    assert [(each.get("role"), each["name"]) for each in handlers(ingot)] == [
        ("base", "based"), ("web", "reload"), ("web", "copy"), ("idle", "idling"), (None, "own"), (None, "inside"),
        ("late", "last"),
    ]


def test_handlers_stand_in_their_role(ingot: Ingot) -> None:
    based, reload_, copy, idling, own, _, last = handlers(ingot)
    assert reload_["options"]["cmd"] == "reload 81"
    assert list(copy["files"]) == ["roles/web/files/page"]
    for each in (based, reload_, copy):
        assert each["keywords"] == {"become": True, "environment": {"ROLE": "web"}}
    assert last["keywords"] == {"become_user": "somebody"}
    assert own["keywords"] == {}
    assert (idling["action"], idling["reason"]) == ("skip", "when: wanted is false")


def test_handlers_ignore_tags(ingot: Ingot) -> None:
    assert [each["name"] for each in handlers(ingot) if each["action"] == "skip"] == ["idling"]
