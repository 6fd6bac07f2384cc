"""Change accounts: by the machine's own tools, or in the files themselves where it has none."""

from __future__ import annotations

import shlex
from collections.abc import Callable, Generator, Sequence
from typing import Any

from runner.modules.support.accounts import LOOK, Accounts
from runner.sdk import Answer, Ask, Do, Outcome, Put, Verb

Steps = Generator[Verb, Any, Outcome | None]
"""Changes; what they give in the end is the outcome if one of them failed."""
_ALL = 'for each; do eval "$each" || exit; done'

HOME = r"""
home=$1 owner=$2 skeleton=${3:-/etc/skel} umask=$4
mode=$(sed -n 's/^HOME_MODE[[:blank:]]*//p' /etc/login.defs 2>/dev/null)
[ -z "$umask" ] || mode=
mkdir -p "$(dirname "$home")" || exit
if [ -d "$skeleton" ]; then cp -R "$skeleton" "$home"; else mkdir "$home"; fi || exit
chmod "${mode:-$(printf %o $((0777 & ~0${umask:-022})))}" "$home" && chown -R "$owner" "$home"
"""
"""Makes a home directory, with the files of the skeleton."""
KEY = r"""
name=$1 file=$2 type=$3 bits=$4 comment=$5 passphrase=$6
command -v ssh-keygen >/dev/null || { echo "there is no ssh-keygen on the machine: install OpenSSH" >&2; exit 1; }
cd "$(sed -n "s/^$name:.*:\([^:]*\):[^:]*$/\1/p" /etc/passwd)" || exit
case $comment in *'$HOSTNAME'*) comment=${comment%%'$HOSTNAME'*}$(hostname)${comment#*'$HOSTNAME'} ;; esac
[ -d "$(dirname "$file")" ] || { mkdir -m 0700 "$(dirname "$file")" && chown "$name:" "$(dirname "$file")"; } || exit
ssh-keygen -q -t "$type" ${bits:+-b "$bits"} -C "$comment" -N "$passphrase" -f "$file" </dev/null || exit
chown "$name:" "$file" "$file.pub"
"""
"""Makes a pair of SSH keys for a user."""


def looked(user: str = "", home: str = "", key: str = "") -> Generator[Verb, Any, Accounts]:
    """Look at the machine's accounts."""
    return Accounts.of((yield Ask(("/bin/sh", "-c", LOOK, "sh", user, home, key))))


def call(*words: str) -> str:
    """Return a call of a program as one word, for ``done``."""
    return shlex.join(words)


def script(text: str, *words: str) -> str:
    """Return a call of a script as one word, for ``done``."""
    return shlex.join(("/bin/sh", "-c", text, "sh", *words))


def done(calls: Sequence[str], stdin: str | None = None) -> Steps:
    """Do all of this in one go; return the outcome if it failed."""
    if not calls:
        return None
    answer: Answer = yield Do(("/bin/sh", "-c", _ALL, "sh", *calls), stdin)
    if answer.status == 0:
        return None
    said = (answer.stderr.strip() or answer.stdout.strip()).splitlines()
    values = {"rc": answer.status, "stdout": answer.stdout, "stderr": answer.stderr}
    return Outcome(values, failed=said[-1] if said else f"exit status {answer.status}")


def written(accounts: Accounts, change: Callable[[], None]) -> Steps:
    """Change the accounts and write the files that are different then."""
    before = accounts.texts()
    change()
    for path, text in accounts.texts().items():
        if text != before[path]:
            yield Put(path, text.encode())
    return None
