"""The ``apt_repository`` module."""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping
from typing import Annotated, Any, Literal

from runner.modules.shared import Permissions
from runner.modules.support.apt_get import AptGet
from runner.modules.support.attributes import done, look, settle
from runner.sdk import Alias, Ask, Deprecated, Do, Failed, Mode, ModeValue, Module, Outcome, Put, Verb, Work, options

_DIRECTORY = "/etc/apt/sources.list.d"
_LOOK = r"""
[ -d /etc/apt/sources.list.d ] || exit 1
. /etc/os-release
echo "${VERSION_CODENAME:-$UBUNTU_CODENAME}"
for each in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
  [ -f "$each" ] || continue
  printf '\035%s\n' "$each"
  cat "$each"
done
"""
"""Tells the release's name, and what is in each of apt's files."""
_LINE = re.compile(r"(?P<kind>deb|deb-src)\s+(?:\[(?P<options>[^]]*)]\s+)?(?P<uri>\S+)\s+(?P<rest>\S.*)$")


@options()
class Options:
    """What ``apt_repository`` accepts."""

    repo: str
    """The source as in sources.list, or ppa:owner/name."""
    state: Literal["absent", "present"] = "present"
    """Whether the source is to be there."""
    filename: str | None = None
    """Name of its file in sources.list.d, without the ending."""
    codename: str | None = None
    """Name of the distribution's release, for PPAs that name another."""
    mode: Mode | None = None
    """Permissions of that file."""
    update_cache: Annotated[bool, Alias("update-cache")] = True
    """Fetch the lists of packages after a change."""
    update_cache_retries: int = 5
    """How often to try again to fetch the lists."""
    update_cache_retry_max_delay: int = 12
    """The longest wait between two tries, in seconds."""
    validate_certs: bool = True
    """Refuse servers whose certificate cannot be verified."""
    install_python_apt: Annotated[bool | None, Deprecated("leave it out")] = None
    """Switch for Ansible's Python library for apt, which is not needed."""


class AptRepository(Module[Options]):
    """Add and remove sources of Debian packages, written as one line."""

    name = "apt_repository"

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Look for the line in apt's files, and add or remove it. Raises ``Failed``."""
        del facts
        wanted = self.options
        answer = yield Ask(("/bin/sh", "-c", _LOOK))
        if answer.status:
            raise Failed("the machine has no /etc/apt/sources.list.d", "apt_repository is for Debian and its kin")
        codename, _, rest = answer.stdout.partition("\n")
        repo = self._line(wanted.codename or codename)
        if not _LINE.match(repo):
            raise Failed(f"Invalid repository string: {wanted.repo}", "write TYPE [OPTIONS] URI SUITE COMPONENTS")
        pieces = (each.partition("\n") for each in rest.split("\x1d")[1:])
        files = {path: text.splitlines() for path, _, text in pieces}
        values: dict[str, Any] = {"repo": repo, "state": wanted.state, "sources_added": [], "sources_removed": []}
        if wanted.state == "present":
            changed = yield from self._added(repo, files, values)
        else:
            changed = yield from self._removed(repo, files, values)
        if changed and wanted.update_cache:
            fetched = yield from AptGet().fetch(wanted.update_cache_retries, wanted.update_cache_retry_max_delay)
            return Outcome(values, changed=True, failed=fetched.failed)
        return Outcome(values, changed=changed)

    def _line(self, codename: str) -> str:
        """Return the line that is wanted; of an archive of Ubuntu's users, the line that stands for its short name."""
        repo = self.options.repo.strip()
        if repo.startswith("ppa:"):
            owner, _, name = repo.removeprefix("ppa:").partition("/")
            return f"deb http://ppa.launchpad.net/{owner}/{name or 'ppa'}/ubuntu {codename} main"
        return repo

    def _added(
        self, repo: str, files: Mapping[str, list[str]], values: dict[str, Any]
    ) -> Generator[Verb, Any, bool]:
        """Have the line in a file, switched on; return whether it was not."""
        for path, lines in files.items():
            for number, line in enumerate(lines):
                if _plain(line.lstrip("# ")) != _plain(repo):
                    continue
                if not line.lstrip().startswith("#"):
                    return False
                yield Put(path, _text([*lines[:number], repo, *lines[number + 1 :]]))
                return True
        path = self._path(repo)
        yield Put(path, _text([*files.get(path, ()), repo]))
        options = Permissions(mode=self.options.mode or ModeValue("0644"))
        found = yield from look(path, options)
        yield from settle(path, found.file, options, found)
        if path not in files:
            values["sources_added"].append(path)
        return True

    def _removed(
        self, repo: str, files: Mapping[str, list[str]], values: dict[str, Any]
    ) -> Generator[Verb, Any, bool]:
        """Have the line in no file; a file in which there is nothing else goes. Returns whether it was in any."""
        changed = False
        for path, lines in files.items():
            kept = [line for line in lines if _plain(line) != _plain(repo)]
            if len(kept) == len(lines):
                continue
            changed = True
            if any(line.strip() for line in kept) or not path.startswith(_DIRECTORY):
                yield Put(path, _text(kept))
            else:
                yield from done(Do(("rm", "-f", path)), f"{path} cannot be removed")
                values["sources_removed"].append(path)
        return changed

    def _path(self, repo: str) -> str:
        """Return the file for a new line: the one that is named, or one after the server, as Ansible calls it."""
        name = self.options.filename
        if name is None:
            text = re.sub(r"\[[^]]+]", "", repo)
            uri = re.sub(r"\w+://", "", text).split()[1]
            name = "_".join(re.sub("[^a-zA-Z0-9]", " ", uri.rpartition("@")[2]).split())
        return f"{name}.list" if "/" in name else f"{_DIRECTORY}/{name}.list"


def _plain(line: str) -> str:
    """Return a line without its comment and needless blanks."""
    return " ".join(line.partition("#")[0].split())


def _text(lines: list[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()
