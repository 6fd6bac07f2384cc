"""The ``deb822_repository`` module."""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping
from typing import Annotated, Any, Literal

from runner.modules.shared import Edited, Texts, Url
from runner.modules.support.attributes import done
from runner.modules.support.editing import opened, saved
from runner.modules.support.fetching import downloaded
from runner.sdk import Ask, Deprecated, Do, Failed, Mode, ModeValue, Module, Outcome, Separated, Verb, Work, options

_DIRECTORY = "/etc/apt/sources.list.d"
_KEYS = "/etc/apt/keyrings"
_FIELDS = {
    "enabled": "Enabled", "name": "X-Repolib-Name", "signed_by": "Signed-By", "types": "Types",
    "uris": "URIs", "suites": "Suites", "components": "Components",
    "architectures": "Architectures", "languages": "Languages", "targets": "Targets", "trusted": "Trusted",
    "allow_insecure": "Allow-Insecure", "allow_downgrade_to_insecure": "Allow-Downgrade-To-Insecure",
    "allow_weak": "Allow-Weak", "by_hash": "By-Hash", "check_date": "Check-Date",
    "check_valid_until": "Check-Valid-Until", "date_max_future": "Date-Max-Future",
    "inrelease_path": "InRelease-Path", "pdiffs": "PDiffs",
}
"""Option -> field, as sources.list(5) calls it."""
_THERE = 'for each; do if [ -e "$each" ]; then echo "$each"; fi; done'


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

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Have the file of the repository, and its key, or not. Raises ``Failed``."""
        del facts
        wanted = self.options
        slug = re.sub("[^a-z0-9-]+", "", re.sub(r"[_\s]+", "-", wanted.name.lower()))
        path, key = f"{_DIRECTORY}/{slug}.sources", f"{_KEYS}/{slug}"
        values: dict[str, Any] = {"dest": path, "key_filename": None, "repo": ""}
        if wanted.state == "absent":
            found = yield Ask(("/bin/sh", "-c", _THERE, "sh", path, f"{key}.asc", f"{key}.gpg"))
            files = found.stdout.split()
            if files:
                yield from done(Do(("rm", "-f", *files)), f"{path} cannot be removed")
            return Outcome(values, changed=bool(files))
        if not wanted.uris or not wanted.suites:
            raise Failed(f"state is present but all of the following are missing: "
                         f"{', '.join(name for name in ('uris', 'suites') if not getattr(wanted, name))}")
        signed, key_changed = yield from self._key(key)
        values["key_filename"] = signed if signed and signed.startswith(_KEYS) else None
        values["repo"] = text = self._text(signed)
        options = Edited(mode=wanted.mode)
        opened_file, former = yield from opened(path, options)
        changed, _, _ = yield from saved(opened_file, former, text.encode(), options, "")
        return Outcome(values, changed=changed or key_changed)

    def _key(self, path: str) -> Generator[Verb, Any, tuple[str | None, bool]]:
        """Bring the key to the machine; return what the file is to say of it, and whether anything was changed."""
        signed = self.options.signed_by
        if signed is None or signed.startswith("/") or re.fullmatch(r"[0-9A-Fa-f]{8,40}(?:\s*,.*)?", signed):
            return signed, False
        if "-----BEGIN PGP" in signed and "://" not in signed:
            return _folded(signed), False
        data = yield from downloaded(signed, Url(), "the key")
        if not data:
            raise Failed(f"there is nothing at {signed}")
        name = f"{path}.{'asc' if data.lstrip().startswith(b'-----BEGIN') else 'gpg'}"
        options = Edited(mode=ModeValue("0644"))
        found, former = yield from opened(name, options)
        changed, _, _ = yield from saved(found, former, data, options, "")
        return name, changed

    def _text(self, signed: str | None) -> str:
        """Return what is in the file: fields in the order of the options' names, as Ansible writes them."""
        values = {name: signed if name == "signed_by" else getattr(self.options, name) for name in sorted(_FIELDS)}
        return "".join(f"{_FIELDS[name]}: {_value(value)}\n" for name, value in values.items() if value is not None)


def _value(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    return " ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _folded(text: str) -> str:
    """Return a text of several lines as the value of a field."""
    lines = (line.rstrip() or "." for line in text.strip().splitlines())
    return "".join(f"\n {line}" for line in lines)
