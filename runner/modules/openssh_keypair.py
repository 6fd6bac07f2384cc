"""The ``openssh_keypair`` module."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

from runner.modules.shared import Permissions
from runner.modules.support.attributes import described, done, look, settle
from runner.sdk import Ask, Do, Failed, ModeValue, Module, Outcome, SecretStr, Work, options

_LOOK = """
command -v ssh-keygen >/dev/null || exit 44
if [ -e "$1" ]; then
  echo there yes
  if ssh-keygen -y -P "$2" -f "$1" >/dev/null 2>&1; then echo "print $(ssh-keygen -l -f "$1")"; fi
fi
if [ -e "$1.pub" ]; then echo "public $(head -n 1 "$1.pub")"; fi
exit 0
"""
_MAKE = """
rm -f "$1" "$1.pub"
shift
exec ssh-keygen "$@"
"""
_PUBLIC = """
umask 022
ssh-keygen -y -P "$2" -f "$1" >"$1.pub.part" || exit
echo "$(cut -d ' ' -f 1,2 "$1.pub.part")${3:+ $3}" >"$1.pub"
rm -f "$1.pub.part"
"""
_NO_PROGRAM = 44
_SIZES = {"rsa": 4096, "dsa": 1024, "ecdsa": 256}


@options()
class Options(Permissions):
    """What ``openssh_keypair`` accepts."""

    path: str
    """File of the private key; that of the public one ends in .pub."""
    state: Literal["present", "absent"] = "present"
    """Whether the keys are to be there."""
    type: Literal["rsa", "dsa", "rsa1", "ecdsa", "ed25519"] = "rsa"
    """Kind of the keys."""
    size: int | None = None
    """Length of the keys in bits."""
    comment: str | None = None
    """Comment in the public key."""
    passphrase: SecretStr | None = None
    """Passphrase of the private key."""
    force: bool = False
    """Make new keys even if there are some."""
    regenerate: Literal["never", "fail", "partial_idempotence", "full_idempotence", "always"] = "partial_idempotence"
    """When keys that are there are made anew."""
    private_key_format: Literal["auto", "pkcs1", "pkcs8", "ssh"] = "auto"
    """How the private key is written."""
    backend: Literal["auto", "cryptography", "opensshbin"] = "auto"
    """What makes the keys."""


class OpensshKeypair(Module[Options]):
    """Make a pair of SSH keys on the machine."""

    name = "openssh_keypair"

    @classmethod
    def gap(cls, options: Mapping[str, Any]) -> str | None:
        """Return which of these options this version cannot work with."""
        kind = options.get("private_key_format")
        return f"private_key_format: {kind}" if kind in ("pkcs1", "pkcs8") else None

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """See whether there is such a key, and have ssh-keygen make one. Raises ``Failed``."""
        del facts
        wanted = self.options
        passphrase = wanted.passphrase or ""
        looked = yield Ask(("/bin/sh", "-c", _LOOK, "sh", wanted.path, passphrase))
        if looked.status == _NO_PROGRAM:
            raise Failed("the machine has no ssh-keygen", "install the package openssh-client")
        told = dict(line.partition(" ")[::2] for line in looked.stdout.splitlines())
        if wanted.state == "absent":
            if "there" not in told and "public" not in told:
                return Outcome({"filename": wanted.path}, changed=False)
            yield from done(Do(("rm", "-f", wanted.path, f"{wanted.path}.pub")), f"{wanted.path} cannot be removed")
            return Outcome({"filename": wanted.path}, changed=True)
        size = wanted.size or _SIZES.get(wanted.type)
        fits = "print" in told and _fits(told["print"], wanted.type, size)
        makes = wanted.force or wanted.regenerate == "always" or "there" not in told
        if not makes and not fits:
            unreadable = "print" not in told and wanted.regenerate != "full_idempotence"
            if unreadable or wanted.regenerate in ("never", "fail"):
                raise Failed(f"the key at {wanted.path} is another one, or cannot be read", "force makes a new one")
            makes = True
        changed = makes
        comment = wanted.comment or ""
        if makes:
            words = ["-q", "-t", wanted.type, "-N", passphrase, "-C", comment, "-f", wanted.path]
            words += ["-b", str(size)] if size else []
            yield from done(Do(("/bin/sh", "-c", _MAKE, "sh", wanted.path, *words)), "the key cannot be made")
        elif "public" not in told or (wanted.comment is not None and told["public"].split(" ", 2)[2:] != [comment]):
            yield from done(Do(("/bin/sh", "-c", _PUBLIC, "sh", wanted.path, passphrase, comment)),
                            "the public key cannot be written")
            changed = True
        options = wanted if wanted.mode is not None else replace(wanted, mode=ModeValue("0600"))
        found = yield from look(wanted.path, options)
        settled, file = yield from settle(wanted.path, found.file, options, found)
        after = yield Ask(("/bin/sh", "-c", _LOOK, "sh", wanted.path, passphrase))
        told = dict(line.partition(" ")[::2] for line in after.stdout.splitlines())
        words_of = told.get("print", "").split()
        values = {
            **described(file), "filename": wanted.path, "type": wanted.type,
            "size": int(words_of[0]) if words_of else size,
            "fingerprint": words_of[1] if len(words_of) > 1 else "",
            "public_key": " ".join(told.get("public", "").split(" ")[:2]), "comment": comment,
        }
        return Outcome(values, changed=changed or settled)


def _fits(printed: str, kind: str, size: int | None) -> bool:
    """Return whether what ``ssh-keygen -l`` says is a key of that kind and size."""
    words = printed.split()
    return printed.endswith(f"({kind.upper()})") and (size is None or words[0] == str(size))
