"""The ``copr`` module."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any, Literal

from runner.modules.shared import Edited, Texts
from runner.modules.support.attributes import done
from runner.modules.support.editing import opened, saved
from runner.modules.support.repo_files import downloaded, sections_of, text_of
from runner.sdk import Answer, Ask, Do, Failed, ModeValue, Module, Outcome, Verb, Work, options

_DIRECTORY = "/etc/yum.repos.d"
_SYSTEM = r"""
. /etc/os-release 2>/dev/null
major=${VERSION_ID%%.*}
case "$ID $ID_LIKE" in
  fedora*)
    case $VERSION in *[Rr]awhide*) major=rawhide ;; esac
    echo "fedora-$major-$(uname -m)" ;;
  mageia*) echo "mageia-$major-$(uname -m)" ;;
  opensuse-tumbleweed*) echo "opensuse-tumbleweed-$(uname -m)" ;;
  opensuse-leap*) echo "opensuse-leap-$VERSION_ID-$(uname -m)" ;;
  *rhel*|*fedora*|*centos*) echo "epel-$major-$(uname -m)" ;;
esac
"""
"""Tells what Copr calls the system of the machine."""


@options()
class Options:
    """What ``copr`` accepts."""

    name: str
    """Which one, written owner/project."""
    state: Literal["absent", "enabled", "disabled"] = "enabled"
    """Whether it is to be on."""
    chroot: str | None = None
    """System that its packages are for, such as epel-9-x86_64."""
    host: str = "copr.fedorainfracloud.org"
    """Server of the repositories."""
    protocol: str = "https"
    """Protocol of that server."""
    includepkgs: Texts | None = None
    """The only packages that are taken from it."""
    excludepkgs: Texts | None = None
    """Packages that are not taken from it."""


class Copr(Module[Options]):
    """Switch Fedora's Copr repositories on and off."""

    name = "copr"

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Have the project's file of repositories, switched on or off, or not. Raises ``Failed``."""
        del facts
        wanted = self.options
        owner, slash, project = wanted.name.partition("/")
        if not (owner and slash and project):
            raise Failed(f"name: {wanted.name!r} is not of the form owner/project")
        place = [wanted.host, owner.replace("@", "group_", 1), project]
        name = f"_copr:{':'.join(place)}.repo"
        values = {"repo": "/".join(place), "repo_filename": name, "state": wanted.state}
        options = Edited(mode=ModeValue("0644"))
        found, former = yield from opened(f"{_DIRECTORY}/{name}", options)
        if wanted.state == "absent":
            if former is None:
                return Outcome(values, changed=False)
            yield from done(Do(("rm", "-f", found.path)), f"{found.path} cannot be removed")
            return Outcome(values, changed=True)
        text = former.decode(errors="surrogateescape") if former is not None else (yield from self._offered())
        sections = sections_of(text)
        own = [each for each in sections if each == ":".join(("copr", *place))] or list(sections)[:1]
        if not own:
            raise Failed(f"what {wanted.host} offers for {wanted.name} holds no repository")
        entries = sections[own[0]]
        entries["enabled"] = str(int(wanted.state == "enabled"))
        for key, packages in (("includepkgs", wanted.includepkgs), ("excludepkgs", wanted.excludepkgs)):
            if packages:
                entries[key] = ",".join(packages)
        same = former is not None and sections_of(text) == sections
        content = former if same and former is not None else text_of(sections).encode(errors="surrogateescape")
        changed, _, _ = yield from saved(found, former, content, options, "")
        return Outcome(values, changed=changed)

    def _offered(self) -> Generator[Verb, Any, str]:
        """Return the file that the server offers for this system. Raises ``Failed``."""
        wanted = self.options
        chroot = wanted.chroot
        if chroot is None:
            answer: Answer = yield Ask(("/bin/sh", "-c", _SYSTEM))
            chroot = answer.stdout.strip()
            if not chroot:
                raise Failed("Copr has nothing for the system of this machine", "name what comes nearest in chroot")
        system, _, architecture = chroot.rpartition("-")
        project = wanted.name.replace("@", "g/", 1)
        address = f"{wanted.protocol}://{wanted.host}/coprs/{project}/repo/{system}/dnf.repo?arch={architecture}"
        return (yield from downloaded(address))
