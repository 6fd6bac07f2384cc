"""The ``script`` module."""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from typing import Annotated, Any

from runner.modules.support.commands import ended, expanded, needless, plain_values
from runner.sdk import Do, Failed, Find, Module, Outcome, Read, ReadsFile, Work, options

_FIRST = re.compile(r"""\s*((?:[^\s'"\\]|\\.|'[^']*'|"(?:[^"\\]|\\.)*")+)\s*(.*)""", re.DOTALL)
"""The first word, with its quotes, and the rest."""
_RUN = """
script=$(umask 077; mktemp "${TMPDIR:-/tmp}/ingot.XXXXXX") || exit
trap 'rm -f "$script"' EXIT
trap 'exit 143' HUP INT TERM
cat >"$script" && chmod 0700 "$script" || exit
eval "$1 \\"\\$script\\" $2" </dev/null
"""
"""Takes a script from standard input and runs it: by the program ``$1`` unless that is empty, with arguments ``$2``."""


@options()
class Options:
    """What ``script`` accepts."""

    cmd: Annotated[str, ReadsFile("files")]
    """The script and, after blanks, its arguments."""
    chdir: str | None = None
    """Directory on the machine in which it runs."""
    creates: str | None = None
    """Do nothing if this file is there."""
    removes: str | None = None
    """Do nothing unless this file is there."""
    executable: str | None = None
    """Program that runs the script."""
    decrypt: bool = True
    """Decrypt a script that was encrypted with Ansible Vault."""


class Script(Module[Options]):
    """Bring a script from this computer to the machine and run it there."""

    name = "script"
    free_form = "cmd"
    foresees = False

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Run the script, unless ``creates`` or ``removes`` says that there is no need."""
        del facts
        wanted = self.options
        first = _FIRST.match(wanted.cmd)
        if first is None:
            raise Failed("there is no script to run", "name one; an open quote may be in the way")
        name = "".join(shlex.split(first[1]))
        why = yield from needless(wanted.creates, wanted.removes, wanted.chdir)
        if why is not None:
            return Outcome(skipped=why)
        path = yield Find(name, "files")
        if path is None:
            raise Failed(f"there is no script {name!r}", "it is looked for in files/, and beside the playbook")
        content = yield Read(path, decrypt=wanted.decrypt)
        chdir = (yield from expanded([wanted.chdir]))[0] if wanted.chdir else None
        answer = yield Do(("/bin/sh", "-c", _RUN, "sh", wanted.executable or "", first[2]), content, chdir=chdir)
        return ended(plain_values(answer), answer.status)
