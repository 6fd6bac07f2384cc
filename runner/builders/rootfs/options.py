"""What the builder ``rootfs`` accepts."""

from __future__ import annotations

from dataclasses import field
from typing import Annotated, Literal

from runner.builders.shared.group import LocalFile
from runner.sdk import Alias, AtLeastOne, Requires, SecretStr, options


@options(AtLeastOne("from", "suite"), Requires("mirror", "suite"))
class Options:
    """What to start from and which forms the result takes."""

    from_: str | None = field(default=None, metadata={"name": "from"})
    """What to start from: a tar file or a directory of a machine's files, an OCI layout, an archive of one or of
    `docker save`, or an image's reference with its registry, such as `registry.example/debian:12`."""
    suite: str | None = None
    """Release of Debian or Ubuntu to install, such as `bookworm`."""
    mirror: str | None = None
    """Address of the package mirror that `suite` is installed from; that of this computer's own sources of packages if
    they have the release, and the distribution's otherwise."""
    variant: Literal["apt", "buildd", "essential", "minbase", "standard"] = "minbase"
    """How much of the release is installed to begin with."""
    packages: Annotated[list[str] | None, Alias("include")] = None
    """Packages to install with the release."""
    exclude: list[str] | None = None
    """Packages to leave out of the release."""
    components: list[str] = field(default_factory=lambda: ["main"])
    """Sections of the mirror to take packages from."""
    keyring: LocalFile | None = None
    """File of the keys that sign the mirror's packages."""
    architecture: str | None = None
    """Processor architecture as Debian names it, such as `arm64`; this computer's when left out."""
    pull: Literal["always", "missing", "never"] = "missing"
    """When to install `suite` or fetch an image from its registry; `missing` takes what an earlier build has got."""
    login_username: str | None = None
    """User to log in to the registry as."""
    login_password: SecretStr | None = None
    """Password to log in to the registry with."""
    isolation: Literal["auto", "chroot", "namespace"] = "auto"
    """How commands run inside: as root with chroot, or in a user's own namespaces."""
    format: list[Literal["directory", "docker-archive", "oci", "qcow2", "raw", "squashfs", "tar"]] = field(
        default_factory=lambda: ["oci"]
    )
    """Forms of the result, one file or directory each."""
    output: str | None = None
    """Path of the result without its extension; `output-BUILD` when left out. A directory gets none, an OCI layout
    `.oci`, a Docker archive `.tar`, a tar file `.tar` and that of its compression, others their format's name."""
    tags: list[str] | None = None
    """References noted in the container image, such as `example/web:1.2`."""
    compression: Literal["gzip", "none", "xz", "zstd"] = "gzip"
    """Compression of tar files, and of the layers that are made."""
    source_date_epoch: int | None = None
    """The latest time that a file in the result has, in seconds since 1970, so that equal builds give equal images."""
    env: dict[str, str] | None = None
    """Environment of the container: name -> value."""
    entrypoint: list[str] | None = None
    """Program that the container runs."""
    cmd: list[str] | None = None
    """Arguments of the program, or the program itself without `entrypoint`."""
    user: str | None = None
    """User that the program runs as, also `USER:GROUP`."""
    workdir: str | None = None
    """Directory that the program starts in."""
    exposed_ports: list[str] | None = None
    """Ports that the program listens on, such as `80/tcp`."""
    volumes: list[str] | None = None
    """Paths whose content is meant to be kept outside the container."""
    stop_signal: str | None = None
    """Signal that asks the program to end."""
    labels: dict[str, str] | None = None
    """Labels of the image: name -> value."""
    author: str | None = None
    """Author noted in the image."""
    hostname: str | None = None
    """Name of the machine while it is built and in its `/etc/hostname`; left out, it is `localhost` and not noted."""
    root_password: SecretStr | None = None
    """Password of root; that of the base stays when left out."""
    size: str | None = None
    """Size of the disk, such as `4G`; what the files need and a fifth more when left out."""
    filesystem: Literal["btrfs", "ext4", "xfs"] = "ext4"
    """File system of the disk."""
    partition_table: Literal["gpt", "mbr", "none"] = "gpt"
    """Partition table of the disk; `none` puts the file system on the bare disk."""
    bootloader: Literal["extlinux", "grub", "none", "systemd-boot"] = "none"
    """Program that starts the disk's kernel."""
    kernel_arguments: list[str] | None = None
    """Arguments of the kernel, with a boot loader."""
