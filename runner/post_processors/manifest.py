"""Note what was built in a JSON file."""

from __future__ import annotations

from runner.sdk import PostProcessor, options


@options()
class Options:
    """What to note, and where."""

    output: str = "packer-manifest.json"
    """JSON file to which the build is added."""
    strip_path: bool = False
    """Note the names of files without their directories."""
    strip_time: bool = False
    """Leave out the time of the build, so that equal builds give equal files."""
    custom_data: dict[str, str] | None = None
    """Further names and values to note with the build."""


class Manifest(PostProcessor[Options]):
    """Note what was built in a JSON file, in the form that Packer writes."""

    name = "manifest"
    keeps_input = True
