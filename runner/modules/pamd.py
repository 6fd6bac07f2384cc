"""The ``pamd`` module."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from runner.modules.shared import Edited, Texts
from runner.modules.support.editing import opened, saved
from runner.sdk import Failed, Module, Outcome, Work, options

_RULE = re.compile(
    r"^(?P<kind>-?(?:auth|account|session|password))\s+(?P<control>\[[^]]*]|\S+)\s+(?P<path>\S+)(?P<rest>.*)$"
)


@options()
class Options:
    """What ``pamd`` accepts."""

    name: str
    """Service whose rules they are, such as sshd."""
    type: Literal["account", "-account", "auth", "-auth", "password", "-password", "session", "-session"]
    """Type of the rule."""
    control: str
    """Control of the rule."""
    module_path: str
    """Module of the rule."""
    state: Literal["absent", "before", "after", "args_absent", "args_present", "updated"] = "updated"
    """What to do: change the rule, add one before or after it, change its arguments, or remove it."""
    new_type: Literal["account", "-account", "auth", "-auth", "password", "-password", "session", "-session"] | None = (
        None
    )
    """Type of the new rule."""
    new_control: str | None = None
    """Control of the new rule."""
    new_module_path: str | None = None
    """Module of the new rule."""
    module_arguments: Texts | None = None
    """Arguments of the module."""
    path: str = "/etc/pam.d"
    """Directory of the services' files."""
    backup: bool = False
    """Keep a copy of the former file, with the time in its name."""


class Pamd(Module[Options]):
    """Change rules of PAM."""

    name = "pamd"

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Find the rules that are meant, and change what stands there. Raises ``Failed``."""
        del facts
        wanted = self.options
        path = f"{wanted.path.rstrip('/')}/{wanted.name}"
        options = Edited(backup=wanted.backup)
        found, former = yield from opened(path, options)
        if former is None:
            raise Failed(f"there is no service of PAM called {wanted.name!r} in {wanted.path}")
        lines = former.decode().splitlines()
        kept, count = self._changed(lines)
        values: dict[str, Any] = {"change_count": count, "backupdest": "", "action": wanted.state}
        if kept == lines:
            return Outcome({**values, "change_count": 0}, changed=False)
        content = "".join(f"{line}\n" for line in kept).encode()
        _, _, values["backupdest"] = yield from saved(found, former, content, options, "")
        return Outcome(values, changed=True)

    def _changed(self, lines: list[str]) -> tuple[list[str], int]:
        """Return the lines as they are to be, and how many rules were changed. Raises ``Failed``."""
        wanted, kept, count = self.options, list[str](), 0
        arguments = list(wanted.module_arguments or ())
        for number, line in enumerate(lines):
            rule = _Rule.of(line)
            if rule is None or rule.key != (wanted.type, wanted.control, wanted.module_path):
                kept.append(line)
                continue
            match wanted.state:
                case "absent":
                    count += 1
                case "before" | "after":
                    if not (wanted.new_type and wanted.new_control and wanted.new_module_path):
                        raise Failed(f"state is {wanted.state} but new_type, new_control, new_module_path are needed")
                    new = _Rule(wanted.new_type, wanted.new_control, wanted.new_module_path, arguments)
                    beside = lines[number - 1 : number] if wanted.state == "before" else lines[number + 1 : number + 2]
                    there = bool(beside) and _Rule.of(beside[0]) == new
                    count += not there
                    kept += [line] if there else [new.line, line] if wanted.state == "before" else [line, new.line]
                case _:
                    new = self._with(rule, arguments)
                    count += new != rule
                    kept.append(line if new == rule else new.line)
        return kept, count

    def _with(self, rule: _Rule, arguments: list[str]) -> _Rule:
        """Return a rule as it is to be."""
        wanted = self.options
        if wanted.state == "args_absent":
            return rule._replace(arguments=[each for each in rule.arguments if each not in arguments])
        if wanted.state == "args_present":
            names = {each.partition("=")[0] for each in arguments if "=" in each}
            left = [each for each in rule.arguments if "=" not in each or each.partition("=")[0] not in names
                    or each in arguments]
            return rule._replace(arguments=[*left, *(each for each in arguments if each not in left)])
        return _Rule(
            wanted.new_type or rule.kind, wanted.new_control or rule.control, wanted.new_module_path or rule.path,
            rule.arguments if wanted.module_arguments is None else [each for each in arguments if each],
        )


class _Rule(NamedTuple):
    """A line of a service of PAM, as pam.conf(5) describes it."""

    kind: str
    control: str
    path: str
    arguments: list[str]

    @classmethod
    def of(cls, line: str) -> _Rule | None:
        """Read a line; nothing for a comment, or one that includes a file."""
        match = _RULE.match(line)
        if match is None:
            return None
        words = re.findall(r"\[[^]]*]|\S+", match["rest"].partition("#")[0])
        return cls(match["kind"], match["control"], match["path"], words)

    @property
    def key(self) -> tuple[str, str, str]:
        """What a rule is found by."""
        return self.kind, self.control, self.path

    @property
    def line(self) -> str:
        """The line."""
        return f"{self.kind}\t{self.control}\t{self.path}" + "".join(f" {each}" for each in self.arguments)
