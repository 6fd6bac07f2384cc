"""``ingot vault``: encrypt and decrypt as ansible-vault does."""

from __future__ import annotations

import os
import shlex
import subprocess
import sys
import tempfile
from argparse import ArgumentParser, Namespace
from pathlib import Path

from runner.cli.common import INVALID
from runner.cli.output import Output
from runner.cli.vaults import configure_vaults, secret_of, vaults_of
from runner.diagnostics import Diagnostic
from runner.expand.vault import Secret, VaultError, Vaults, decrypt, encrypt, is_encrypted, vault_id
from runner.store.runs import write_whole
from runner.text import SourceFile

_STDIN = "-"


def configure(parser: ArgumentParser) -> None:
    """Add the command's own commands."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    for name, text in {
        "create": "write files with an editor, and encrypt them", "edit": "change encrypted files with an editor",
        "encrypt": "encrypt files", "decrypt": "decrypt files", "view": "show what encrypted files hold",
        "rekey": "encrypt files with another password",
    }.items():
        action = actions.add_parser(name, help=text, description=f"{text[:1].upper()}{text[1:]}.")
        action.add_argument("files", metavar="FILE", nargs="+", help="file, or - for standard input and output")
        configure_vaults(action)
        if name in ("encrypt", "decrypt"):
            action.add_argument("--output", metavar="FILE", help="file for the result of one FILE, or -")
        if name == "rekey":
            action.add_argument("--new-vault-password-file", metavar="FILE", help="file with the new password")
            action.add_argument("--new-vault-id", metavar="[ID@]SOURCE", help="the same with an id")
    value = actions.add_parser("encrypt_string", aliases=["encrypt-string"], help="encrypt a value for a playbook",
                               description="Encrypt a value for a playbook.")
    value.add_argument("value", metavar="TEXT", nargs="?", help="the value; standard input if it is left out")
    value.add_argument("--name", "-n", metavar="NAME", help="the name of the variable, which is written before it")
    configure_vaults(value)


def run(arguments: Namespace) -> int:
    """Do what is asked for; return 2 when a file or a password is not as it should be."""
    output = Output("text")
    vaults = vaults_of(arguments, os.environ)
    if vaults is None:
        return _refused(output, "", "no password is given", "--vault-password-file FILE gives one")
    if getattr(arguments, "output", None) is not None and len(arguments.files) > 1:
        return _refused(output, "", "--output is for one file")
    path = ""
    try:
        if not hasattr(arguments, "files"):
            _print_value(arguments, vaults.secrets[0])
            return 0
        work = getattr(_Files(arguments, vaults), arguments.action)
        for path in arguments.files:
            work(path)
    except VaultError as error:
        return _refused(output, path, str(error))
    except OSError as error:
        return _refused(output, path, f"it cannot be read or written: {error.strerror or error}")
    return 0


def _refused(output: Output, path: str, message: str, hint: str | None = None) -> int:
    place = SourceFile(path or "ingot vault", "").start()
    output.diagnostics([Diagnostic("E410", f"{path}: {message}" if path else message, place, hint)])
    return INVALID


class _Files:
    """What is done to each file, a method an action. Each raises ``VaultError`` or ``OSError``."""

    def __init__(self, arguments: Namespace, vaults: Vaults) -> None:
        self._vaults = vaults
        self._output: str | None = getattr(arguments, "output", None)
        self._new: str | None = None
        if arguments.action == "rekey":
            self._new = arguments.new_vault_id or arguments.new_vault_password_file

    def create(self, path: str) -> None:
        if path == _STDIN or Path(path).exists():
            raise VaultError("it is there already")
        _write(path, _encrypted(_edited(Path(path).suffix, b""), self._vaults.secrets[0]))

    def edit(self, path: str) -> None:
        if path == _STDIN:
            raise VaultError("an editor needs a file")
        before = self._opened(path)
        after = _edited(Path(path).suffix, before)
        if after != before:
            _write(path, _encrypted(after, self._owner(path)))

    def encrypt(self, path: str) -> None:
        data = _read(path)
        if is_encrypted(data):
            raise VaultError("it is encrypted already")
        _write(self._output or path, _encrypted(data, self._vaults.secrets[0]))

    def decrypt(self, path: str) -> None:
        _write(self._output or path, self._opened(path))

    def view(self, path: str) -> None:
        _write(_STDIN, self._opened(path))

    def rekey(self, path: str) -> None:
        if self._new is None:
            raise VaultError("no new password is given: --new-vault-password-file FILE gives one")
        _write(path, _encrypted(self._opened(path), secret_of(self._new)))

    def _opened(self, path: str) -> bytes:
        return decrypt(_read(path).decode("ascii", "replace"), self._vaults.secrets)

    def _owner(self, path: str) -> Secret:
        """Return the password that a file is to have again: that of its vault id if it is among those given."""
        name = vault_id(_read(path).decode("ascii", "replace"))
        return next((each for each in self._vaults.secrets if each.vault_id == name), self._vaults.secrets[0])


def _encrypted(data: bytes, secret: Secret) -> bytes:
    return encrypt(data, secret).encode()


def _read(path: str) -> bytes:
    return sys.stdin.buffer.read() if path == _STDIN else Path(path).read_bytes()


def _write(path: str, data: bytes) -> None:
    """Write a file, whole or not at all, with the permissions that it has; a new one is its owner's alone."""
    if path == _STDIN:
        try:
            sys.stdout.write(data.decode())
        except UnicodeDecodeError:  # what is no text
            sys.stdout.buffer.write(data)
        return
    file = Path(path)
    write_whole(file, data, mode=file.stat().st_mode & 0o7777 if file.exists() else 0o600)


def _edited(suffix: str, content: bytes) -> bytes:
    """Return what the user's editor makes of a content. Raises ``VaultError`` when it fails."""
    editor = shlex.split(os.environ.get("VISUAL") or os.environ.get("EDITOR") or "vi")
    with tempfile.TemporaryDirectory(prefix="ingot-vault-") as directory:  # only its owner sees into it
        file = Path(directory, f"vault{suffix}")
        file.write_bytes(content)
        try:
            subprocess.run([*editor, file], check=True)  # noqa: S603 - the user's own
        except (OSError, subprocess.CalledProcessError) as error:
            raise VaultError(f"the editor {editor[0]!r} fails: {error}") from error
        return file.read_bytes()


def _print_value(arguments: Namespace, secret: Secret) -> None:
    text = sys.stdin.read() if arguments.value is None else arguments.value
    lines = encrypt(text.encode(), secret).splitlines()
    name = f"{arguments.name}: " if arguments.name else ""
    sys.stdout.write("\n".join((f"{name}!vault |", *(f"  {line}" for line in lines))) + "\n")
