"""``ingot export`` on the command line: what Packer can do, what goes to Ansible beside it, what is told as missing."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from conftest import Ingot

ANSIBLE = os.environ.get("INGOT_TEST_ANSIBLE") or shutil.which("ansible-playbook")
PACKER = shutil.which("packer")
SOURCES = 'sources:\n  base: {builder: docker, image: "debian:12", commit: true}\n'
SIMPLE = f"""\
{SOURCES}\
plays:
  - sources: [base]
    tasks:
      - shell: echo a
"""
TEMPLATE = """\
source "docker" "base" {
  image  = "debian:12"
  commit = true
}

build {
  sources = ["source.docker.base"]

  provisioner "shell" {
    inline = [
      "echo a"
    ]
  }
}
"""
WHOLE = f"""\
variables:
  size: {{type: number, default: 1, rules: {{min: 1, max: 5}}}}
  mode: {{default: a, rules: {{allowed: [a, b], regex: "[ab]", minlength: 1, nullable: true}}}}
{SOURCES}\
  two: {{builder: docker, image: "debian:12", commit: true}}
plays:
  - name: first play
    sources: [base]
    matrix: {{x: [1, 2]}}
    vars: {{word: hello}}
    tasks:
      - shell: echo 1
      - name: install
        apt: {{name: nginx, state: present}}
        notify: restart
      - debug: {{msg: "{{{{ word }}}} {{{{ mode }}}}"}}
    handlers:
      - name: restart
        service: {{name: nginx, state: restarted}}
    verify:
      - command: "true"
  - sources:
      - two: {{from: "first play.base[0]"}}
    tasks:
      - shell: echo before
      - apt: {{name: "{{{{ mode }}}}"}}
      - copy: {{content: x, dest: /x, owner: root}}
      - shell: echo after
      - apt: {{name: vim}}
