"""The ``openssl_privatekey_info`` module."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from runner.sdk import ExactlyOne, Failed, Get, Module, Outcome, SecretStr, Work, options


@options(ExactlyOne("path", "content"))
class Options:
    """What ``openssl_privatekey_info`` accepts."""

    path: str | None = None
    """File on the machine."""
    content: SecretStr | None = None
    """The key itself."""
    passphrase: SecretStr | None = None
    """Passphrase of the key."""
    return_private_key_data: bool = False
    """Return the secret parts as well."""
    check_consistency: bool = False
    """Check whether the parts of the key fit together."""
    select_crypto_backend: Literal["auto", "cryptography"] = "auto"
    """What reads the key."""


class OpensslPrivatekeyInfo(Module[Options]):
    """Read a private key: its kind, its length, its public key."""

    name = "openssl_privatekey_info"

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Read the key from the machine, or take it as it is given, and look into it here."""
        del facts
        from runner.modules.support import public_keys

        wanted = self.options
        content: bytes | None = (wanted.content or "").encode()
        if wanted.path is not None:
            content = yield Get(wanted.path)
        values: dict[str, Any] = {"can_load_key": content is not None, "can_parse_key": False}
        values["key_is_consistent"] = None
        if content is None:
            missing = f"Error while reading private key file from disk: there is no file {wanted.path!r}"
            return Outcome(values, changed=False, failed=missing)
        try:
            key = public_keys.private_key(content, wanted.passphrase)
        except Failed as error:
            return Outcome(values, changed=False, failed=str(error))
        public = key.public_key()
        values |= {
            "can_parse_key": True, "type": public_keys.kind_of(public), "public_key": public_keys.written(public),
            "public_key_fingerprints": public_keys.key_fingerprints(public), "public_data": public_keys.data_of(public),
        }
        if wanted.return_private_key_data:
            values["private_data"] = public_keys.private_data_of(key)
        if wanted.check_consistency:
            values["key_is_consistent"] = public_keys.consistent(key)
        faked = "Private key is not consistent!" if values["key_is_consistent"] is False else None
        return Outcome(values, changed=False, failed=faked)
