"""The ``capabilities`` module."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from runner.sdk import Alias, Ask, Do, Failed, Module, Outcome, Work, options

_CAPABILITY = re.compile(r"(?P<name>cap_[a-z0-9_]+)(?P<operator>[=+-])(?P<flags>[eip]*)")
_WORD = re.compile(r"(?P<names>[a-z0-9_,]+)(?P<operator>[=+-])(?P<flags>[eip]*)")


@options()
class Options:
    """What ``capabilities`` accepts."""

    path: Annotated[str, Alias("key")]
    """Which file."""
    capability: Annotated[str, Alias("cap")]
    """The capability, with operator and flags to set it, as in cap_net_raw+ep."""
    state: Literal["absent", "present"] = "present"
    """Whether the file is to have it."""


class Capabilities(Module[Options]):
    """Set and remove Linux capabilities of files."""

    name = "capabilities"

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """See which capabilities the program has, and give it one more, or one less. Raises ``Failed``."""
        del facts
        wanted = self.options
        match = _CAPABILITY.fullmatch(wanted.capability.strip().lower())
        if match is None and wanted.state == "present":
            raise Failed(f"Couldn't find operator (one of: ['=', '-', '+']) in {wanted.capability}")
        name = match["name"] if match else wanted.capability.strip().lower()
        answer = yield Ask(("getcap", "-v", wanted.path))
        if answer.status in (126, 127):
            raise Failed("the machine has no getcap", "install the package libcap2-bin, or libcap")
        if answer.status:
            raise Failed(f"Unable to get capabilities of {wanted.path}: {answer.stderr.strip()}")
        known = _of(answer.stdout.partition(wanted.path)[2])
        values = {"msg": "capabilities unchanged", "stdout": answer.stdout}
        if wanted.state == "present":
            assert match is not None
            operator, flags = known.get(name, ("", ""))
            same = operator == match["operator"] or {operator, match["operator"]} == {"=", "+"}
            if same and sorted(flags) == sorted(match["flags"]):
                return Outcome({**values, "state": "present"}, changed=False)
            known[name] = (match["operator"], match["flags"])
        elif name not in known:
            return Outcome({**values, "state": "absent"}, changed=False)
        else:
            del known[name]
        text = " ".join(f"{each}{operator}{flags}" for each, (operator, flags) in known.items())
        told = yield Do(("setcap", text, wanted.path) if text else ("setcap", "-r", wanted.path))
        if told.status:
            raise Failed(f"Unable to set capabilities of {wanted.path}: {told.stderr.strip()}")
        return Outcome({"msg": "capabilities changed", "state": wanted.state, "stdout": told.stdout}, changed=True)


def _of(text: str) -> dict[str, tuple[str, str]]:
    """Read what ``getcap`` writes behind the path, such as `` cap_net_raw,cap_net_admin=ep``."""
    found: dict[str, tuple[str, str]] = {}
    for word in text.replace(" = ", " ").split():
        match = _WORD.fullmatch(word)
        if match is not None:
            found |= dict.fromkeys(match["names"].split(","), (match["operator"], match["flags"]))
    return found
