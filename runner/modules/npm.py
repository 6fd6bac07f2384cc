"""The ``npm`` module."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import field
from typing import Any, Literal

from runner.modules.support.attributes import done
from runner.sdk import Ask, Do, Failed, Module, Outcome, Work, options


@options()
class Options:
    """What ``npm`` accepts."""

    name: str | None = None
    """Which package; left out, those that package.json in path names."""
    version: str | None = None
    """Its version."""
    state: Literal["present", "absent", "latest"] = "present"
    """Whether it is to be there; latest updates it."""
    path: str | None = None
    """Directory to install into."""
    global_: bool = field(default=False, metadata={"name": "global"})
    """Install it for the whole machine."""
    ci: bool = False
    """Install exactly what package-lock.json says."""
    production: bool = False
    """Leave out what only development needs."""
    registry: str | None = None
    """Registry to install from."""
    executable: str | None = None
    """The npm to use."""
    ignore_scripts: bool = False
    """Run no scripts of packages."""
    force: bool = False
    """Fetch even what is there."""
    no_bin_links: bool = False
    """Make no links to programs."""
    no_optional: bool = False
    """Leave optional packages out."""
    unsafe_perm: bool = False
    """Run packages' scripts as the present user, even if it is root."""


class Npm(Module[Options]):
    """Install and remove packages of Node.js."""

    name = "npm"

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """See what is installed, and have npm install or remove what is wanted. Raises ``Failed``."""
        del facts
        wanted = self.options
        if wanted.path is None and not wanted.global_:
            raise Failed("path must be specified when not using global")
        program = wanted.executable or "npm"
        where = wanted.path or None
        base = [program, *(("--global",) if wanted.global_ else ())]
        listed = yield Ask((*base, "list", "--json", "--depth=0", "--long"), chdir=where)
        if listed.status in (126, 127):
            raise Failed(f"the machine has no {program}", "install the package npm first")
        if wanted.name is None:
            missing = listed.status != 0 or '"missing": true' in listed.stdout or '"problems"' in listed.stdout
            if wanted.ci or missing or wanted.state == "latest":
                verb = "ci" if wanted.ci else "update" if wanted.state == "latest" else "install"
                told = yield from done(Do((*base, verb, *self._flags()), chdir=where), f"npm {verb} failed")
                return Outcome({"stdout": told.stdout}, changed=wanted.ci or "up to date" not in told.stdout)
            return Outcome(changed=False)
        known = _versions(listed.stdout)
        version = known.get(wanted.name)
        if wanted.state == "absent":
            if version is None:
                return Outcome(changed=False)
            yield from done(Do((*base, "uninstall", *self._flags(), wanted.name), chdir=where), "npm uninstall failed")
            return Outcome(changed=True)
        fits = version is not None and wanted.version in (None, version, f"v{version}")
        if fits and wanted.state == "latest":
            shown = yield Ask((*base, "view", wanted.name, "version"), chdir=where)
            fits = shown.stdout.strip() in ("", version)
        if fits:
            return Outcome(changed=False)
        which = wanted.version or ("latest" if wanted.state == "latest" else None)
        name = f"{wanted.name}@{which}" if which else wanted.name
        yield from done(Do((*base, "install", *self._flags(), name), chdir=where), "npm install failed")
        return Outcome(changed=True)

    def _flags(self) -> list[str]:
        wanted = self.options
        flags = {
            "--production": wanted.production, "--ignore-scripts": wanted.ignore_scripts, "--force": wanted.force,
            "--no-bin-links": wanted.no_bin_links, "--no-optional": wanted.no_optional,
            "--unsafe-perm": wanted.unsafe_perm,
        }
        registry = ("--registry", wanted.registry) if wanted.registry else ()
        return [*(flag for flag, said in flags.items() if said), *registry]


def _versions(text: str) -> dict[str, str]:
    """Read what ``npm list --json`` writes: name -> version."""
    try:
        found = json.loads(text or "{}").get("dependencies", {})
    except ValueError:
        return {}
    return {name: each.get("version", "") for name, each in found.items() if not each.get("missing")}
