"""The record of a run: what each build made, of what it was made, and how it ended."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, NamedTuple

from runner.text import NOTHING

FORMAT = 1
"""The version of the manifest's format; raised when a reader of the old one would go wrong."""
Status = Literal["ok", "failed", "cancelled", "skipped"]


class ManifestFile(NamedTuple):
    """A file that was made."""

    path: str
    """Relative to the manifest's directory, if the file lies there."""
    size: int
    """In bytes."""
    sha256: str


class ManifestStep(NamedTuple):
    """What was done, and how it went."""

    name: str
    section: str
    """``launch``, ``capture``, ``post_processors``, or the list of the play that the task stands in."""
    module: str
    outcome: str
    took: float
    """In seconds."""
    role: str | None = None
    ignored: bool = False
    """Whether it failed and the build went on."""
    cached: bool = False
    """Whether an earlier run had done the same to the same machine."""
    reason: str = ""
    """Why it was done, where an earlier run might have done it already."""


class ManifestBuild(NamedTuple):
    """How one build ended."""

    name: str
    builder: str
    status: Status
    started: str
    """The time in UTC, as ISO 8601 writes it."""
    finished: str
    artifact: str | None = None
    """What the builder calls the image that it made."""
    files: tuple[ManifestFile, ...] = ()
    """The files of the image, and those that post-processors made of it."""
    parents: tuple[str, ...] = ()
    """The builds whose images it starts from."""
    key: str = ""
    """The key of the plan's last step: equal keys mean equal work."""
    description: str = ""
    """The image in a few words."""
    steps: tuple[ManifestStep, ...] = ()
    """In the order in which they ended."""
    errors: tuple[str, ...] = ()
    """Why it failed: ``path:line:column: CODE: message``."""
    size: int | None = None
    """In bytes, of an image that is in no file; nothing when that is not known."""
    deleted: str | None = None
    """When its image was deleted, as a time in UTC; nothing while it is kept."""


class Manifest(NamedTuple):
    """The record of a run."""

    run: str
    """The UUID of the run."""
    ingot: str
    """The version of Ingot."""
    playbook: str
    started: str
    """The time in UTC, as ISO 8601 writes it."""
    finished: str
    builds: tuple[ManifestBuild, ...]
    inputs: Mapping[str, str] = NOTHING
    """Every file of this computer that was read for the run, each with its SHA-256."""
    variables: Mapping[str, Any] = NOTHING
    """The values of the variables that are not sensitive."""
    format: int = FORMAT
