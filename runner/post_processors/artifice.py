"""Put other files in the place of what was built."""

from __future__ import annotations

from runner.sdk import PostProcessor, options


@options()
class Options:
    """The files."""

    files: list[str]
    """Files that become the artifact; wildcards are allowed."""
    keep_input_artifact: bool = True
    """Keep what was built as well."""


class Artifice(PostProcessor[Options]):
    """Put other files, such as those a task fetched, in the place of what was built."""

    name = "artifice"
    keeps_input = True