"""
UNSAID = [
    (3, "variable.mode.rules.nullable", "Packer has no such rule"),
    (10, "build.1.matrix", "Packer has no matrix"),
    (22, "build.1.verify", "Packer does not check an image"),
    (24, "build.2.sources.from", "Packer starts no build from the image of another"),
]
FILES = ["t-first-play.ansible.yml", "t-play-2.ansible.yml", "t-play.ansible.yml"]


def made(ingot: Ingot) -> list[str]:
    return sorted(path.name for path in (ingot.directory / "out").glob("*"))


def test_to_standard_output(ingot: Ingot) -> None:
    ingot.write({"p.yml": SIMPLE})
    assert ingot("export", "p.yml") == (0, TEMPLATE, "")


def test_to_a_file_that_is_not_written_over(ingot: Ingot) -> None:
    ingot.write({"p.yml": SIMPLE})
    words = ("export", "p.yml", "-o", "out/t.pkr.hcl")
    assert ingot(*words) == (0, "out/t.pkr.hcl\n", "")
    path = ingot.directory / "out/t.pkr.hcl"
    assert path.read_text() == TEMPLATE
    path.write_text("mine")
    status, shown, remarks = ingot(*words)
    assert (status, shown, path.read_text()) == (2, "", "mine")
    assert remarks.startswith("out/t.pkr.hcl:1:1: error[E141]: ")
    assert ingot(*words, "--force").status == 0
    assert path.read_text() == TEMPLATE


def test_to_json(ingot: Ingot) -> None:
    ingot.write({"p.yml": SIMPLE})
    status, shown, remarks = ingot("export", "p.yml", "--to", "json")
    assert (status, remarks) == (0, "")
    assert json.loads(shown) == {
        "builders": [{"type": "docker", "name": "base", "image": "debian:12", "commit": True}],
        "provisioners": [{"type": "shell", "inline": ["echo a"]}],
    }


def test_what_is_not_said_is_told_with_its_place(ingot: Ingot) -> None:
    ingot.write({"p.yml": WHOLE})
    status, shown, remarks = ingot("export", "p.yml", "-o", "out/t.pkr.hcl", "--report", "report.json")
    assert status == 0
    assert sorted(shown.split()) == sorted(f"out/{name}" for name in made(ingot))
    assert made(ingot) == [*FILES, "t.pkr.hcl"]
    told = [line for line in remarks.splitlines() if "W140" in line]
    for line, (number, field, why) in zip(told, UNSAID, strict=True):
        assert line.startswith(f"p.yml:{number}:")
        assert line.endswith(f"warning[W140]: {field} is not in the template: {why}")
    report = json.loads((ingot.directory / "report.json").read_text())
    unsaid = [each for each in report["fields"] if each["became"] == "unsupported"]
    assert sorted((each["line"], each["field"], each["why"]) for each in unsaid) == UNSAID
    assert report["counts"]["unsupported"] == len(UNSAID)


def test_strict_writes_nothing(ingot: Ingot) -> None:
    ingot.write({"p.yml": WHOLE})
    words = ("export", "p.yml", "-o", "out/t.pkr.hcl", "--report", "report.json", "--strict")
    status, shown, remarks = ingot(*words)
    assert (status, shown, remarks.count("error[E140]")) == (2, "", len(UNSAID))
    assert [path.name for path in ingot.directory.iterdir()] == ["p.yml"]


def test_strict_writes_nothing_when_the_playbook_has_a_warning(ingot: Ingot) -> None:
    ingot.write({"p.yml": SIMPLE.replace("commit: true", "commit: true, ssh_wait_timeout: 5m")})
    status, _, remarks = ingot("export", "p.yml", "-o", "out/t.pkr.hcl", "--strict")
    assert (status, made(ingot)) == (2, [])
    assert "warning[W112]" in remarks
    assert ingot("export", "p.yml", "-o", "out/t.pkr.hcl").status == 0


def test_files_beside_the_template_need_a_place(ingot: Ingot) -> None:
    ingot.write({"p.yml": WHOLE})
    status, shown, remarks = ingot("export", "p.yml")
    assert (status, shown) == (2, "")
    assert "error[E143]: files go with the template: p-first-play.ansible.yml" in remarks
    remarks = ingot("export", "-", stdin=WHOLE).stderr
    assert "error[E143]: files go with the template: playbook-first-play.ansible.yml" in remarks


@pytest.mark.skipif(ANSIBLE is None, reason="there is no Ansible here to ask")
def test_ansible_reads_what_goes_to_it(ingot: Ingot, tmp_path: Path) -> None:
    ingot.write({"p.yml": WHOLE})
    assert ingot("export", "p.yml", "-o", "out/t.pkr.hcl").status == 0
    for name in FILES:
        command = [str(ANSIBLE), "--syntax-check", "-i", "localhost,", str(ingot.directory / "out" / name)]
        done = subprocess.run(
            command, capture_output=True, text=True, check=False,
            env={"HOME": str(tmp_path), "PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
        )  # fmt: skip
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.skipif(PACKER is None, reason="there is no packer here to ask")
@pytest.mark.parametrize("name", ["t.pkr.hcl", "t.json"])
def test_packer_accepts_the_template(name: str, ingot: Ingot, tmp_path: Path) -> None:
    ingot.write({"p.yml": WHOLE})
    to = "json" if name.endswith(".json") else "hcl"
    assert ingot("export", "p.yml", "-o", f"out/{name}", "--to", to).status == 0
    command = [str(PACKER), "validate", "-syntax-only", str(ingot.directory / "out" / name)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env={"HOME": str(tmp_path)})
    assert done.returncode == 0, done.stdout + done.stderr


def test_tasks_for_ansible_keep_their_order_and_get_the_variables(ingot: Ingot) -> None:
    ingot.write({"p.yml": WHOLE})
    assert ingot("export", "p.yml", "-o", "out/t.pkr.hcl").status == 0
    text = (ingot.directory / "out/t.pkr.hcl").read_text()
    order = ['"echo before"', "/t-play.ansible.yml", '"echo after"', "/t-play-2.ansible.yml"]
    assert [text.index(each) for each in order] == sorted(text.index(each) for each in order)
    assert "jsonencode({\n        mode = var.mode\n      })" in text


RULES = {
    "size >= 1": "condition     = var.size >= 1",
    "size <= 5": "condition     = var.size <= 5",
    "mode is allowed": 'contains([\n      "a",\n      "b"\n    ], var.mode)',
    "mode matches": 'can(regex("^(?:[ab])$", var.mode))',
    "mode is long enough": "length(var.mode) >= 1",
}


@pytest.mark.parametrize("rule", RULES)
def test_rules_become_validations(rule: str, ingot: Ingot) -> None:
    ingot.write({"p.yml": WHOLE})
    assert ingot("export", "p.yml", "-o", "out/t.pkr.hcl").status == 0
    assert RULES[rule] in (ingot.directory / "out/t.pkr.hcl").read_text()


def test_names_of_plays_make_files_in_the_same_directory(ingot: Ingot) -> None:
    text = f"{SOURCES}plays:\n  - name: a/../b c\n    sources: [base]\n    tasks:\n      - apt: {{name: vim}}\n"
    ingot.write({"p.yml": text})
    status, _, remarks = ingot("export", "p.yml", "-o", "out/t.pkr.hcl")
    if status == 0:
        assert made(ingot) == ["t-a-..-b-c.ansible.yml", "t.pkr.hcl"]
    else:
        assert "error[E130]" in remarks


ONLY = f"""\
{SOURCES}\
  two: {{builder: docker, image: "debian:12", commit: true}}
plays:
  - sources: [base, two]
    tasks:
      - {{apt: {{name: vim}}, only: [base]}}
      - {{apt: {{name: less}}, only: [base]}}
      - {{apt: {{name: nano}}, except: [base]}}
      - {{apt: {{name: git}}, max_retries: 2}}
