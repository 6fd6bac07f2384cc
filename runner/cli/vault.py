"""``ingot vault``: encrypt and decrypt as ansible-vault does."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from runner.cli.common import INVALID
from runner.cli.output import Output
from runner.cli.vaults import configure_vaults, secret_of, vaults_of
from runner.diagnostics import Diagnostic
from runner.text import SourceFile

if TYPE_CHECKING:
    from runner.expand.vault import Secret, Vaults

_STDIN = "-"


def configure(parser: ArgumentParser) -> None:
    """Add the command's own commands."""
    actions = parser.add_subparsers(dest="action", metavar="ACTION", required=True)
    for name, text in {
        "encrypt": "encrypt files", "decrypt": "decrypt files", "view": "show what encrypted files hold",
        "rekey": "encrypt files with another password",
    }.items():
        action = actions.add_parser(name, help=text, description=f"{text[:1].upper()}{text[1:]}.")
        action.add_argument("files", metavar="FILE", nargs="+", help="file, or - for standard input and output")
        configure_vaults(action)
        if name == "rekey":
            action.add_argument("--new-vault-password-file", metavar="FILE", help="file with the new password")
            action.add_argument("--new-vault-id", metavar="[ID@]SOURCE", help="the same with an id")
    value = actions.add_parser("encrypt-string", help="encrypt a value for a playbook",
                               description="Encrypt a value for a playbook.")
    value.add_argument("value", metavar="TEXT", nargs="?", help="the value; standard input if it is left out")
    value.add_argument("--name", metavar="NAME", help="the name of the variable, which is written before it")
    configure_vaults(value)


def run(arguments: Namespace) -> int:
    """Do what is asked for; return 2 when a file or a password is not as it should be."""
    output = Output("text")
    from runner.expand.vault import VaultError

    vaults = vaults_of(arguments, os.environ)
    if vaults is None:
        return _refused(output, "", "no password is given", "--vault-password-file FILE gives one")
    try:
        if arguments.action == "encrypt-string":
            _print_value(arguments, vaults.secrets[0])
            return 0
        work = _work(arguments, vaults)
    except VaultError as error:
        return _refused(output, "", str(error))
    for path in arguments.files:
        try:
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


def _work(arguments: Namespace, vaults: Vaults) -> Callable[[str], None]:
    """Return what is done to each file. Raises ``VaultError`` when a password cannot be had."""
    from runner.expand.vault import VaultError, decrypt, encrypt, is_encrypted

    def opened(path: str) -> bytes:
        return decrypt(_read(path).decode("ascii", "replace"), vaults.secrets)

    def encrypts(path: str) -> None:
        data = _read(path)
        if is_encrypted(data):
            raise VaultError("it is encrypted already")
        _write(path, encrypt(data, vaults.secrets[0]).encode())

    match arguments.action:
        case "encrypt":
            return encrypts
        case "decrypt":
            return lambda path: _write(path, opened(path))
        case "view":
            return lambda path: _write(_STDIN, opened(path))
    new = arguments.new_vault_id or arguments.new_vault_password_file
    if new is None:
        raise VaultError("no new password is given: --new-vault-password-file FILE gives one")
    secret = secret_of(new)
    return lambda path: _write(path, encrypt(opened(path), secret).encode())


def _read(path: str) -> bytes:
    return sys.stdin.buffer.read() if path == _STDIN else Path(path).read_bytes()


def _write(path: str, data: bytes) -> None:
    """Write a file, whole or not at all, with the permissions that it has."""
    if path == _STDIN:
        try:
            sys.stdout.write(data.decode())
        except UnicodeDecodeError:  # what is no text
            sys.stdout.buffer.write(data)
        return
    from runner.store.runs import write_whole

    mode = Path(path).stat().st_mode
    write_whole(Path(path), data)
    Path(path).chmod(mode & 0o7777)


def _print_value(arguments: Namespace, secret: Secret) -> None:
    from runner.expand.vault import encrypt

    text = sys.stdin.read() if arguments.value is None else arguments.value
    lines = encrypt(text.encode(), secret).splitlines()
    name = f"{arguments.name}: " if arguments.name else ""
    sys.stdout.write("\n".join((f"{name}!vault |", *(f"  {line}" for line in lines))) + "\n")
