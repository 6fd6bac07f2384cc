"""Make a Vagrant box of what was built."""

from __future__ import annotations

import json
import re
import tempfile
from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from runner.builders.shared.group import LocalFile
from runner.sdk import Artifact, Failed, Maximum, Minimum, PostProcessor, Session, options

if TYPE_CHECKING:
    from runner.post_processors.shared.boxes import Contents

_FIELD = re.compile(r"\{\{-?\s*(.*?)\s*-?\}\}")
_OUTPUT = "packer_{{.BuildName}}_{{.Provider}}.box"
_OWN = ("metadata.json", "Vagrantfile")
_USUAL = 6
"""How much time is spent to make a box smaller when nobody says."""


@options()
class Different:
    """What is different for one provider."""

    output: str | None = None
    """File to write."""
    include: list[LocalFile] | None = None
    """Further files to put into the box."""
    vagrantfile_template: LocalFile | None = None
    """Template of the Vagrantfile in the box."""
    vagrantfile_template_generated: bool | None = None
    """Packer's leave for a template that is not there before the build."""
    compression_level: Annotated[int | None, Minimum(-1), Maximum(9)] = None
    """How much time is spent to make the box smaller, from 0 for none to 9."""
    architecture: str | None = None
    """Processor architecture noted in the box."""


@options()
class Options:
    """The box."""

    output: str = _OUTPUT
    """File to write; `{{.BuildName}}`, `{{.Provider}}` and `{{.ArtifactId}}` stand for the build, the provider and
    what was built."""
    include: list[LocalFile] | None = None
    """Further files and directories to put into the box."""
    vagrantfile_template: LocalFile | None = None
    """Template of the Vagrantfile in the box, with the fields of `output`, `{{build_name}}` and `{{build_type}}`; it
    stands after what the provider needs."""
    vagrantfile_template_generated: bool = False
    """Packer's leave for a template that is not there before the build. It is not needed: that a file is not there yet
    is only a warning."""
    compression_level: Annotated[int, Minimum(-1), Maximum(9)] = -1
    """How much time is spent to make the box smaller, from 0 for none to 9."""
    provider_override: str | None = None
    """Vagrant provider that the box is for, in place of the builder's own: `aws`, `docker`, `libvirt`, `virtualbox` or
    `vmware`."""
    architecture: str | None = None
    """Processor architecture noted in the box, such as `amd64`."""
    override: dict[str, Different] | None = None
    """Vagrant provider -> options that are different for it."""


class Vagrant(PostProcessor[Options]):
    """Make a Vagrant box of a virtual machine or an image."""

    name = "vagrant"
    keeps_input = False

    @classmethod
    def gap(cls, options: Mapping[str, Any]) -> str | None:
        """Return which provider it is that this version makes no boxes for."""
        from runner.post_processors.shared.boxes import PROVIDERS

        named = [options.get("provider_override"), *(options.get("override") or ())]
        unknown = [each for each in named if isinstance(each, str) and "{{" not in each and each not in PROVIDERS]
        return f"boxes for {unknown[0]}; there are those for {', '.join(PROVIDERS)}" if unknown else None

    async def process(self, session: Session, artifact: Artifact) -> Artifact:
        """Write the box, at once or not at all."""
        from runner.post_processors.compress import Form
        from runner.post_processors.shared.boxes import PROVIDERS, provider_of
        from runner.post_processors.shared.packing import pack
        from runner.post_processors.shared.threads import stoppable

        provider = self.options.provider_override or provider_of(artifact)
        if provider not in PROVIDERS:
            raise Failed(f"there are no boxes for {provider}", f"there are those for {', '.join(PROVIDERS)}")
        wanted = _with(self.options, (self.options.override or {}).get(provider))
        name = session.source.replace("/", "_")
        known = {
            ".BuildName": name, ".Provider": provider, ".ArtifactId": artifact.id,
            "build_name": name, "build_type": session.builder,
        }
        output = session.root / _filled(wanted.output, known, "output")
        template, level = _template(session, wanted, known), wanted.compression_level
        form = Form("tar", "gzip" if level else None)

        def write(check: Callable[[], None]) -> Contents:
            with tempfile.TemporaryDirectory(prefix="ingot-box-", dir=_made(output.parent)) as work:
                contents = PROVIDERS[provider](artifact, Path(work))
                files = _files(session, contents, wanted, template, Path(work))
                pack(files, output, form, level if level > 0 else _USUAL, check)
                return contents

        session.say(f"Making a Vagrant box for {provider}: {session.shown(output)}")
        contents = await stoppable(write)
        labels = {**artifact.labels, "Provider": provider}
        description = f"Vagrant box for {provider}: {session.shown(output)}"
        # A box that only names what was built has its identifier, by which that stays.
        found = artifact.id if contents.refers else provider
        return Artifact(self.name, found, (output,), labels, description, artifact.made)


def _with(wanted: Options, different: Different | None) -> Options:
    """Return the options for one provider."""
    if different is None:
        return wanted
    given = {each.name: getattr(different, each.name) for each in fields(different)}
    return replace(wanted, **{name: value for name, value in given.items() if value is not None})


def _template(session: Session, wanted: Options, known: Mapping[str, str]) -> str:
    """Return what the user wants in the Vagrantfile. Raises ``Failed`` and ``OSError``."""
    name = wanted.vagrantfile_template
    if name is None:
        return ""
    try:
        text = (session.root / name).read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        raise Failed(f"{name} is no text in UTF-8") from error
    return f"\n# What the box itself sets, from {Path(name).name}\n{_filled(text, known, name)}"


def _filled(text: str, known: Mapping[str, str], where: str) -> str:
    """Return a text with Go's fields and functions filled in. Raises ``Failed`` for those that are not known."""
    for match in _FIELD.finditer(text):
        if match[1] not in known:
            these = ", ".join(f"{{{{{each}}}}}" for each in known)
            raise Failed(f"{where}: {match[0]} is not known here", f"these are: {these}")
    return _FIELD.sub(lambda match: known[match[1]], text)


def _files(session: Session, contents: Contents, wanted: Options, template: str, work: Path) -> dict[str, Path]:
    """Return the files of a box by their names there; its own are written. Raises ``Failed`` and ``OSError``."""
    metadata = dict(contents.metadata)
    if wanted.architecture is not None:
        metadata["architecture"] = wanted.architecture
    texts = (json.dumps(metadata, indent=2) + "\n", contents.vagrantfile + template)
    files: dict[str, Path] = {}
    for name, text in zip(_OWN, texts, strict=True):
        (work / f"box-{name}").write_text(text, encoding="utf-8")
        files[name] = work / f"box-{name}"
    files |= contents.files
    for each in wanted.include or ():
        path = session.root / each
        if not path.exists():
            raise Failed(f"there is no file {each!r} to put into the box")
        if path.name in files:
            raise Failed(f"the box has a file {path.name} already, beside {each!r}")
        files[path.name] = path
    return files


def _made(directory: Path) -> Path:
    directory.mkdir(parents=True, exist_ok=True)
    return directory
