"""The passwords of Ansible Vault: where the command line and the environment say that they are."""

from __future__ import annotations

import os
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from runner.formats.files import STDIN

if TYPE_CHECKING:
    from runner.expand.vault import Secret, Vaults

_VARIABLES = ("INGOT_VAULT_PASSWORD_FILE", "ANSIBLE_VAULT_PASSWORD_FILE")
_PROMPT = "prompt"


def configure_vaults(parser: ArgumentParser) -> None:
    """Add the options that say where passwords are."""
    parser.add_argument("--vault-password-file", metavar="FILE", action="append", default=[],
                        help="file with a password of Ansible Vault, or a program that prints one; - is standard input")
    parser.add_argument("--vault-id", metavar="[ID@]SOURCE", action="append", default=[],
                        help="the same with an id, as in prod@FILE; the source 'prompt' asks")
    parser.add_argument("--ask-vault-pass", "-J", action="store_true", help="ask for a password of Ansible Vault")


def vaults_of(arguments: Namespace, environ: Mapping[str, str]) -> Vaults | None:
    """Return what opens vaults; nothing when no password is given. None is read before it is needed."""
    given = [*arguments.vault_id, *arguments.vault_password_file, *([_PROMPT] if arguments.ask_vault_pass else ())]
    given += [environ[name] for name in _VARIABLES if environ.get(name) and not given]
    if not given:
        return None
    from runner.expand.vault import Vaults

    return Vaults(partial(_secrets, tuple(dict.fromkeys(given)), Path.cwd()))


def _secrets(given: tuple[str, ...], here: Path) -> list[Secret]:
    return [secret_of(each, here) for each in given]


def secret_of(text: str, here: Path = Path()) -> Secret:
    """Return the password that ``ID@SOURCE``, or a source alone, leads to from ``here``. Raises ``VaultError``."""
    from runner.expand.vault import DEFAULT_ID, Secret

    name, at, source = text.rpartition("@")
    if not at or (here / text).exists():  # a file's name may hold an @, too
        name, source = DEFAULT_ID, text
    name = name or DEFAULT_ID
    if source == _PROMPT:
        return Secret(name, _asked(name))
    return Secret(name, _piped() if source == STDIN else _read(Path(source).expanduser(), here))


def _piped() -> bytes:
    """Return what standard input gives."""
    from runner.expand.vault import VaultError

    if password := sys.stdin.buffer.read().strip():
        return password
    raise VaultError("there is no password in standard input")


def _asked(name: str) -> bytes:
    from getpass import getpass

    from runner.expand.vault import DEFAULT_ID, VaultError

    if sys.stdin is None or not sys.stdin.isatty():
        raise VaultError("nobody can be asked for the password, for standard input is no terminal")
    return getpass("Vault password: " if name == DEFAULT_ID else f"Vault password ({name}): ").encode()


def _read(name: Path, here: Path) -> bytes:
    """Return what is in the file of this name, or what it prints if it is a program."""
    import subprocess

    from runner.expand.vault import VaultError

    path = here / name
    try:
        if path.is_file() and os.access(path, os.X_OK):
            done = subprocess.run([path.resolve()], check=True, stdout=subprocess.PIPE)  # noqa: S603 - the user's own
            password = done.stdout.strip(b"\r\n")
        else:
            password = path.read_bytes().strip()
    except subprocess.CalledProcessError as error:
        raise VaultError(f"the program {name} gives no password: it ended with status {error.returncode}") from error
    except OSError as error:
        raise VaultError(f"the password file {name} cannot be read: {error.strerror or error}") from error
    if not password:
        raise VaultError(f"there is no password in {name}")
    return password
