"""The ``zypper_repository`` module."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Annotated, Any, Literal, NamedTuple

from runner.modules.shared import Edited
from runner.modules.support.attributes import done
from runner.modules.support.editing import opened, saved
from runner.modules.support.programs import ENGLISH, ran
from runner.modules.support.repo_files import Sections, downloaded, sections_of, text_of
from runner.sdk import Alias, Answer, Ask, AtLeastOne, Do, Failed, Get, Module, Outcome, Verb, Work, options

_DIRECTORY = "/etc/zypp/repos.d"
_FILES = r"""
cd "$1" 2>/dev/null || exit 0
for each in *.repo; do if [ -f "$each" ]; then printf '\035%s\n' "$each"; cat "$each"; fi; done
"""
"""Tells the files of repositories, each with what is in it."""
_ALL = "*"


class _Known(NamedTuple):
    """A repository that is there."""

    file: str
    alias: str
    entries: Mapping[str, str]


@options(AtLeastOne("name", "repo"))
class Options:
    """What ``zypper_repository`` accepts."""

    name: str | None = None
    """Name of the repository."""
    repo: str | None = None
    """URL of the repository, or of a file that describes it; * with runrefresh means all."""
    state: Literal["absent", "present"] = "present"
    """Whether the repository is to be there."""
    description: str | None = None
    """What the repository is, for people."""
    enabled: bool = True
    """Whether packages are taken from it."""
    priority: int | None = None
    """Its rank; packages come from the repository with the lowest number."""
    autorefresh: Annotated[bool, Alias("refresh")] = True
    """Fetch its lists of packages by itself when they are out of date."""
    runrefresh: bool = False
    """Fetch its lists of packages now."""
    auto_import_keys: bool = False
    """Trust its key."""
    disable_gpg_check: bool = False
    """Install its packages without checking their signatures."""
    overwrite_multiple: bool = False
    """Replace several repositories that have its name or URL."""


class ZypperRepository(Module[Options]):
    """Add and remove repositories of packages on SUSE and openSUSE."""

    name = "zypper_repository"

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Have the repository in a file of zypper's, or not; refresh it if that is wanted. Raises ``Failed``."""
        del facts
        wanted = self.options
        if wanted.repo == _ALL:
            if not wanted.runrefresh:
                raise Failed("repo=* can only be used with the runrefresh option.")
            yield from self._refreshed()
            return Outcome({"runrefresh": True}, changed=False)
        if wanted.state == "present" and wanted.repo is None:
            raise Failed("Module option state=present requires repo")
        alias, entries = yield from self._described()
        values = {"repodata": self._told(alias, entries), "state": wanted.state}
        known = yield from self._known(alias, entries.get("baseurl"))
        if wanted.state == "absent":
            for each in known:
                yield from _rewritten(each.file, {each.alias: None})
            return Outcome(values, changed=bool(known))
        return (yield from self._present(values, alias, entries, known))

    def _present(self, values: dict[str, Any], alias: str, entries: dict[str, str], known: list[_Known]) -> Work:
        """Have one repository as it is wanted, and no other one with its name or URL. Raises ``Failed``."""
        wanted = self.options
        if len(known) > 1 and not wanted.overwrite_multiple:
            names = ", ".join(each.alias for each in known)
            raise Failed(f"More than one repo matched {alias!r}: {names}.",
                         "overwrite_multiple: true puts the one in place of them all")
        first = known[0] if known else _Known(f"{_DIRECTORY}/{alias}.repo", alias, {})
        same = len(known) == 1 and first.alias == alias and entries.items() <= _whole(first).items()
        if not same:
            for each in known[1:]:
                yield from _rewritten(each.file, {each.alias: None})
            removed = {first.alias: None} if first.alias != alias else {}
            yield from _rewritten(first.file, {**removed, alias: {**first.entries, **entries}})
        if wanted.runrefresh or (wanted.auto_import_keys and not same):
            yield from self._refreshed(alias)
        return Outcome(values, changed=not same)

    def _described(self) -> Generator[Verb, Any, tuple[str, dict[str, str]]]:
        """Return the name and the entries of the repository that is wanted. Raises ``Failed``."""
        wanted, given = self.options, Sections()
        if wanted.repo is not None and wanted.repo.endswith(".repo"):
            given = sections_of((yield from _text_of(wanted.repo)))
            if not given:
                raise Failed(f"there is no repository in {wanted.repo}")
        elif wanted.state == "present" and wanted.name is None:
            raise Failed("Name required when adding non-repo files.")
        first, entries = next(iter(given.items()), ("", {"baseurl": wanted.repo} if wanted.repo else {}))
        alias = wanted.name or first
        entries["enabled"] = str(int(wanted.enabled))
        entries["autorefresh"] = str(int(wanted.autorefresh))
        entries["gpgcheck"] = str(int(not wanted.disable_gpg_check))
        if wanted.description is not None:
            entries["name"] = wanted.description
        if wanted.priority is not None:
            entries["priority"] = str(wanted.priority)
        if "baseurl" in entries:
            entries["baseurl"] = entries["baseurl"].rstrip("/")
        return alias, entries

    def _known(self, alias: str, url: str | None) -> Generator[Verb, Any, list[_Known]]:
        """Return the repositories with this name or URL."""
        answer: Answer = yield Ask(("/bin/sh", "-c", _FILES, "sh", _DIRECTORY))
        found = []
        for piece in answer.stdout.split("\x1d")[1:]:
            name, _, text = piece.partition("\n")
            found += [_Known(f"{_DIRECTORY}/{name}", *each) for each in sections_of(text).items()]
        return [each for each in found if each.alias == alias or (url and _whole(each).get("baseurl") == url)]

    def _refreshed(self, alias: str | None = None) -> Generator[Verb, Any, None]:
        """Have zypper fetch the lists of packages, of one repository or of all. Raises ``Failed``."""
        before = ["--gpg-auto-import-keys"] if self.options.auto_import_keys else []
        after = ["--repo", alias] if alias else []
        words = ("zypper", "--quiet", "--non-interactive", *before, "refresh", "--force", *after)
        yield from ran(Do(words, environment=ENGLISH), "zypper")

    def _told(self, alias: str, entries: Mapping[str, str]) -> dict[str, Any]:
        told = {name: entries[name] for name in ("enabled", "autorefresh", "gpgcheck")}
        return {"alias": alias, "url": entries.get("baseurl"), "name": entries.get("name"),
                "priority": self.options.priority, **told}


