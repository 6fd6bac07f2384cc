"""Make a Vagrant box of what was built."""

from __future__ import annotations

from typing import Annotated, Any

from runner.builders.shared.group import LocalFile
from runner.sdk import Maximum, Minimum, PostProcessor, options


@options()
class Options:
    """The box."""

    output: str | None = None
    """File to write; `packer_BUILD_PROVIDER.box` when left out."""
    include: list[LocalFile] | None = None
    """Further files to put into the box."""
    vagrantfile_template: LocalFile | None = None
    """Template of the Vagrantfile in the box."""
    vagrantfile_template_generated: bool = False
    """Accept that the template is not there before the build."""
    compression_level: Annotated[int, Minimum(-1), Maximum(9)] = -1
    """How much time is spent to make the box smaller, from 0 for none to 9."""
    provider_override: str | None = None
    """Vagrant provider that the box is for, in place of the builder's own."""
    architecture: str | None = None
    """Processor architecture noted in the box, such as `amd64`."""
    override: dict[str, Any] | None = None
    """Vagrant provider -> options that are different for it."""


class Vagrant(PostProcessor[Options]):
    """Make a Vagrant box of a virtual machine or an image."""

    name = "vagrant"
    keeps_input = False
