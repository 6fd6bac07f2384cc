"""The ``apt`` module."""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping, Sequence
from dataclasses import replace
from typing import Annotated, Any, Literal

from runner.modules.shared import Texts
from runner.modules.support.apt_get import ENVIRONMENT, NO_LISTS, AptGet, Step, output
from runner.modules.support.debian import LOOK, Machine, Wanted, parsed
from runner.modules.support.debian_packages import deb_installed, installed, removed
from runner.sdk import Alias, Ask, AtLeastOne, AtMostOne, Deprecated, Module, Outcome, Separated, Verb, Work, options

_UPGRADES: Mapping[str | bool, tuple[str, ...]] = {
    "no": (), False: (), "yes": ("upgrade", "--with-new-pkgs"), True: ("upgrade", "--with-new-pkgs"),
    "safe": ("upgrade", "--with-new-pkgs"), "dist": ("dist-upgrade",), "full": ("dist-upgrade",),
}
_PACKAGE_FILES = "ls /var/cache/apt/archives/*.deb /var/cache/apt/archives/partial/* 2>/dev/null"
_DELETED = re.compile("^Del ", re.MULTILINE)


@options(
    AtMostOne("deb", "name", "upgrade"),
    AtLeastOne("name", "deb", "upgrade", "update_cache", "cache_valid_time", "autoremove", "autoclean", "clean"),
)
class Options:
    """What ``apt`` accepts."""

    name: Annotated[Texts | None, Alias("package", "pkg")] = None
    """Packages, each with its version if need be, as in nginx=1.24.* or nginx>=1.24."""
    state: Literal["absent", "build-dep", "latest", "present", "fixed"] = "present"
    """Whether they are to be there: latest upgrades them, build-dep installs what they are built with, fixed
    repairs dependencies.
    """
    deb: str | None = None
    """A package file on the machine, or the URL of one."""
    update_cache: Annotated[bool | None, Alias("update-cache")] = None
    """Fetch the lists of packages first."""
    cache_valid_time: int = 0
    """Fetch the lists only if they are older than so many seconds; implies update_cache."""
    update_cache_retries: int = 5
    """How often to try again to fetch the lists."""
    update_cache_retry_max_delay: int = 12
    """The longest wait between two tries, in seconds; waits double from try to try."""
    upgrade: Literal["dist", "full", "no", "safe", "yes", True, False] = "no"
    """Upgrade all packages: yes or safe without removing any, full or dist also where some have to go."""
    purge: bool = False
    """Remove configuration files with their packages."""
    autoremove: bool = False
    """Remove packages that were installed as dependencies and are needed no more."""
    autoclean: bool = False
    """Remove package files from the cache that cannot be downloaded any more."""
    clean: bool = False
    """Empty the cache of package files."""
    install_recommends: Annotated[bool | None, Alias("install-recommends")] = None
    """Install recommended packages too, or leave them out; left out, the machine's setting counts."""
    only_upgrade: bool = False
    """Upgrade the named packages if they are installed, but install none."""
    default_release: Annotated[str | None, Alias("default-release")] = None
    """Release that packages are taken from first, such as bookworm-backports."""
    allow_downgrade: Annotated[bool, Alias("allow-downgrade", "allow_downgrades", "allow-downgrades")] = False
    """Let a named version replace a newer one that is installed."""
    allow_change_held_packages: bool = False
    """Change packages that are on hold."""
    allow_unauthenticated: Annotated[bool, Alias("allow-unauthenticated")] = False
    """Take packages whose origin cannot be verified."""
    fail_on_autoremove: bool = False
    """Fail if packages would be removed."""
    force: bool = False
    """Force the work; implies allow_unauthenticated and allow_downgrade, and can break the system."""
    force_apt_get: bool = False
    """Use apt-get even where aptitude is installed."""
    dpkg_options: Annotated[tuple[str, ...], Separated()] = ("force-confdef", "force-confold")
    """Options for dpkg, without the leading dashes."""
    policy_rc_d: int | None = None
    """Exit code of policy-rc.d during the work; 101 keeps packages from starting services."""
    lock_timeout: int = 60
    """How many seconds to wait while another program holds the lock."""
    auto_install_module_deps: Annotated[bool | None, Deprecated("leave it out")] = None
    """Switch for Ansible's Python library for apt, which is not needed."""


