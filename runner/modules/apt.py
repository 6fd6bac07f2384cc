"""The ``apt`` module."""

from __future__ import annotations

from typing import Annotated, Literal

from runner.modules.shared import Texts
from runner.sdk import Alias, AtLeastOne, AtMostOne, Deprecated, Module, Separated, options


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
