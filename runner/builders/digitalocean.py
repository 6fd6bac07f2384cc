"""Make a snapshot of a DigitalOcean droplet."""

from __future__ import annotations

from runner.builders.shared.communicator import Connection
from runner.builders.shared.digitalocean import DigitalOceanApi
from runner.builders.shared.group import LocalFile
from runner.sdk import AtMostOne, Builder, Duration, options


@options(AtMostOne("user_data", "user_data_file"))
class Options(DigitalOceanApi, Connection):
    """The droplet to start and the snapshot to make."""

    region: str
    """Region to run in, such as `fra1`."""
    size: str
    """Size of the droplet, such as `s-1vcpu-1gb`."""
    image: str
    """Name or number of the image to start from, such as `debian-12-x64`."""
    snapshot_name: str | None = None
    """Name of the snapshot; `packer-TIME` when left out."""
    snapshot_regions: list[str] | None = None
    """Further regions that receive the snapshot."""
    snapshot_tags: list[str] | None = None
    """Tags of the snapshot."""
    snapshot_timeout: Duration = "1h"
    """How long to wait until the snapshot is made."""
    wait_snapshot_transfer: bool = True
    """Wait until all regions have the snapshot."""
    transfer_timeout: Duration = "30m"
    """How long to wait until all regions have the snapshot."""
    state_timeout: Duration = "6m"
    """How long to wait for the droplet."""
    droplet_name: str | None = None
    """Name of the droplet; made up when left out."""
    droplet_agent: bool | None = None
    """Install DigitalOcean's agent, which the web console needs; if the image can when left out."""
    monitoring: bool = False
    """Watch the droplet's load."""
    ipv6: bool = False
    """Give the droplet an IPv6 address."""
    private_networking: bool = False
    """Give the droplet an address inside the region."""
    connect_with_private_ip: bool = False
    """Connect to the address inside the region."""
    vpc_uuid: str | None = None
    """VPC to run in."""
    ssh_key_id: int | None = None
    """Number of a key that the account has, to be put on the droplet."""
    tags: list[str] | None = None
    """Tags of the droplet."""
    user_data: str | None = None
    """Text that the droplet reads at its first start, such as cloud-init's."""
    user_data_file: LocalFile | None = None
    """File with the text that the droplet reads at its first start."""


class DigitalOcean(Builder[Options]):
    """Make a snapshot of a DigitalOcean droplet."""

    name = "digitalocean"
