"""The ``apt_key`` module."""

from __future__ import annotations

from typing import Literal

from runner.sdk import AtMostOne, Module, options


@options(AtMostOne("data", "file", "keyserver", "url"))
class Options:
    """What ``apt_key`` accepts."""

    url: str | None = None
    """Where to download the key."""
    data: str | None = None
    """The key itself."""
    file: str | None = None
    """File on the machine that holds the key."""
    keyserver: str | None = None
    """Key server to ask for the key with this id."""
    id: str | None = None
    """The key's number."""
    keyring: str | None = None
    """File of keys to change, instead of apt's own."""
    state: Literal["absent", "present"] = "present"
    """Whether the key is to be there."""
    validate_certs: bool = True
    """Refuse servers whose certificate cannot be verified."""


class AptKey(Module[Options]):
    """Tell apt which keys it is to trust; new playbooks use deb822_repository with signed_by."""

    name = "apt_key"
