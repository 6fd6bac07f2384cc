"""The ``package`` module."""

from __future__ import annotations

import shlex
from collections.abc import Generator, Mapping, Sequence
from dataclasses import fields
from typing import Annotated, Any, Literal

from runner.modules.apt import Apt
from runner.modules.apt import Options as AptOptions
from runner.modules.shared import Texts
from runner.modules.support.managers import MANAGERS, Call, changed_by
from runner.sdk import Alias, Answer, Ask, AtLeastOne, Failed, Module, Outcome, Verb, Work, options

_DETECT = """
for each; do
  program=$each
  [ "$each" != apt ] || program=apt-get
  command -v "$program" >/dev/null && { echo "$each"; exit; }
done
"""
_DNF = {
    "allowerasing": "--allowerasing", "best": "--best", "nobest": "--nobest", "bugfix": "--bugfix",
    "security": "--security", "conf_file": "--config={}", "disable_excludes": "--disableexcludes={}",
    "disable_gpg_check": "--nogpgcheck", "disable_plugin": "--disableplugin={}", "enable_plugin": "--enableplugin={}",
    "disablerepo": "--disablerepo={}", "enablerepo": "--enablerepo={}", "exclude": "--exclude={}",
    "install_weak_deps": "--setopt=install_weak_deps={}", "installroot": "--installroot={}",
    "releasever": "--releasever={}", "skip_broken": "--skip-broken", "sslverify": "--setopt=sslverify={}",
    "validate_certs": "--setopt=sslverify={}",
}
_FLAGS: Mapping[str, Mapping[str, str]] = {
    "dnf": _DNF, "dnf5": _DNF, "yum": _DNF, "apk": {}, "pacman": {},
    "zypper": {
        "force": "--force", "disable_recommends": "--no-recommends", "oldpackage": "--oldpackage", "type": "--type={}",
    },
}
"""Manager -> option -> what the manager is told for it; {} stands for the value."""
_OF_APT = ("build-dep", "fixed")


