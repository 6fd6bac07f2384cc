"""Make an image with LXD."""

from __future__ import annotations

from runner.sdk import Builder, options


@options()
class Options:
    """The image to start from and the one to make."""

    image: str
    """Image to start from, such as `images:debian/12`."""
    output_image: str | None = None
    """Alias of the image to make; the container's name when left out."""
    container_name: str | None = None
    """Name of the container; `packer-BUILD` when left out."""
    virtual_machine: bool = False
    """Start a virtual machine in place of a container."""
    profile: str = "default"
    """LXD profile to start with."""
    launch_config: dict[str, str] | None = None
    """Configuration to start with: name -> value."""
    init_sleep: str = "3"
    """Seconds to wait until the container is up."""
    command_wrapper: str | None = None
    """Template for every command on this computer, such as `sudo {{ command }}`."""
    publish_properties: dict[str, str] | None = None
    """Properties of the image: name -> value."""
    publish_remote_name: str | None = None
    """LXD server that receives the image; this computer's when left out."""
    skip_publish: bool = False
    """Do not make an image."""


class Lxd(Builder[Options]):
    """Make an image of a container or virtual machine with LXD."""

    name = "lxd"
