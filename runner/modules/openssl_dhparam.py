"""The ``openssl_dhparam`` module."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Literal

from runner.modules.shared import Edited, Kept
from runner.modules.support.attributes import done
from runner.modules.support.editing import opened, saved
from runner.sdk import Ask, Do, Failed, Module, Outcome, Work, options


@options()
class Options(Kept):
    """What ``openssl_dhparam`` accepts."""

    path: str
    """File of the parameters."""
    state: Literal["absent", "present"] = "present"
    """Whether the file is to be there."""
    size: int = 4096
    """Their length in bits."""
    force: bool = False
    """Make new parameters even if there are some."""
    return_content: bool = False
    """Return the parameters."""
    select_crypto_backend: Literal["auto", "cryptography", "openssl"] = "auto"
    """What makes the parameters."""


class OpensslDhparam(Module[Options]):
    """Make parameters for Diffie-Hellman key exchange on the machine."""

    name = "openssl_dhparam"

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """See whether there are parameters of that size, and have openssl make some. Raises ``Failed``."""
        del facts
        wanted = self.options
        options = Edited(**{each.name: getattr(wanted, each.name) for each in fields(Kept)})
        found, former = yield from opened(wanted.path, options)
        values: dict[str, Any] = {"filename": wanted.path, "size": wanted.size}
        if wanted.state == "absent":
            if former is None:
                return Outcome(values, changed=False)
            yield from done(Do(("rm", "-f", wanted.path)), f"{wanted.path} cannot be removed")
            return Outcome(values, changed=True)
        if former is not None and not wanted.force:
            shown = yield Ask(("openssl", "dhparam", "-check", "-noout", "-text", "-in", wanted.path))
            size = re.search(r"\((\d+) bit\)", shown.stdout + shown.stderr)
            if shown.status == 0 and size is not None and int(size[1]) == wanted.size:
                changed, _, _ = yield from saved(found, former, former, options, "")
                return Outcome(self._with_content(values, former), changed=changed)
        made = yield Do(("openssl", "dhparam", str(wanted.size)))
        if made.status in (126, 127):
            raise Failed("the machine has no openssl", "install the package openssl")
        if made.status or "BEGIN DH" not in made.stdout:
            raise Failed(f"openssl makes no parameters: {made.stderr.strip()}")
        content = made.stdout[made.stdout.index("-----BEGIN"):].encode()
        _, _, backup = yield from saved(found, former, content, options, "")
        values |= {"backup_file": backup} if backup else {}
        return Outcome(self._with_content(values, content), changed=True)

    def _with_content(self, values: dict[str, Any], content: bytes) -> dict[str, Any]:
        return {**values, "dhparams": content.decode()} if self.options.return_content else values
