"""The ``pam_limits`` module."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any, Literal

from runner.modules.shared import Edited
from runner.modules.support.editing import opened, saved
from runner.sdk import Failed, Module, Outcome, Work, options

_VALUE = re.compile(r"unlimited|infinity|-?\d+")


@options()
class Options:
    """What ``pam_limits`` accepts."""

    domain: str
    """Whom the limit is for: a user, @group or *."""
    limit_type: Literal["hard", "soft", "-"]
    """Whether users may raise it: soft, hard, or - for both."""
    limit_item: Literal[
        "core",
        "data",
        "fsize",
        "memlock",
        "nofile",
        "rss",
        "stack",
        "cpu",
        "nproc",
        "as",
        "maxlogins",
        "maxsyslogins",
        "priority",
        "locks",
        "sigpending",
        "msgqueue",
        "nice",
        "rtprio",
        "chroot",
    ]
    """What is limited."""
    value: str
    """The limit, a number or unlimited."""
    dest: str = "/etc/security/limits.conf"
    """File that holds it."""
    use_max: bool = False
    """Keep the present limit if it is higher."""
    use_min: bool = False
    """Keep the present limit if it is lower."""
    comment: str = ""
    """What the limit is for."""
    backup: bool = False
    """Keep a copy of the former file, with the time in its name."""


class PamLimits(Module[Options]):
    """Set limits of users' resources in limits.conf."""

    name = "pam_limits"

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Have the limit in the file. Raises ``Failed`` for a value that is none."""
        del facts
        wanted = self.options
        if not _VALUE.fullmatch(wanted.value) or (wanted.use_max and wanted.use_min):
            raise Failed(
                "Cannot use use_min and use_max at the same time." if wanted.use_max and wanted.use_min else
                "Argument 'value' can be one of 'unlimited', 'infinity', '-1' or positive number."
            )
        options = Edited(backup=wanted.backup)
        found, former = yield from opened(wanted.dest, options)
        if former is None and not found.parent.exists:
            raise Failed(f"directory for limits.conf is not there: {wanted.dest}")
        lines = (former or b"").decode(errors="surrogateescape").splitlines()
        kept, new = self._edited(lines)
        content = "".join(f"{line}\n" for line in kept).encode(errors="surrogateescape")
        changed = kept != lines
        backup = ""
        if changed:
            _, _, backup = yield from saved(found, former, content, options, "")
        return Outcome({"msg": f"{new}\n", **({"backup_file": backup} if backup else {})}, changed=changed)

    def _edited(self, lines: list[str]) -> tuple[list[str], str]:
        """Return the lines with the limit, and the line that says so."""
        wanted, kept, told = self.options, list[str](), ""
        for line in lines:
            words, _, _ = line.partition("#")
            fields = words.split()
            if len(fields) != 4 or fields[:3] != [wanted.domain, wanted.limit_type, wanted.limit_item]:  # noqa: PLR2004
                kept.append(line)
                continue
            value = self._value(fields[3])
            if value == fields[3]:
                told = line
                kept.append(line)
            elif not told:
                told = self._line(value)
                kept.append(told)
        if not told:
            told = self._line(wanted.value)
            end = next((number for number, line in enumerate(kept) if line.startswith("# End of file")), len(kept))
            kept.insert(end, told)
        return kept, told

    def _value(self, former: str) -> str:
        """Return the value that the limit is to have, where it is another already."""
        wanted = self.options
        numbers = [_number(each) for each in (former, wanted.value)]
        if wanted.use_max:
            return wanted.value if numbers[1] > numbers[0] else former
        if wanted.use_min:
            return wanted.value if numbers[1] < numbers[0] else former
        return wanted.value

    def _line(self, value: str) -> str:
        wanted = self.options
        comment = f"\t#{wanted.comment}" if wanted.comment else ""
        return f"{wanted.domain}\t{wanted.limit_type}\t{wanted.limit_item}\t{value}{comment}"


def _number(value: str) -> float:
    """Return a limit as a number: words mean that there is none."""
    return math.inf if value in ("unlimited", "infinity", "-1") else float(value)
