"""Put other files in the place of what was built."""

from __future__ import annotations

import glob
from pathlib import Path

from runner.sdk import Artifact, Failed, PostProcessor, Session, options


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

    def __init__(self, options: Options) -> None:
        super().__init__(options)
        self.keeps_input = options.keep_input_artifact  # type: ignore[misc]  # the one whose user says it in an option

    async def process(self, session: Session, artifact: Artifact) -> Artifact:
        """Return the files in the place of the artifact's own."""
        from runner.sdk.threads import held

        files = await held(_matching, session.root, self.options.files)
        if not files:
            hint = f"they are looked for in {session.root}, when the build has ended"
            raise Failed(f"there is no file like {', '.join(self.options.files)}", hint)
        names = ", ".join(session.shown(file) for file in files)
        return Artifact(self.name, "", files, artifact.labels, f"Created artifact from files: {names}")


def _matching(root: Path, patterns: list[str]) -> tuple[Path, ...]:
    """Return the files of the patterns, each once, in the order of the patterns and by name."""
    found: dict[Path, None] = {}
    for pattern in patterns:  # may be absolute, which Path.glob does not take
        names = glob.glob(pattern, root_dir=root, include_hidden=True)  # noqa: PTH207
        found |= dict.fromkeys(root / name for name in sorted(names))
    return tuple(found)
