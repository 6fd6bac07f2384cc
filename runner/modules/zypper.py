"""The ``zypper`` module."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Annotated, Any, Literal

from runner.modules.package import Options as PackageOptions
from runner.modules.package import Package
from runner.modules.shared import Texts
from runner.sdk import Alias, Module, Work, options

_GOING = ("absent", "removed")


@options()
class Options:
    """What ``zypper`` accepts."""

    name: Annotated[Texts, Alias("pkg")]
    """Packages, files or URLs; * with state latest means everything that is installed."""
    state: Literal["present", "latest", "absent", "dist-upgrade", "installed", "removed"] = "present"
    """Whether they are to be there; dist-upgrade changes to a newer distribution."""
    type: Literal["package", "patch", "pattern", "product", "srcpackage", "application"] = "package"
    """What kind of thing is named."""
    update_cache: Annotated[bool, Alias("refresh")] = False
    """Fetch the repositories' lists first."""
    disable_gpg_check: bool = False
    """Install packages without checking their signatures."""
    auto_import_keys: bool = False
    """Trust new keys of repositories."""
    disable_recommends: bool = True
    """Leave recommended packages out."""
    force: bool = False
    """Let an older version or another vendor's package replace what is installed."""
    force_resolution: bool = False
    """Let packages be removed to resolve conflicts."""
    oldpackage: bool = False
    """Let an older version replace a newer one."""
    replacefiles: bool = False
    """Install packages even where they replace other packages' files."""
    allow_vendor_change: bool = False
    """Let dist-upgrade take packages of another vendor."""
    clean_deps: bool = False
    """With packages, remove dependencies that are needed no more."""
    simple_errors: bool = False
    """Say only the essence of an error."""
    skip_post_errors: bool = False
    """Go on if only a package's script after its installation failed."""
    quiet: bool = True
    """Have zypper say little."""
    extra_args: str | None = None
    """More arguments for zypper's command."""
    extra_args_precommand: str | None = None
    """More arguments for zypper, before its command."""


class Zypper(Module[Options]):
    """Install, upgrade and remove packages on SUSE and openSUSE."""

    name = "zypper"

    @classmethod
    def gap(cls, options: Mapping[str, Any]) -> str | None:
        """Return which of these options this version cannot work with."""
        return next((name for name in ("simple_errors", "skip_post_errors") if options.get(name) is True), None)

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """See what is installed, and bring what is missing in one transaction."""
        wanted = self.options
        flags = {
            "--auto-agree-with-licenses": wanted.state not in _GOING, "--force": wanted.force,
            "--force-resolution": wanted.force_resolution, "--replacefiles": wanted.replacefiles,
            "--allow-vendor-change": wanted.allow_vendor_change,
            "--clean-deps": wanted.clean_deps and wanted.state in _GOING,
            "--no-recommends": wanted.disable_recommends and wanted.state not in _GOING,
        }
        before = ["--gpg-auto-import-keys"] if wanted.auto_import_keys else []
        before += shlex.split(wanted.extra_args_precommand or "")
        extra = " ".join((shlex.join(flag for flag, said in flags.items() if said), wanted.extra_args or "")).strip()
        options = PackageOptions(
            name=wanted.name, state=wanted.state, type=wanted.type, update_cache=wanted.update_cache or None,
            disable_gpg_check=wanted.disable_gpg_check or None, oldpackage=wanted.oldpackage or None,
            extra_args=extra or None, use="zypper",
        )
        return (yield from Package(options, before=tuple(before)).apply(facts))
