"""The ``zypper`` module."""

from __future__ import annotations

from typing import Annotated, Literal

from runner.modules.shared import Texts
from runner.sdk import Alias, Module, options


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
