"""The ``deb822_repository`` module."""

from __future__ import annotations

from typing import Annotated, Literal

from runner.modules.shared import Texts
from runner.sdk import Deprecated, Mode, Module, Separated, options
from runner.sdk.record import ModeValue


@options()
class Options:
    """What ``deb822_repository`` accepts."""

    name: str
    """Name of the source and of its file."""
    state: Literal["absent", "present"] = "present"
    """Whether the source is to be there."""
    types: Annotated[tuple[Literal["deb", "deb-src"], ...], Separated()] = ("deb",)
    """Kinds of packages: binary ones, sources."""
    uris: Texts | None = None
    """Where the distribution is found."""
    suites: Texts | None = None
    """Releases, such as bookworm; one that ends in / is a path."""
    components: Texts | None = None
    """Parts of the release, such as main."""
    signed_by: str | None = None
    """URL, text, file on the machine or fingerprint of the key."""
    enabled: bool | None = None
    """Whether packages are taken from it."""
    architectures: Texts | None = None
    """Architectures, such as amd64."""
    languages: Texts | None = None
    """Languages of the packages' descriptions."""
    targets: Texts | None = None
    """Which lists are fetched."""
    mode: Mode = ModeValue("0644")
    """Permissions of its file."""
    trusted: bool | None = None
    """Whether its packages are trusted without a signature."""
    allow_insecure: bool | None = None
    """Use it even if it is not signed."""
    allow_downgrade_to_insecure: bool | None = None
    """Use it even if it used to be signed and is not any more."""
    allow_weak: bool | None = None
    """Accept signatures made in a weak way."""
    by_hash: bool | None = None
    """Whether lists are fetched under the names of their checksums."""
    check_date: bool | None = None
    """Whether the machine's clock is taken to be right."""
    check_valid_until: bool | None = None
    """Whether lists that have expired are refused."""
    date_max_future: int | None = None
    """How many seconds the lists may come from the future."""
    inrelease_path: str | None = None
    """Where the file InRelease is found, as seen from its usual place."""
    pdiffs: bool | None = None
    """Whether only differences of the lists are fetched."""
    install_python_debian: Annotated[bool | None, Deprecated("leave it out")] = None
    """Switch for a Python library of Ansible's that is not needed."""


class Deb822Repository(Module[Options]):
    """Add and remove sources of Debian packages, with the key that they are signed by."""

    name = "deb822_repository"
