"""The ``rpm_key`` module."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Literal

from runner.modules.shared import Texts
from runner.modules.support.attributes import done
from runner.sdk import Ask, Do, Failed, Module, Outcome, Work, options

_LOOK = r"""
command -v rpm >/dev/null || exit 44
rpm -q --qf '%{version} %{name}-%{version}-%{release}\n' gpg-pubkey 2>/dev/null | grep -v 'not installed'
printf '\035\n'
[ -n "$1" ] || exit 0
case $1 in
  *://*) part=$(mktemp) || exit
    if command -v curl >/dev/null; then curl -fsSL ${2:+-k} -o "$part" -- "$1" || exit
    else wget -q ${2:+--no-check-certificate} -O "$part" -- "$1" || exit
    fi ;;
  *) part=$1; [ -e "$part" ] || { echo 'there is no such file' >&2; exit 1; } ;;
esac
gpg --batch --with-colons --show-keys "$part" 2>/dev/null | awk -F : '$1 == "fpr" { print $10 }'
printf '\035\n%s\n' "$part"
"""
"""Tells the keys that rpm has, the fingerprints of the one that is given, and where it lies then."""
_IMPORT = """
rpm --import "$1"
status=$?
case $1 in /tmp/*) rm -f "$1" ;; esac
exit $status
"""
_NO_PROGRAM = 44


@options()
class Options:
    """What ``rpm_key`` accepts."""

    key: str
    """URL of the key, a file on the machine, or the number of a key that is there."""
    state: Literal["absent", "present"] = "present"
    """Whether the key is to be there."""
    fingerprint: Texts | None = None
    """Fingerprints that the key has to have."""
    validate_certs: bool = True
    """Refuse servers whose certificate cannot be verified."""


class RpmKey(Module[Options]):
    """Tell RPM which keys it is to trust."""

    name = "rpm_key"

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """See whether the key is among those that rpm trusts, and import or erase it. Raises ``Failed``."""
        del facts
        wanted = self.options
        by_id = re.fullmatch(r"(?:0x)?[0-9A-Fa-f]{8}(?:[0-9A-Fa-f]{8}(?:[0-9A-Fa-f]{24})?)?", wanted.key)
        insecure = "" if wanted.validate_certs else "yes"
        looked = yield Ask(("/bin/sh", "-c", _LOOK, "sh", "" if by_id else wanted.key, insecure))
        if looked.status == _NO_PROGRAM:
            raise Failed("the machine has no rpm", "rpm_key is for systems whose packages are rpm's")
        if looked.status:
            raise Failed(f"failed to fetch key at {wanted.key}: {looked.stderr.strip()}")
        installed, _, rest = looked.stdout.partition("\x1d\n")
        fingerprints, _, path = rest.partition("\x1d\n")
        ids = [wanted.key.lower().removeprefix("0x")] if by_id else fingerprints.lower().split()
        if not ids:
            raise Failed(f"Not a valid key: {wanted.key}", "the machine needs gpg to look into a file of keys")
        if wanted.fingerprint and not by_id:
            allowed = {each.lower().replace(" ", "") for each in wanted.fingerprint}
            if allowed.isdisjoint(ids):
                raise Failed(f"The specified fingerprint, '{', '.join(wanted.fingerprint)}', does not match any key "
                             f"fingerprints in '{', '.join(ids)}'")
        known = dict(line.split()[:2] for line in installed.splitlines() if len(line.split()) > 1)
        name = next((package for key, package in known.items() if any(key.endswith(each[-8:]) for each in ids)), None)
        if wanted.state == "present":
            if name is not None:
                return Outcome(changed=False)
            if by_id:
                raise Failed("When importing a key, a valid file must be given")
            yield from done(Do(("/bin/sh", "-c", _IMPORT, "sh", path.strip())), "the key cannot be imported")
            return Outcome(changed=True)
        if name is None:
            return Outcome(changed=False)
        yield from done(Do(("rpm", "--erase", "--allmatches", name)), "the key cannot be removed")
        return Outcome(changed=True)