@options(AtLeastOne("name", "update_cache", "upgrade", "autoremove", "autoclean", "clean"))
class Options:
    """What ``package`` accepts."""

    name: Annotated[Texts | None, Alias("pkg", "package")] = None
    """Packages, as the package manager calls them."""
    state: Literal["present", "absent", "latest", "installed", "removed", "build-dep", "fixed", "dist-upgrade"] = (
        "present"
    )
    """Whether they are to be there; latest updates them too."""
    use: str = "auto"
    """Package manager to use, such as apt or dnf; auto finds out."""
    update_cache: Annotated[bool | None, Alias("update-cache", "refresh")] = None
    """Fetch the lists of packages first."""
    cache_valid_time: int | None = None
    """Fetch the lists only if they are older than so many seconds (apt)."""
    lock_timeout: int | None = None
    """How many seconds to wait while another program holds the lock (apt); other managers wait as they do."""
    autoremove: bool | None = None
    """Remove packages that were installed as dependencies and are needed no more (apt, dnf)."""
    autoclean: bool | None = None
    """Remove old package files from the cache (apt)."""
    clean: bool | None = None
    """Empty the cache of package files (apt)."""
    purge: bool | None = None
    """Remove configuration files with their packages (apt)."""
    force: bool | None = None
    """Force the work where the package manager would refuse it (apt, zypper, pacman)."""
    force_apt_get: bool | None = None
    """Use apt-get even where aptitude is installed (apt)."""
    install_recommends: Annotated[bool | None, Alias("install-recommends")] = None
    """Install recommended packages too, or leave them out (apt)."""
    default_release: Annotated[str | None, Alias("default-release")] = None
    """Release that packages are taken from first (apt)."""
    dpkg_options: Texts | None = None
    """Options for dpkg (apt)."""
    only_upgrade: bool | None = None
    """Upgrade packages, but install no new ones (apt)."""
    policy_rc_d: int | None = None
    """Exit code that keeps packages from starting services (apt)."""
    allow_unauthenticated: Annotated[bool | None, Alias("allow-unauthenticated")] = None
    """Take packages whose origin cannot be verified (apt)."""
    allow_change_held_packages: bool | None = None
    """Change packages that are on hold (apt)."""
    allow_downgrade: Annotated[bool | None, Alias("allow-downgrade", "allow_downgrades", "allow-downgrades")] = None
    """Let a named version replace a newer one that is installed (apt, dnf)."""
    fail_on_autoremove: bool | None = None
    """Fail if packages would be removed (apt)."""
    upgrade: bool | str | None = None
    """Upgrade everything that is installed (apt, pacman, apk)."""
    allowerasing: bool | None = None
    """Let installed packages be removed where that resolves a conflict (dnf)."""
    best: bool | None = None
    """Take the newest version or fail (dnf)."""
    nobest: bool | None = None
    """Take an older version if the newest one cannot be installed (dnf)."""
    bugfix: bool | None = None
    """With state latest, install only updates that fix faults (dnf)."""
    security: bool | None = None
    """With state latest, install only updates that fix security faults (dnf)."""
    conf_file: str | None = None
    """Configuration file on the machine to use instead of the usual one (dnf)."""
    disable_excludes: str | None = None
    """Whose excludes to disregard (dnf)."""
    disable_gpg_check: bool | None = None
    """Install packages without checking their signatures (dnf, zypper)."""
    disable_plugin: Texts | None = None
    """Plugins that are off for this work (dnf)."""
    enable_plugin: Texts | None = None
    """Plugins that are on for this work (dnf)."""
    disablerepo: Texts | None = None
    """Repositories that are off for this work (dnf)."""
    enablerepo: Texts | None = None
    """Repositories that are on for this work (dnf)."""
    exclude: Texts | None = None
    """Packages that are to be left as they are (dnf)."""
    install_weak_deps: bool | None = None
    """Install packages that others only recommend (dnf)."""
    installroot: str | None = None
    """Directory that holds the system to install into (dnf)."""
    releasever: str | None = None
    """Release of the distribution to take packages from (dnf)."""
    skip_broken: bool | None = None
    """Leave out packages that cannot be installed (dnf)."""
    sslverify: bool | None = None
    """Refuse repositories whose certificate cannot be verified (dnf)."""
    update_only: bool | None = None
    """With state latest, only update what is installed (dnf)."""
    validate_certs: bool | None = None
    """Refuse servers whose certificate cannot be verified (dnf)."""
    disable_recommends: bool | None = None
    """Leave recommended packages out (zypper)."""
    oldpackage: bool | None = None
    """Let an older version replace a newer one (zypper)."""
    type: Literal["package", "patch", "pattern", "product", "srcpackage", "application"] | None = None
    """What kind of thing is named (zypper)."""
    extra_args: str | None = None
    """More arguments for the package manager (zypper, pacman, apk)."""


