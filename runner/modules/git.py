"""The ``git`` module."""

from __future__ import annotations

from typing import Annotated

from runner.modules.shared import Texts
from runner.sdk import Alias, AtMostOne, Minimum, Module, Requires, options


@options(
    AtMostOne("separate_git_dir", "bare"),
    AtMostOne("accept_hostkey", "accept_newhostkey"),
    Requires("archive_prefix", "archive"),
)
class Options:
    """What ``git`` accepts."""

    repo: Annotated[str, Alias("name")]
    """Address of the repository."""
    dest: str
    """Directory on the machine for it."""
    version: str = "HEAD"
    """Branch, tag or commit."""
    update: bool = True
    """Fetch what is new if the repository is there."""
    clone: bool = True
    """Make the repository if it is not there."""
    force: bool = False
    """Throw local changes away."""
    depth: Annotated[int, Minimum(1)] | None = None
    """How many commits of the history to fetch."""
    single_branch: bool = False
    """Fetch only the history of the version."""
    recursive: bool = True
    """Check submodules out too."""
    track_submodules: bool = False
    """Have submodules follow the latest commit of their branch."""
    remote: str = "origin"
    """Name of the remote repository."""
    refspec: str | None = None
    """Further references to fetch."""
    reference: str | None = None
    """Repository on the machine to borrow objects from."""
    bare: bool = False
    """Make a bare repository."""
    separate_git_dir: str | None = None
    """Directory for the repository's data, apart from the checked-out files."""
    archive: str | None = None
    """File to write an archive of the version to; its ending says which kind."""
    archive_prefix: str | None = None
    """What is put before the names of the archive's files."""
    key_file: str | None = None
    """SSH key on the machine."""
    ssh_opts: str | None = None
    """More options for ssh."""
    accept_hostkey: bool = False
    """Trust any SSH host."""
    accept_newhostkey: bool = False
    """Trust SSH hosts that are not known yet, but not ones whose key changed."""
    verify_commit: bool = False
    """Check the signature of the version."""
    gpg_allowlist: Annotated[Texts | None, Alias("gpg_whitelist")] = None
    """Fingerprints of keys that may sign the version."""
    umask: str | None = None
    """Mask for the permissions of checked-out files."""
    executable: str | None = None
    """The git to use."""


class Git(Module[Options]):
    """Have a Git repository checked out at a version."""

    name = "git"
