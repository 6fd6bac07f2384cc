"""The ``package`` module."""

from __future__ import annotations

from typing import Annotated, Literal

from runner.modules.shared import Texts
from runner.sdk import Alias, AtLeastOne, Module, options


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
    """How many seconds to wait while another program holds the lock (apt, dnf)."""
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
    """More arguments for the package manager (zypper, pacman)."""


class Package(Module[Options]):
    """Install and remove packages with the machine's own package manager.

    Options that only some package managers know have no effect on the others.
    """

    name = "package"