class Package(Module[Options]):
    """Install and remove packages with the machine's own package manager.

    Options that only some package managers know have no effect on the others.
    """

    name = "package"

    def __init__(self, options: Options, before: Sequence[str] = ()) -> None:
        super().__init__(options)
        self._before = tuple(before)
        """Further arguments of the manager, which stand before its command."""

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Find out which manager there is, and have it do what is needed in one transaction."""
        manager = self.options.use.rpartition(".")[2]
        if manager == "auto":
            manager = facts.get("ansible_pkg_mgr") or ""
        if manager not in ("apt", *MANAGERS) and self.options.use == "auto":
            manager = (yield Ask(("/bin/sh", "-c", _DETECT, "sh", "apt", *MANAGERS))).stdout.strip()
        if manager == "apt":
            return (yield from Apt(self._for_apt()).apply(facts))
        if manager not in MANAGERS:
            known = ", ".join(("apt", *MANAGERS))
            message = f"there is no way to use {manager!r}" if manager else "the machine has no package manager"
            raise Failed(message, f"these are known: {known}")
        if self.options.state in _OF_APT:
            raise Failed(f"state: {self.options.state} is a matter of apt, and the machine has {manager}")
        return (yield from self._by(manager))

    def _for_apt(self) -> AptOptions:
        """Return the options of the ``apt`` module, those that were given."""
        names = {field.name for field in fields(AptOptions)} & {field.name for field in fields(Options)}
        given = {name: getattr(self.options, name) for name in names if getattr(self.options, name) is not None}
        words = {"installed": "present", "removed": "absent", "dist-upgrade": "present"}
        state = words.get(self.options.state, self.options.state)
        if self.options.state == "dist-upgrade":
            given |= {"upgrade": "dist", "name": None}
        return AptOptions(**{**given, "state": state})

    def _by(self, manager: str) -> Work:
        wanted, call = self.options, self._call(manager)
        answers: list[Answer] = []
        changed = False
        if wanted.update_cache:
            answers.append((yield call.do(call.manager.fetch, plain=True)))
            changed = not wanted.name and answers[-1].status == 0
        works = [self._packages(call)] if wanted.name else []
        if wanted.upgrade not in (None, False, "no") or wanted.state == "dist-upgrade":
            works.append(self._everything(call))
        if wanted.autoremove and call.manager.autoremove:
            works.append(_run(call, call.manager.autoremove))
        for work in works:
            if answers and answers[-1].status:
                break
            done = yield from work
            answers += done
            changed = changed or any(changed_by(each) for each in done)
        return _outcome(answers, manager, changed=changed)

    def _call(self, manager: str) -> Call:
        found: list[str] = []
        for name, form in _FLAGS[manager].items():
            value = getattr(self.options, name)
            if value is not None and ("{}" in form or value is True):
                found.append(form.format(",".join(value) if isinstance(value, list) else value))
        if manager in ("zypper", "pacman", "apk"):
            found += shlex.split(self.options.extra_args or "")
        unsigned = ("--no-gpg-checks",) if manager == "zypper" and self.options.disable_gpg_check else ()
        return Call(MANAGERS[manager], tuple(found), (*unsigned, *self._before))

    def _packages(self, call: Call) -> Generator[Verb, Any, list[Answer]]:
        """Install, upgrade or remove what is named."""
        manager, state = call.manager, self.options.state
        names = [name.strip() for name in self.options.name or () if name.strip()]
        if state == "latest" and "*" in names:
            return (yield from self._everything(call))
        has = yield from call.has(names)
        if state in ("absent", "removed"):
            return (yield from _run(call, manager.remove, [name for name in names if has[name] != "no"]))
        missing = [name for name in names if has[name] != "yes"]
        if state != "latest":
            return (yield from _run(call, manager.install, missing))
        answers = [] if self.options.update_only else (yield from _run(call, manager.install, missing))
        there = [name for name in names if name not in missing]
        if there and (yield from call.outdated(there)):
            answers += yield from _run(call, manager.latest, there)
        return answers

    def _everything(self, call: Call) -> Generator[Verb, Any, list[Answer]]:
        words = ("-n", "dist-upgrade") if self.options.state == "dist-upgrade" else call.manager.upgrade
        if not (yield from call.outdated()):
            return []
        return [(yield call.do(words))]


def _run(call: Call, words: Sequence[str], names: Sequence[str] = ()) -> Generator[Verb, Any, list[Answer]]:
    """Have the manager do something, unless it is to be done with no packages."""
    if not names and words != call.manager.autoremove:
        return []
    return [(yield call.do(words, names))]


def _outcome(answers: Sequence[Answer], manager: str, *, changed: bool) -> Outcome:
    stdout, stderr = ("".join(getattr(each, name) for each in answers) for name in ("stdout", "stderr"))
    status = answers[-1].status if answers else 0
    values = {
        "rc": status, "stdout": stdout, "stdout_lines": stdout.splitlines(),
        "stderr": stderr, "stderr_lines": stderr.splitlines(),
    } if answers else {}
    if not status:
        return Outcome(values, changed=changed)
    said = [line for line in (*stdout.splitlines(), *stderr.splitlines()) if line.strip()]
    why = f"{manager} ended with status {status}"
    return Outcome(values, changed=changed, failed=why, shown=said[-1].strip() if said else "")