class Apt(Module[Options]):
    """Install, upgrade and remove Debian packages."""

    name = "apt"

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Look at what is there, and bring what is missing in one transaction."""
        del facts
        wanted, apt = self.options, self._apt_get()
        names = parsed(wanted.name or ())
        machine = Machine.of((yield Ask(("/bin/sh", "-c", LOOK, "sh", "packages" if names else ""))))
        steps: list[Step] = []
        stale = machine.fetched + wanted.cache_valid_time <= machine.now
        fetches = wanted.update_cache if wanted.update_cache is not None else wanted.cache_valid_time > 0
        updated = fetches and stale
        if updated:
            fetched = yield from apt.fetch(wanted.update_cache_retries, wanted.update_cache_retry_max_delay)
            if fetched.failed is not None:
                return _outcome([fetched], machine, updated=False)
            updated = fetched.changed
            machine = replace(machine, fetched=Machine.of((yield Ask(("/bin/sh", "-c", LOOK)))).fetched)
        works = self._works(apt, names, machine)
        for work in works:
            steps.append((yield from work))
            if steps[-1].failed is not None:
                break
        else:
            if not works:
                steps.append(Step(changed=updated))
        return _outcome(steps, machine, updated=updated)

    def _apt_get(self) -> AptGet:
        wanted = self.options
        given = {
            "--no-remove": wanted.fail_on_autoremove and wanted.state != "absent",
            "--allow-downgrades": wanted.allow_downgrade or wanted.force,
            "--allow-change-held-packages": wanted.allow_change_held_packages or wanted.force,
            "--allow-remove-essential": wanted.force,
            "--allow-unauthenticated": wanted.allow_unauthenticated or wanted.force,
        }
        words = [word for each in wanted.dpkg_options for word in ("-o", f"Dpkg::Options::=--{each}")]
        if wanted.install_recommends is not None:
            words += ["-o", f"APT::Install-Recommends={'yes' if wanted.install_recommends else 'no'}"]
        if wanted.default_release is not None:
            words += ["-t", wanted.default_release]
        words += [word for word, said in given.items() if said]
        return AptGet(tuple(words), wanted.policy_rc_d, wanted.lock_timeout)

    def _works(self, apt: AptGet, names: list[Wanted], machine: Machine) -> list[Generator[Verb, Any, Step]]:
        """Return what there is to do, one after the other."""
        wanted = self.options
        removing = (("--auto-remove",) if wanted.autoremove else ()) + (("--purge",) if wanted.purge else ())
        works: list[Generator[Verb, Any, Step]] = []
        if wanted.clean:
            works.append(_cleaned(apt))
        everything = wanted.state == "latest" and any(each.written == "*" for each in names)
        upgrade = "yes" if everything else wanted.upgrade
        if _UPGRADES[upgrade]:
            works.append(apt.do_if_needed(*_UPGRADES[upgrade], *removing))
        if wanted.deb is not None:
            works.append(deb_installed(apt, wanted.deb, downgrades=wanted.allow_downgrade or wanted.force))
        names = [each for each in names if each.written != "*"]
        if names and wanted.state == "absent":
            works.append(removed(apt, names, machine, removing))
        elif names:
            works.append(installed(apt, names, machine, wanted.state, only_upgrade=wanted.only_upgrade,
                                   words=removing))
        elif wanted.autoremove and not _UPGRADES[upgrade]:
            works.append(apt.do_if_needed("autoremove", *removing[1:]))
        if wanted.autoclean and not names:
            works.append(_autocleaned(apt))
        return works


def _cleaned(apt: AptGet) -> Generator[Verb, Any, Step]:
    found = yield Ask(("/bin/sh", "-c", _PACKAGE_FILES))
    return (yield from apt.do("clean")) if found.stdout else Step(changed=False)


def _autocleaned(apt: AptGet) -> Generator[Verb, Any, Step]:
    planned = yield Ask(apt.argv("-s", "autoclean"), environment=ENVIRONMENT)
    return (yield from apt.do("autoclean")) if _DELETED.search(planned.stdout) else Step(changed=False)


def _outcome(steps: Sequence[Step], machine: Machine, *, updated: bool) -> Outcome:
    values = {"cache_updated": updated, "cache_update_time": machine.fetched, **output(steps)}
    failed = next((each.failed for each in steps if each.failed is not None), None)
    if failed is not None:
        values["rc"] = steps[-1].answers[-1].status if steps[-1].answers else 1
        failed += "" if machine.fetched else NO_LISTS
    return Outcome(values, changed=any(each.changed for each in steps), failed=failed)
