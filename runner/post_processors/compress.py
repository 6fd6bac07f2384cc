"""Pack what was built into one file."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, NamedTuple

from runner.sdk import Artifact, Deprecated, Failed, Maximum, Minimum, PostProcessor, Session, options

_SHORTHAND = re.compile(r"\{\{\s*\.(BuildName|BuilderType)\s*\}\}")
_OUTPUT = "packer_{{.BuildName}}_{{.BuilderType}}"
_ENDINGS = {"gz": "gzip", "bgzf": "bgzf", "bz2": "bzip2", "bzip2": "bzip2", "xz": "xz", "lz4": "lz4"}
"""What a file is compressed with, by the ending of its name."""
_USUAL = 6


@options()
class Options:
    """The file and how it is packed."""

    output: str | None = None
    """File to write, whose ending tells the format; `packer_BUILD_BUILDER`, a `tar.gz`, when left out."""
    format: str | None = None
    """Format when the ending of `output` does not tell it: `tar`, `zip`, or `gz`, `bgzf`, `bz2` or `xz`, these with
    `tar.` before them or, for a single file, without."""
    compression_level: Annotated[int, Minimum(-1), Maximum(9)] | None = None
    """How much time is spent to make the file smaller, from 1 to 9; 6 when left out."""
    archive: Annotated[str | None, Deprecated("write format")] = None
    """Archive format, now part of `format`."""
    algorithm: Annotated[str | None, Deprecated("write format")] = None
    """Compression algorithm, now part of `format`."""


class Form(NamedTuple):
    """How files are packed: into an archive, by an algorithm, or both."""

    archive: str | None
    algorithm: str | None

    @classmethod
    def of(cls, output: str, wanted: str | None) -> Form:
        """Return what the endings of a name say; what they do not say is ``tar.gz``, as in Packer."""
        endings = re.findall(r"\.([a-z0-9]+)", f"{output}.{wanted}" if wanted else output)
        last = endings[-1] if endings else ""
        if last in ("tar", "zip"):
            return cls(last, None)
        if last in _ENDINGS:
            return cls("tar" if endings[-2:-1] == ["tar"] else None, _ENDINGS[last])
        return cls("tar", "gzip")


class Compress(PostProcessor[Options]):
    """Pack what was built into one compressed file."""

    name = "compress"
    keeps_input = False

    @classmethod
    def writes(cls, options: Mapping[str, Any]) -> tuple[Any, ...]:
        """Return the options that name files that it writes."""
        return (options.get("output"),)

    @classmethod
    def gap(cls, options: Mapping[str, Any]) -> str | None:
        """Return which of these options this version cannot work with."""
        for name in ("archive", "algorithm"):
            if options.get(name):
                return f"the option '{name}', which Packer works out itself: write 'format'"
        output, wanted = options.get("output") or _OUTPUT, options.get("format")
        if isinstance(output, str) and isinstance(wanted, str | None) and Form.of(output, wanted).algorithm == "lz4":
            return "the format lz4: write xz or gz"
        return None

    async def process(self, session: Session, artifact: Artifact) -> Artifact:
        """Write the file, at once or not at all."""
        from runner.post_processors.shared.packing import pack
        from runner.post_processors.shared.threads import stoppable

        names = {"BuildName": session.source.replace("/", "_"), "BuilderType": session.builder}
        output = session.root / _SHORTHAND.sub(lambda match: names[match[1]], self.options.output or _OUTPUT)
        form = Form.of(output.name, self.options.format)
        if form.algorithm == "lz4":  # in a name that only the build knows
            raise Failed(f"{session.shown(output)}: this version cannot write lz4", "write xz or gz")
        files = _named(session, artifact, form)
        level = self.options.compression_level or -1
        session.say(f"Packing {', '.join(files)} as {'.'.join(filter(None, form))} into {session.shown(output)}")
        await stoppable(lambda check: pack(files, output, form, _USUAL if level < 1 else level, check))
        shown = f"compressed artifacts in: {session.shown(output)}"
        return Artifact(self.name, "", (output,), artifact.labels, shown, artifact.made)


def _named(session: Session, artifact: Artifact, form: Form) -> dict[str, Path]:
    """Return the files by the names under which they are packed. Raises ``Failed`` when they cannot be."""
    if not artifact.files:
        raise Failed("what was built has no files to pack", "let docker-save or artifice stand before it")
    if form.archive is None and (len(artifact.files) > 1 or artifact.files[0].is_dir()):
        raise Failed(f"{form.algorithm} packs one file, and not several or a directory", "write a format with tar")
    names = {file.name: file for file in artifact.files}
    if form.archive == "zip" or len(names) < len(artifact.files):
        names = {session.shown(file).lstrip("/"): file for file in artifact.files}
    return names