def _whole(known: _Known) -> dict[str, str]:
    """Return the entries of a repository with those that zypper takes for granted."""
    entries = {"enabled": "1", "autorefresh": "0", "gpgcheck": "1", "priority": "99", "name": known.alias}
    entries |= known.entries
    return {**entries, "baseurl": entries.get("baseurl", "").rstrip("/")}


def _text_of(place: str) -> Generator[Verb, Any, str]:
    """Return a file of repositories, from the machine or from where the machine can get it. Raises ``Failed``."""
    if "://" in place:
        return (yield from downloaded(place))
    content: bytes | None = yield Get(place)
    if content is None:
        raise Failed(f"there is no file {place}")
    return content.decode(errors="replace")


def _rewritten(path: str, changes: Mapping[str, dict[str, str] | None]) -> Generator[Verb, Any, None]:
    """Put repositories into a file, or take them out of it; an empty one is removed. Raises ``Failed``."""
    found, former = yield from opened(path, Edited())
    sections = sections_of((former or b"").decode(errors="surrogateescape"))
    for alias, entries in changes.items():
        sections.pop(alias, None)
        if entries is not None:
            sections[alias] = entries
    if sections:
        yield from saved(found, former, text_of(sections).encode(errors="surrogateescape"), Edited(), "")
    else:
        yield from done(Do(("rm", "-f", path)), f"{path} cannot be removed")