"""


def test_tasks_for_ansible_are_done_for_the_sources_they_select(ingot: Ingot) -> None:
    ingot.write({"p.yml": ONLY})
    status, _, remarks = ingot("export", "p.yml", "-o", "out/t.pkr.hcl")
    assert status == 0
    assert [line for line in remarks.splitlines() if "W140" in line] == [
        "p.yml:10:28: warning[W140]: tasks.max_retries is not in the template: Ansible has no such keyword"
    ]
    text = (ingot.directory / "out/t.pkr.hcl").read_text()
    chosen = [line.strip() for line in text.splitlines() if "only " in line or "except " in line]
    assert [each.split() for each in chosen] == [
        ["only", "=", '["docker.base"]'], ["except", "=", '["docker.base"]'],
    ]  # fmt: skip
    plays = [(ingot.directory / "out" / name).read_text() for name in made(ingot)[:-1]]
    assert sorted(re.findall(r"name: (\w+)", play) for play in plays) == [["git"], ["nano"], ["vim", "less"]]
    assert not [play for play in plays if "only" in play or "except" in play or "max_retries" in play]


def test_a_bad_playbook_is_told_and_nothing_is_written(ingot: Ingot) -> None:
    ingot.write({"p.yml": SIMPLE.replace("shell:", "shel:")})
    status, shown, remarks = ingot("export", "p.yml", "-o", "out/t.pkr.hcl", "--report", "report.json")
    assert (status, shown) == (2, "")
    assert remarks.startswith("p.yml:6:9: error[E201]: ")
    assert [path.name for path in ingot.directory.iterdir()] == ["p.yml"]


COMMENTED = """\
#!/usr/bin/env ingot
# top

# about variables
variables:  # beside variables
  a: 1  # beside a
sources:
  x: {builder: docker, image: "debian:12", commit: true}  # beside x
plays:
  - name: web
    # about sources
    sources: [x]
    tasks:
      # about apt
      - apt: {name: nginx}  # beside apt
      # about the shell
      - shell:
          inline:
            - echo "{{ a }}"
            # about two
            - |
              # no comment
              echo two  # nor this
      # about lines
      - lineinfile:
          path: /etc/x
          line: y  # beside y
      # end of tasks
    post_processors:
      - - compress: {}
        # second
        - checksum: {checksum_types: [sha256]}
"""


def test_comments_stand_where_they_stood(ingot: Ingot) -> None:
    """Those of tasks that Ansible does are not with what stands next to them."""
    ingot.write({"p.yml": COMMENTED})
    assert ingot("export", "p.yml", "-o", "t.pkr.hcl").status == 0
    written = (ingot.directory / "t.pkr.hcl").read_text()
    assert written.startswith('# top\n\n# about variables\n# beside variables\nvariable "a" { # beside a\n')
    assert 'source "docker" "x" { # beside x\n' in written
    assert "  # about the shell\n  provisioner" in written
    assert "      # about two\n      <<-EOT\n        # no comment\n" in written
    assert "    # second\n    post-processor" in written
    assert not re.search("beside apt|about lines|beside y", written)


REQUIRING = """\
# top

sources:
  x: {builder: docker, image: "debian:12", commit: true}
  y: {builder: "null", communicator: none}
plays:
  - sources: [x, y]
    tasks:
      - shell_local: {command: "true"}
      - salt_masterless: {local_state_tree: salt}
      - apt: {name: nginx}
    post_processors: [[checksum: {checksum_types: [md5]}, vagrant-cloud: {box_tag: a/b, version: "1"}]]
"""


@pytest.mark.parametrize(("written", "required"), [
    ("", ["ansible", "docker", "salt", "vagrant"]),
    ("requires: {packer: {version: '>= 1.9', plugins: {salt: {version: '~> 1', source: a.example/b/salt}}}}\n",
     ["salt", "ansible", "docker", "vagrant"]),
    ("requires: {packer: {version: '>= 1.9'}}\n", ["ansible", "docker", "salt", "vagrant"]),
])  # fmt: skip
def test_required_plugins(written: str, required: list[str], ingot: Ingot) -> None:
    """They are those of the components that the template uses, and asked for; what is required already stays."""
    ingot.write({"p.yml": written + REQUIRING})
    assert ingot("export", "p.yml", "-o", "t.pkr.hcl", "--required-plugins").status == 0
    text = (ingot.directory / "t.pkr.hcl").read_text()
    found = text[: text.index('source "docker"')]
    assert re.findall(r"^    (\w+) = \{$", found, re.MULTILINE) == required
    assert found.count("a.example/b/salt") == written.count("a.example/b/salt")
    assert ("required_version" in found) == bool(written)
    assert ingot("export", "p.yml", "-o", "u.pkr.hcl").status == 0
    assert ("hashicorp" in (ingot.directory / "u.pkr.hcl").read_text()) is False
