"""The ``sefcontext`` module."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from runner.modules.support.attributes import done
from runner.modules.support.selinux import enabled
from runner.sdk import Alias, Ask, AtMostOne, Do, Failed, Module, Outcome, Work, options

_KINDS = {
    "a": "all files", "b": "block device", "c": "character device", "d": "directory", "f": "regular file",
    "l": "symbolic link", "p": "named pipe", "s": "socket",
}
"""What the option calls a kind of file -> what ``semanage`` calls it in its lists."""


@options(
    AtMostOne("setype", "substitute"),
    AtMostOne("substitute", "ftype"),
    AtMostOne("substitute", "seuser"),
    AtMostOne("substitute", "selevel"),
)
class Options:
    """What ``sefcontext`` accepts."""

    target: Annotated[str, Alias("path")]
    """Regular expression of the files' paths."""
    setype: str | None = None
    """Type of the context."""
    seuser: str | None = None
    """User of the context."""
    selevel: Annotated[str | None, Alias("serange")] = None
    """Level of the context."""
    ftype: Literal["a", "b", "c", "d", "f", "l", "p", "s"] = "a"
    """Kind of files: a for all, f files, d directories, l links, b and c devices, p pipes, s sockets."""
    substitute: Annotated[str | None, Alias("equal")] = None
    """Path whose contexts the files get."""
    state: Literal["absent", "present"] = "present"
    """Whether it is to be so."""
    reload: bool = True
    """Load SELinux's policy again after a change."""
    ignore_selinux_state: bool = False
    """Work even if SELinux seems to be off, as in a chroot."""


class Sefcontext(Module[Options]):
    """Say which SELinux context files get."""

    name = "sefcontext"

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """See which context the policy has for the path, and have it say otherwise. Raises ``Failed``."""
        del facts
        wanted = self.options
        yield from enabled(ignored=wanted.ignore_selinux_state)
        if wanted.state == "present" and not (wanted.setype or wanted.substitute):
            raise Failed("one of the following is required: setype, substitute")
        answer = yield Ask(("semanage", "fcontext", "-l", "-n", "-C"))
        if answer.status in (126, 127):
            raise Failed("the machine has no semanage", "install policycoreutils-python-utils")
        there = [line for line in answer.stdout.splitlines() if line.split()[:1] == [wanted.target]]
        values = {"target": wanted.target, "ftype": wanted.ftype, "setype": wanted.setype, "state": wanted.state}
        noreload = () if wanted.reload else ("-N",)
        call = ("semanage", "fcontext", *noreload)
        if wanted.substitute is not None:
            same = any(line.split()[-1] == wanted.substitute for line in there)
            words: tuple[str, ...] = ("-e", wanted.substitute, wanted.target)
        else:
            kinds = [line for line in there if _KINDS[wanted.ftype] in line]
            same = any(f":{wanted.setype}:" in line or wanted.setype is None for line in kinds)
            there = kinds
            given = {"-t": wanted.setype, "-s": wanted.seuser, "-r": wanted.selevel}
            flags = [word for flag, value in given.items() if value for word in (flag, value)]
            words = ("-f", wanted.ftype, *flags, wanted.target)
        if wanted.state == "absent":
            if not there:
                return Outcome(values, changed=False)
            own = ("-e", wanted.substitute) if wanted.substitute else ("-f", wanted.ftype)
            yield from done(Do((*call, "-d", *own, wanted.target)), f"the context of {wanted.target} stays")
            return Outcome(values, changed=True)
        if same:
            return Outcome(values, changed=False)
        yield from done(Do((*call, "-m" if there else "-a", *words)), f"{wanted.target} cannot be given that context")
        return Outcome(values, changed=True)
