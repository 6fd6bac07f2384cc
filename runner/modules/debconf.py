"""The ``debconf`` module."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from runner.sdk import Alias, Ask, Do, Failed, Module, Outcome, Work, options

_LOOK = r"""
command -v debconf-show >/dev/null || exit 44
debconf-show "$1"
printf '\035\n'
if [ -n "$2" ]; then printf 'GET %s\n' "$2" | debconf-communicate "$1" 2>/dev/null; fi
exit 0
"""
_NO_DEBCONF = 44
_ANSWER = re.compile(r"^[* ] ([^:\s]+): ?(.*)$", re.MULTILINE)
"""A line of ``debconf-show``: a star when it was asked, the question, the answer."""


@options()
class Options:
    """What ``debconf`` accepts."""

    name: Annotated[str, Alias("pkg")]
    """Package that asks."""
    question: Annotated[str | None, Alias("selection", "setting")] = None
    """Which question; left out, the present answers are only read."""
    vtype: (
        Literal["boolean", "error", "multiselect", "note", "password", "seen", "select", "string", "text", "title"]
        | None
    ) = None
    """Kind of the answer."""
    value: Annotated[Any, Alias("answer")] = None
    """The answer."""
    unseen: bool = False
    """Let the question be asked all the same."""


class Debconf(Module[Options]):
    """Answer questions of Debian packages before they are asked."""

    name = "debconf"

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Ask for the package's answers, and give another one if need be. Raises ``Failed``."""
        del facts
        wanted = self.options
        answer = yield Ask(("/bin/sh", "-c", _LOOK, "sh", wanted.name, wanted.question or ""))
        if answer.status == _NO_DEBCONF:
            raise Failed("the machine has no debconf-show", "debconf is a matter of Debian and its kin")
        shown, _, secret = answer.stdout.partition("\x1d\n")
        known: dict[str, str] = {match[1]: match[2] for match in _ANSWER.finditer(shown)}
        values: dict[str, Any] = {"current": known}
        if wanted.question is None:
            return Outcome({**values, "msg": ""}, changed=False)
        if wanted.vtype is None or (wanted.value is None and wanted.vtype != "seen"):
            raise Failed("when supplying a question you must supply a valid vtype and value")
        value = self._value()
        former = known.get(wanted.question)
        if wanted.vtype == "password":  # which debconf-show does not show
            former = secret.strip().partition(" ")[2] if secret.startswith("0 ") else None
        elif wanted.vtype == "boolean" and former is not None:
            former = former.lower()
        if former is not None and former.strip() == value.strip():
            return Outcome(values, changed=False)
        words = ("-u",) if wanted.unseen else ()
        line = f"{wanted.name} {wanted.question} {wanted.vtype} {value}\n"
        told = yield Do(("debconf-set-selections", *words), stdin=line)
        if told.status:
            raise Failed(f"debconf does not take the answer: {told.stderr.strip() or told.stdout.strip()}")
        after = {wanted.question: "(password hidden)" if wanted.vtype == "password" else value}
        return Outcome({"current": after, "previous": known}, changed=True)

    def _value(self) -> str:
        """Return the answer as debconf wants it."""
        value = self.options.value
        if isinstance(value, list | tuple):
            return ", ".join(map(str, value))
        text = "" if value is None else str(value)
        return text.lower() if self.options.vtype in ("boolean", "seen") else text
