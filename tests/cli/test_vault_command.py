"""Encrypted values and files: what opens them, what never shows them, and ``ingot vault``."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from textwrap import indent

import pytest
from conftest import Ingot

ANSIBLE = os.environ.get("INGOT_TEST_ANSIBLE", "")
PLAYBOOK = """
sources:
  here: {builder: "null", communicator: none}
variables:
  given: {default: nothing}
plays:
  - sources: [here]
    vars_files: [vars.yml]
    vars:
VALUE
    tasks:
      - debug: {msg: "{{ token }} and {{ inline }}"}
      - assert: {that: [token == 'abc-from-file', inline == 'inline-secret', given == 'abc-given']}
      - include_tasks: tasks.yml
      - debug: {msg: "{{ lookup('file', 'plain.txt') }}"}
      - shell_local: "printf %s '{{ inline }}' >out.txt; echo {{ inline }}"
"""


@pytest.fixture
def vault(ingot: Ingot) -> Ingot:
    """A playbook with everything that can be encrypted, and the password in ``pw``."""
    ingot.write({
        "pw": "word\n", "other": "another\n", "vars.yml": "token: abc-from-file\n", "given.yml": "given: abc-given\n",
        "tasks.yml": "- debug: {msg: from an encrypted file of tasks}\n", "plain.txt": "the text of a file\n",
    })
    for name in ("vars.yml", "given.yml", "tasks.yml", "plain.txt"):
        assert ingot("vault", "encrypt", name, "--vault-password-file", "pw").status == 0
        assert (ingot.directory / name).read_text().startswith("$ANSIBLE_VAULT;1.1;AES256\n")
    made = ingot("vault", "encrypt_string", "inline-secret", "-n", "inline", "--vault-id", "dev@pw")
    ingot.write({"playbook.yml": PLAYBOOK.replace("VALUE", indent(made.stdout, " " * 6))})
    return ingot


@pytest.mark.parametrize("words", [
    ("--vault-password-file", "pw"), ("--vault-id", "any@pw"), ("--vault-id", "pw"),
    ("--vault-password-file", "other", "--vault-password-file", "./program"),
])
def test_a_build_opens_what_it_uses(vault: Ingot, words: tuple[str, ...]) -> None:
    program = vault.directory / "program"
    program.write_text("#!/bin/sh\necho word\n")
    program.chmod(0o755)
    answer = vault("build", "playbook.yml", "--var-file", "given.yml", *words)
    assert answer.status == 0, answer.stdout + answer.stderr
    assert (vault.directory / "out.txt").read_text() == "inline-secret"
    assert "7 ok, 1 changed" in answer.stdout
    record = "".join(path.read_text() for path in vault.directory.glob(".ingot/runs/*/*"))
    for secret in ("inline-secret", "abc-from-file", "abc-given"):
        assert secret not in answer.stdout + answer.stderr + record


def test_standard_input_gives_the_password(vault: Ingot) -> None:
    words = ("vault", "view", "vars.yml", "--vault-password-file", "-")
    assert vault(*words, stdin=(vault.directory / "pw").read_text()).stdout == "token: abc-from-file\n"
    assert "there is no password in standard input" in vault(*words).stderr


@pytest.mark.parametrize("variable", ["INGOT_VAULT_PASSWORD_FILE", "ANSIBLE_VAULT_PASSWORD_FILE"])
def test_the_environment_names_the_password(vault: Ingot, variable: str) -> None:
    answer = vault("build", "playbook.yml", "--no-record", "--var-file", "given.yml", **{variable: "pw"})
    assert answer.status == 0, answer.stdout + answer.stderr


def test_a_plan_shows_no_secret(vault: Ingot) -> None:
    words = ("--var-file", "given.yml", "--vault-password-file", "pw")
    for command in (("plan", "playbook.yml", "--json"), ("plan", "playbook.yml")):
        answer = vault(*command, *words)
        assert answer.status == 0, answer.stderr
        assert not any(each in answer.stdout for each in ("inline-secret", "abc-from-file", "abc-given"))


def test_what_is_not_encrypted_as_a_file_is_checked_without_a_password(vault: Ingot) -> None:
    text = (vault.directory / "playbook.yml").read_text()
    for part, instead in (("vars_files: [vars.yml]", ""), ("include_tasks: tasks.yml", "meta: noop"),
                          ("lookup('file', 'plain.txt')", "1")):
        text = text.replace(part, instead)
    vault.write({"playbook.yml": text})
    assert vault("validate", "playbook.yml").status == 0


@pytest.mark.parametrize(("words", "message"), [
    ((), "no vault password is given"), (("--vault-password-file", "other"), "no vault password opens this"),
    (("--vault-password-file", "none"), "the password file none cannot be read"),
    (("--vault-id", "x@prompt"), "nobody can be asked"), (("-J",), "nobody can be asked"),
])
def test_a_password_that_does_not_open_it(vault: Ingot, words: tuple[str, ...], message: str) -> None:
    answer = vault("build", "playbook.yml", "--no-record", *words)
    assert answer.status == 2
    assert message in answer.stderr
    assert "vars.yml:1:1: error[E410]" in answer.stderr


def test_files_are_decrypted_and_given_another_password(vault: Ingot) -> None:
    assert vault("vault", "view", "vars.yml", "--vault-password-file", "pw").stdout == "token: abc-from-file\n"
    words = ("--vault-password-file", "pw", "--new-vault-id", "prod@other")
    assert vault("vault", "rekey", "vars.yml", *words).status == 0
    assert (vault.directory / "vars.yml").read_text().startswith("$ANSIBLE_VAULT;1.2;AES256;prod\n")
    assert vault("vault", "view", "vars.yml", "--vault-password-file", "pw").status == 2
    assert vault("vault", "encrypt", "vars.yml", "--vault-password-file", "pw").status == 2
    assert vault("vault", "decrypt", "vars.yml", "--vault-password-file", "other").status == 0
    assert (vault.directory / "vars.yml").read_text() == "token: abc-from-file\n"
    assert vault("vault", "view", "vars.yml", "--vault-password-file", "other").status == 2
    assert vault("vault", "view", "nowhere", "--vault-password-file", "other").status == 2
    assert vault("vault", "view", "vars.yml").status == 2


@pytest.mark.skipif(not ANSIBLE, reason="INGOT_TEST_ANSIBLE names no ansible-playbook to ask")
def test_ansible_reads_what_we_write_and_the_other_way_round(vault: Ingot) -> None:
    program = shutil.which("ansible-vault", path=str(Path(ANSIBLE).parent))
    assert program is not None
    def run(*words: str) -> str:
        return subprocess.run([program, *words, "--vault-password-file", "pw"], cwd=vault.directory, check=True,
                              text=True, capture_output=True).stdout
    assert run("view", "vars.yml") == "token: abc-from-file\n"
    vault.write({"theirs.yml": "a: theirs\n"})
    run("encrypt", "theirs.yml")
    assert vault("vault", "view", "theirs.yml", "--vault-password-file", "pw").stdout == "a: theirs\n"


def test_an_editor_changes_what_is_encrypted(ingot: Ingot) -> None:
    editor = ingot.directory / "editor"
    editor.write_text("#!/bin/sh\necho 'more: 1' >>\"$1\"\nstat -c %a \"$(dirname \"$1\")\" >mode\n")
    editor.chmod(0o755)
    ingot.write({"pw": "word\n"})
    words = ("--vault-id", "dev@pw")
    for action in ("create", "edit"):
        assert ingot("vault", action, "secret.yml", *words, EDITOR="./editor").status == 0
    made = ingot.directory / "secret.yml"
    assert made.read_text().startswith("$ANSIBLE_VAULT;1.2;AES256;dev\n")
    assert made.stat().st_mode & 0o777 == 0o600
    assert (ingot.directory / "mode").read_text() == "700\n"
    assert ingot("vault", "view", "secret.yml", *words).stdout == "more: 1\nmore: 1\n"


@pytest.mark.parametrize(("words", "said"), [
    (("create", "pw"), "pw: it is there already"),
    (("edit", "-"), "an editor needs a file"),
    (("edit", "secret.yml"), "the editor 'false' fails"),
    (("decrypt", "pw", "secret.yml", "--output", "out"), "--output is for one file"),
])
def test_what_an_editor_cannot_change_stays(ingot: Ingot, words: tuple[str, ...], said: str) -> None:
    ingot.write({"pw": "word\n", "secret.yml": "a: 1\n"})
    secret = ("--vault-password-file", "pw")
    assert ingot("vault", "encrypt", "secret.yml", *secret).status == 0
    before = (ingot.directory / "secret.yml").read_bytes()
    answer = ingot("vault", *words, *secret, EDITOR="false")
    assert answer.status == 2
    assert said in answer.stderr
    assert (ingot.directory / "secret.yml").read_bytes() == before


def test_the_result_goes_where_it_is_wanted(ingot: Ingot) -> None:
    ingot.write({"pw": "word\n", "a.yml": "a: 1\n"})
    secret = ("--vault-password-file", "pw")
    assert ingot("vault", "encrypt", "a.yml", *secret, "--output", "b.yml").status == 0
    assert ingot("vault", "decrypt", "b.yml", *secret, "--output", "-").stdout == "a: 1\n"
    assert (ingot.directory / "a.yml").read_text() == "a: 1\n"
