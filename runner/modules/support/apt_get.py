"""Calls of ``apt-get``: how it is started, what it says, and trying again to fetch the lists of packages."""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence
from dataclasses import replace
from typing import Any, NamedTuple

from runner.sdk import Answer, Ask, Do, Verb, Wait

ENVIRONMENT = {
    "DEBIAN_FRONTEND": "noninteractive", "DEBIAN_PRIORITY": "critical", "APT_LISTCHANGES_FRONTEND": "none",
    "LC_ALL": "C.UTF-8",
}
"""Nobody is there to answer questions, and messages have to be readable here."""
_POLICY = """
policy=/usr/sbin/policy-rc.d code=$1
shift
[ ! -e $policy ] || mv $policy $policy.ingot || exit
trap 'rm -f $policy; [ ! -e $policy.ingot ] || mv $policy.ingot $policy' EXIT
trap 'exit 143' HUP INT TERM
printf '#!/bin/sh\\nexit %s\\n' "$code" >$policy && chmod 0755 $policy || exit
"$@"
"""
_FETCH = """
before=$(stat -c %.9Y /var/lib/apt/lists 2>/dev/null)
"$@" || exit
if [ "$before" = "$(stat -c %.9Y /var/lib/apt/lists)" ]; then touch /var/lib/apt/lists; else printf '\\035'; fi
"""
"""Fetches the lists, tells by a mark whether any was new, and notes when: apt leaves no trace where none was."""
_NEW = "\x1d"
_PLANNED = re.compile(r"^(?:Inst|Remv|Purg|Conf) ", re.MULTILINE)
_LOCKED = re.compile(r"^E: (?:Could not get lock|Unable to lock|Unable to acquire)", re.MULTILINE)
_SAID = re.compile(r"^E: (.+)$", re.MULTILINE)
_REASONS = (
    (re.compile(r"^E: Unable to locate package (\S+)", re.MULTILINE), "No package matching '{}' is available"),
    (re.compile(r"^E: Couldn't find any package by glob '(.+)'", re.MULTILINE),
     "No package matching '{}' is available"),
    (re.compile(r"^E: Package '(\S+)' has no installation candidate", re.MULTILINE),
     "'{}' is a name that several packages provide, or that none does: name one of them"),
    (re.compile(r"^E: Version '(.+)' for '(.+)' was not found", re.MULTILINE), "there is no version {} of {}"),
)
NO_LISTS = "; the machine has no lists of packages: set update_cache"


class Step(NamedTuple):
    """How a part of the work went."""

    changed: bool
    answers: tuple[Answer, ...] = ()
    failed: str | None = None


class AptGet(NamedTuple):
    """How apt-get is called in one task."""

    options: tuple[str, ...] = ()
    policy: int | None = None
    """Exit status of ``policy-rc.d`` during the work."""
    lock_timeout: int = 60

    def argv(self, *words: str) -> tuple[str, ...]:
        """Return a call."""
        lock = ("-o", f"DPkg::Lock::Timeout={self.lock_timeout}", "-o", "Dpkg::Use-Pty=0")
        return ("apt-get", "-q", "-y", *lock, *self.options, *words)

    def call(self, *words: str) -> tuple[str, ...]:
        """Return a call that changes packages, with the ``policy-rc.d`` that is asked for."""
        if self.policy is None:
            return self.argv(*words)
        return ("/bin/sh", "-c", _POLICY, "sh", str(self.policy), *self.argv(*words))

    def do(self, *words: str) -> Generator[Verb, Any, Step]:
        """Have apt-get do something that is known to change the machine."""
        answer: Answer = yield Do(self.call(*words), environment=ENVIRONMENT)
        return Step(answer.status == 0, (answer,), complaint(answer, words[0]))

    def do_if_needed(self, *words: str) -> Generator[Verb, Any, Step]:
        """Have apt-get do something if it would change the machine."""
        planned: Answer = yield Ask(self.argv("-s", *words), environment=ENVIRONMENT)
        failed = complaint(planned, words[0])
        if failed or not _PLANNED.search(planned.stdout):
            return Step(changed=False, answers=(planned,) if failed else (), failed=failed)
        return (yield from self.do(*words))

    def fetch(self, retries: int, longest: int) -> Generator[Verb, Any, Step]:
        """Fetch the lists of packages; try again after waits that double each time, up to ``longest`` seconds."""
        argv = ("/bin/sh", "-c", _FETCH, "sh", *self.argv("-o", "APT::Update::Error-Mode=any", "update"))
        tried, waited, delay = 0, 0, 1
        while True:
            answer: Answer = yield Do(argv, environment=ENVIRONMENT)
            if answer.status == 0:
                said = replace(answer, stdout=answer.stdout.removesuffix(_NEW))
                return Step(changed=said.stdout != answer.stdout, answers=(said,))
            if _LOCKED.search(answer.stderr):
                if waited >= self.lock_timeout:
                    break
                waited += min(delay, longest)
            else:
                tried += 1
                if tried > retries:
                    break
            yield Wait(min(delay, longest))
            delay *= 2
        why = "; ".join(_SAID.findall(answer.stderr)) or f"exit status {answer.status}"
        return Step(changed=False, answers=(answer,), failed=f"Failed to update apt cache: {why}")


def complaint(answer: Answer, command: str) -> str | None:
    """Return why a call failed, in words; nothing when it did not."""
    if answer.status == 0:
        return None
    for pattern, reason in _REASONS:
        match = pattern.search(answer.stderr)
        if match:
            return reason.format(*match.groups())
    said = _SAID.findall(answer.stderr) or [f"exit status {answer.status}"]
    return f"apt-get {command} failed: {'; '.join(said)}"


def output(steps: Sequence[Step]) -> dict[str, Any]:
    """Return the output of all steps as results have it; nothing when there is none."""
    answers = [answer for step in steps for answer in step.answers]
    if not answers:
        return {}
    stdout, stderr = ("".join(getattr(each, name) for each in answers) for name in ("stdout", "stderr"))
    return {
        "stdout": stdout, "stdout_lines": stdout.splitlines(), "stderr": stderr, "stderr_lines": stderr.splitlines(),
    }
