"""Change a Vagrant box."""

from __future__ import annotations

from typing import Literal

from runner.builders.shared.boot import BootCommand
from runner.builders.shared.communicator import Connection
from runner.builders.shared.group import LocalFile
from runner.builders.shared.http import HttpServer
from runner.builders.shared.iso import Iso
from runner.builders.shared.media import Floppy
from runner.sdk import Builder, ExactlyOne, options


@options(ExactlyOne("source_path", "global_id"))
class Options(Connection, HttpServer, Iso, Floppy, BootCommand):
    """The box to start from and what becomes of it."""

    source_path: str | None = None
    """Box to start from: a name in the public catalogue, a path or an address."""
    global_id: str | None = None
    """Identifier of a machine that Vagrant already has, in place of a box."""
    box_name: str | None = None
    """Name under which the box is added to Vagrant."""
    box_version: str | None = None
    """Version of the box."""
    checksum: str | None = None
    """Checksum of the box, as `sha256:HEX`."""
    provider: str | None = None
    """Vagrant provider, such as `virtualbox` or `libvirt`."""
    template: LocalFile | None = None
    """Template of the Vagrantfile; one is made when left out."""
    insert_key: bool = False
    """Let Vagrant put a fresh key on the machine."""
    synced_folder: LocalFile | None = None
    """Directory of this computer that the machine sees."""
    output_dir: str | None = None
    """Directory that receives the box; `output-BUILD` when left out."""
    output_vagrantfile: LocalFile | None = None
    """Vagrantfile to put into the box."""
    package_include: list[LocalFile] | None = None
    """Further files to put into the box."""
    skip_package: bool = False
    """Do not make a box."""
    skip_add: bool = False
    """Take the box as one that Vagrant already has."""
    teardown_method: Literal["destroy", "halt", "suspend"] = "destroy"
    """What becomes of the machine after the build."""
    add_cacert: str | None = None
    """Path of certificates that the box's server is checked with."""
    add_capath: str | None = None
    """Directory of certificates that the box's server is checked with."""
    add_cert: str | None = None
    """Path of the certificate to fetch the box with."""
    add_clean: bool = False
    """Drop a half-finished download of the box."""
    add_force: bool = False
    """Replace a box of that name."""
    add_insecure: bool = False
    """Accept any certificate of the box's server."""


class Vagrant(Builder[Options]):
    """Change a Vagrant box with the help of Vagrant."""

    name = "vagrant"
