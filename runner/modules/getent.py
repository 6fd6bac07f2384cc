"""The ``getent`` module."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runner.sdk import Ask, Failed, Module, Outcome, Work, options

_LOOK = r"""
if command -v getent >/dev/null; then
  exec getent ${3:+-s "$3"} "$1" ${2:+"$2"}
fi
[ -f "/etc/$1" ] || exit 1
if [ -z "$2" ]; then exec grep -v '^ *#' "/etc/$1"; fi
awk -v key="$2" -F '[:[:space:]]+' '$1 == key { found = 1; print } END { exit found ? 0 : 2 }' "/etc/$1"
"""
"""Asks ``getent``; where there is none, the file of that name is the database."""
_NO_DATABASE, _NO_KEY = 1, 2
"""The exit statuses of ``getent``."""
_COLONS = ("passwd", "shadow", "group", "gshadow")
"""The databases whose fields have colons between them."""


@options()
class Options:
    """What ``getent`` accepts."""

    database: str
    """Which database, such as passwd or hosts."""
    key: str | None = None
    """What to look up; left out, everything."""
    split: str | None = None
    """Character between the fields."""
    service: str | None = None
    """Source to ask instead of those that the machine is set up to ask."""
    fail_key: bool = True
    """Fail if the key is not found."""


class Getent(Module[Options]):
    """Look up users, groups, hosts and the like in the machine's databases."""

    name = "getent"

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Look the database up. Raises ``Failed`` when it, or the key, is not known."""
        del facts
        wanted = self.options
        answer = yield Ask(("/bin/sh", "-c", _LOOK, "sh", wanted.database, wanted.key or "", wanted.service or ""))
        name = f"getent_{wanted.database}"
        if answer.status == _NO_KEY and wanted.key is not None:
            if wanted.fail_key:
                raise Failed("One or more supplied key could not be found in the database.")
            return Outcome(changed=False, facts={name: {wanted.key: None}})
        if answer.status == _NO_DATABASE:
            raise Failed(f"Missing arguments, or database unknown: {wanted.database}")
        if answer.status:
            raise Failed(f"the database {wanted.database} cannot be listed: {answer.stderr.strip()}")
        split = wanted.split or (":" if wanted.database in _COLONS else None)
        found: dict[str, Any] = {}
        for line in answer.stdout.splitlines():
            key, *rest = line.split(split) if line.strip() else [""]
            if not key:
                continue
            if key in found:  # several lines for one key, as services have
                found[key] = [*(found[key] if isinstance(found[key][0], list) else [found[key]]), rest]
            else:
                found[key] = rest
        return Outcome(changed=False, facts={name: found})
