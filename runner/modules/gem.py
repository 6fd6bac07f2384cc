"""The ``gem`` module."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from runner.modules.support.attributes import done
from runner.sdk import Alias, Ask, AtMostOne, Do, Failed, Module, Outcome, Work, options


@options(AtMostOne("gem_source", "repository"), AtMostOne("gem_source", "version"))
class Options:
    """What ``gem`` accepts."""

    name: str
    """Which gem."""
    version: str | None = None
    """Its version."""
    state: Literal["present", "absent", "latest"] = "present"
    """Whether it is to be there; latest updates it."""
    gem_source: str | None = None
    """File of the gem on the machine."""
    repository: Annotated[str | None, Alias("source")] = None
    """Where the gem comes from."""
    user_install: bool = True
    """Install it for this user only."""
    install_dir: str | None = None
    """Directory to install into."""
    bindir: str | None = None
    """Directory for its programs."""
    include_dependencies: bool = True
    """Install what it depends on too."""
    include_doc: bool = False
    """Install its documentation too."""
    pre_release: bool = False
    """Take versions that are not final too."""
    build_flags: str | None = None
    """Flags for compiling."""
    env_shebang: bool = False
    """Have its programs start with /usr/bin/env."""
    executable: str | None = None
    """The gem program to use."""
    force: bool = False
    """Do it without regard to dependencies."""
    norc: bool = True
    """Read no .gemrc file."""


class Gem(Module[Options]):
    """Install and remove Ruby packages."""

    name = "gem"

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """See which versions are installed, and have gem install or remove some. Raises ``Failed``."""
        del facts
        wanted = self.options
        program = wanted.executable or "gem"
        environment = {"GEM_HOME": wanted.install_dir} if wanted.install_dir else {}
        listed = yield Ask((program, "list", "--local", f"^{re.escape(wanted.name)}$"), environment=environment)
        if listed.status in (126, 127):
            raise Failed(f"the machine has no {program}", "install the package ruby first")
        match = re.search(rf"^{re.escape(wanted.name)} \(([^)]*)\)", listed.stdout, re.MULTILINE)
        versions = [each.removeprefix("default:").strip().split()[0] for each in match[1].split(",")] if match else []
        values = {"name": wanted.name, "state": wanted.state, "version": wanted.version}
        if wanted.state == "absent":
            if not versions or (wanted.version is not None and wanted.version not in versions):
                return Outcome(values, changed=False)
            which = ("--version", wanted.version) if wanted.version else ("--all",)
            where = ("--install-dir", wanted.install_dir) if wanted.install_dir else ()
            argv = (program, "uninstall", *where, *which, "--executable", wanted.name)
            yield from done(Do(argv, environment=environment), "gem uninstall failed")
            return Outcome(values, changed=True)
        there = bool(versions) if wanted.version is None else wanted.version in versions
        if there and wanted.state == "latest":
            remote = yield Ask((program, "list", "--remote", f"^{re.escape(wanted.name)}$"))
            newest = re.search(r"\(([^ ,)]+)", remote.stdout)
            there = newest is None or newest[1] in versions
        if there:
            return Outcome(values, changed=False)
        argv = (program, "install", *self._flags(), wanted.gem_source or wanted.name)
        yield from done(Do(argv, environment=environment), "gem install failed")
        return Outcome(values, changed=True)

    def _flags(self) -> list[str]:
        wanted = self.options
        flags = {
            "--norc": wanted.norc, "--prerelease": wanted.pre_release, "--env-shebang": wanted.env_shebang,
            "--force": wanted.force, "--user-install": wanted.user_install and not wanted.install_dir,
            "--no-user-install": not wanted.user_install and not wanted.install_dir,
            "--ignore-dependencies": not wanted.include_dependencies, "--no-document": not wanted.include_doc,
        }
        found = [flag for flag, said in flags.items() if said]
        for flag, value in (
            ("--version", wanted.version), ("--source", wanted.repository), ("--install-dir", wanted.install_dir),
            ("--bindir", wanted.bindir),
        ):
            found += [flag, value] if value else []
        return [*found, *(("--", "--build-flags", wanted.build_flags) if wanted.build_flags else ())]
