"""Write checksums of the files that were built."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import field
from pathlib import Path
from typing import Literal

from runner.sdk import Artifact, Failed, PostProcessor, Session, options

_SHORTHAND = re.compile(r"\{\{\s*\.(BuildName|BuilderType|ChecksumType)\s*\}\}")
_OUTPUT = "packer_{{.BuildName}}_{{.BuilderType}}_{{.ChecksumType}}.checksum"


@options()
class Options:
    """Which checksums, and where to write them."""

    checksum_types: list[Literal["md5", "sha1", "sha224", "sha256", "sha384", "sha512"]] = field(
        default_factory=lambda: ["md5"]
    )
    """Algorithms, one after the other."""
    output: str | None = None
    """File to append to; `packer_BUILD_BUILDER_ALGORITHM.checksum` when left out."""


class Checksum(PostProcessor[Options]):
    """Write checksums of the files that were built, one line a file."""

    name = "checksum"
    keeps_input = True
    keeps_always = True

    async def process(self, session: Session, artifact: Artifact) -> Artifact:
        """Append a line to the file of each algorithm: the checksum, a tab, the file's name."""
        from runner.sdk.threads import held

        lines: dict[Path, str] = {}
        for algorithm in self.options.checksum_types:
            output = session.root / self._output(session, algorithm)
            for file in artifact.files:
                lines[output] = lines.get(output, "") + await held(_line, file, algorithm)
        await held(_append, lines)
        files = tuple(dict.fromkeys((*artifact.files, *lines)))
        names = ", ".join(session.shown(file) for file in files)
        return Artifact(self.name, "", files, artifact.labels, f"Created artifact from files: {names}", artifact.made)

    def _output(self, session: Session, algorithm: str) -> str:
        known = {
            "BuildName": session.source.replace("/", "_"), "BuilderType": session.builder, "ChecksumType": algorithm,
        }
        return _SHORTHAND.sub(lambda match: known[match[1]], self.options.output or _OUTPUT)


def _line(file: Path, algorithm: str) -> str:
    if file.is_dir():
        raise Failed(f"{file} is a directory, and only files have checksums", "compress it first")
    with file.open("rb") as stream:
        digest = hashlib.file_digest(stream, algorithm).hexdigest()
    return f"{digest}\t{file.name}\n"


def _append(lines: Mapping[Path, str]) -> None:
    for output, text in lines.items():
        output.parent.mkdir(parents=True, exist_ok=True)
        with output.open("a", encoding="utf-8") as stream:
            stream.write(text)
