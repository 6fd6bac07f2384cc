"""The documents that are measured: one small, one as large as asked for, each in every tool's own words."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

SMALL_PLAYBOOK = """\
sources:
  out: {builder: file, target: out.txt, content: hello}
plays:
  - sources: [out]
    tasks:
      - shell_local: {inline: [echo hello]}
"""
SMALL_TEMPLATE = {
    "builders": [{"type": "file", "target": "out.txt", "content": "hello"}],
    "provisioners": [{"type": "shell-local", "inline": ["echo hello"]}],
}

# Ten tasks as roles have them: plain options, expressions, conditions, loops, results, handlers, a block.
_TASKS = """\
- name: Install package {n}
  apt: {{name: "package-{n}", state: present}}
  notify: restart service
- name: Write configuration {n}
  copy:
    dest: /etc/app/{n}.conf
    content: |
      port = {{{{ port }}}}
      name = "{n}"
    mode: "0644"
- name: Make directory {n}
  file: {{path: "/srv/app/{n}", state: directory, owner: root, mode: "0755"}}
- name: Set line {n}
  lineinfile:
    path: /etc/app/main.conf
    regexp: "^key{n}="
    line: "key{n}={{{{ value }}}}"
- name: Ask for version {n}
  command: app --version {n}
  register: version_{n}
  changed_when: false
- name: Migrate {n}
  shell: app migrate --to {n}
  when: version_{n}.rc == 0 and port > 1024
- name: Remember {n}
  set_fact: {{app_{n}: "{{{{ version_{n}.stdout | default('none') }}}}"}}
- name: Tell {n}
  debug: {{msg: "version {{{{ app_{n} | upper }}}}"}}
- name: Link {n}
  file: {{src: "/srv/app/{{{{ item }}}}", dest: "/opt/{{{{ item }}}}-{n}", state: link}}
  loop: [bin, lib, share]
- name: Try {n}
  command: app check {n}
  ignore_errors: true
  tags: [check]
"""
_AROUND = """\
{indent}vars: {{port: 8080, value: some text}}
{indent}handlers:
{indent}  - name: restart service
{indent}    service: {{name: app, state: restarted}}
{indent}tasks:
"""


@dataclass(frozen=True)
class Documents:
    """The files of one size; ``ansible`` says the same as ``playbook``, in Ansible's words."""

    playbook: Path
    ansible: Path


def small(directory: Path) -> tuple[Path, Path]:
    """Write a playbook and a Packer template that say the same: one source, one task."""
    playbook, template = directory / "small.yml", directory / "small.json"
    playbook.write_text(SMALL_PLAYBOOK, encoding="utf-8")
    template.write_text(json.dumps(SMALL_TEMPLATE, indent=2) + "\n", encoding="utf-8")
    return playbook, template


def generated(directory: Path, tasks: int) -> Documents:
    """Write a playbook of ``tasks`` tasks (rounded up to tens), and the same for Ansible."""
    lines = "".join(_TASKS.format(n=number) for number in range(-(-tasks // 10))).splitlines(keepends=True)
    work = _AROUND.format(indent="    ") + "".join("      " + line for line in lines)
    playbook, ansible = directory / f"tasks-{tasks}.yml", directory / f"ansible-{tasks}.yml"
    head = 'sources:\n  base: {builder: docker, image: "debian:12", commit: true}\nplays:\n  - sources: [base]\n'
    playbook.write_text(head + work, encoding="utf-8")
    ansible.write_text("- hosts: all\n" + "".join(line[2:] for line in work.splitlines(keepends=True)), "utf-8")
    return Documents(playbook, ansible)
