"""Make an image on an OpenStack server."""

from __future__ import annotations

from typing import Annotated, Literal

from runner.builders.shared.communicator import Connection
from runner.builders.shared.group import LocalFile, group
from runner.sdk import AtMostOne, Builder, Deprecated, ExactlyOne, SecretStr, options


@group()
class OpenStackLogin:
    """Whose account is used; the environment is asked when left out."""

    cloud: str | None = None
    """Entry of `clouds.yaml` to use."""
    identity_endpoint: str | None = None
    """Address of the identity service."""
    username: str | None = None
    """User to log in as."""
    user_id: str | None = None
    """Identifier of the user to log in as."""
    password: SecretStr | None = None
    """Password to log in with."""
    token: SecretStr | None = None
    """Token to log in with."""
    tenant_id: str | None = None
    """Identifier of the project to work in."""
    tenant_name: str | None = None
    """Name of the project to work in."""
    domain_id: str | None = None
    """Identifier of the user's domain."""
    domain_name: str | None = None
    """Name of the user's domain."""
    application_credential_id: str | None = None
    """Identifier of the application credential to log in with."""
    application_credential_name: str | None = None
    """Name of the application credential to log in with."""
    application_credential_secret: SecretStr | None = None
    """Secret of the application credential."""
    region: str | None = None
    """Region to work in."""
    endpoint_type: Literal["admin", "adminURL", "internal", "internalURL", "public", "publicURL"] | None = None
    """Which addresses of the services to use."""
    insecure: bool = False
    """Accept any certificate of the services."""
    cacert: str | None = None
    """Path of certificates that the services are checked with."""
    cert: str | None = None
    """Path of the certificate to show to the services."""
    key: str | None = None
    """Path of the certificate's private key."""


@options()
class ImageProperties:
    """Properties of an image."""

    name: str | None = None
    """Name."""
    owner: str | None = None
    """Project that owns the image."""
    tags: list[str] | None = None
    """Tags."""
    visibility: str | None = None
    """Who sees the image."""
    properties: dict[str, str] | None = None
    """Further properties: name -> value."""


@options()
class ImageFilter:
    """Properties that select an image."""

    filters: ImageProperties | None = None
    """Properties that the image has."""
    most_recent: bool = False
    """Take the newest when several match; otherwise several are an error."""


@group()
class OpenStackImage:
    """The image to make."""

    image_name: str
    """Name of the image."""
    image_visibility: Literal["community", "private", "public", "shared"] | None = None
    """Who sees the image."""
    image_members: list[str] | None = None
    """Projects that may use the image."""
    image_auto_accept_members: bool = False
    """Accept the image in the name of these projects."""
    image_disk_format: str | None = None
    """Format of the image made of a volume, such as `qcow2`."""
    image_tags: list[str] | None = None
    """Tags of the image."""
    image_min_disk: int | None = None
    """Smallest disk in gigabytes that the image fits on."""
    metadata: dict[str, str] | None = None
    """Properties of the image: name -> value."""
    skip_create_image: bool = False
    """Do everything but make the image."""
    image_creation_wait: int | None = None
    """How many seconds to wait before asking again whether the image is made."""


@group()
class OpenStackNetwork:
    """How the server is reached."""

    networks: list[str] | None = None
    """Networks to connect to, by identifier."""
    ports: list[str] | None = None
    """Ports to use, by identifier."""
    network_discovery_cidrs: list[str] | None = None
    """Address ranges by which the network is found."""
    security_groups: list[str] | None = None
    """Security groups of the server."""
    floating_ip: str | None = None
    """Floating address to use, by identifier."""
    floating_ip_network: str | None = None
    """Network that gives a floating address."""
    instance_floating_ip_net: str | None = None
    """Network of the server that the floating address leads to."""
    reuse_ips: bool = False
    """Use a free floating address of the project."""
    floating_ip_pool: Annotated[str | None, Deprecated("write floating_ip_network")] = None
    """The older name of `floating_ip_network`."""
    use_floating_ip: Annotated[bool | None, Deprecated("write floating_ip_network")] = None
    """Whether the server gets a floating address."""
    rackconnect_wait: bool = False
    """Wait until Rackspace has set the server's network up."""
    openstack_provider: Annotated[str | None, Deprecated("leave it out")] = None
    """Kind of cloud, from earlier versions of Packer."""
    ssh_interface: str | None = None
    """Network card whose address to connect to, or `public` or `private`."""
    ssh_ip_version: Literal["4", "6", 4, 6] | None = None
    """Version of the address to connect to."""


@group()
class OpenStackVolume:
    """A volume that the server boots from."""

    use_blockstorage_volume: bool = False
    """Boot from a volume."""
    volume_name: str | None = None
    """Name of the volume."""
    volume_type: str | None = None
    """Kind of the volume."""
    volume_size: int | None = None
    """Size of the volume in gigabytes; the image's when left out."""
    volume_availability_zone: str | None = None
    """Zone of the volume."""


@options(
    ExactlyOne("source_image", "source_image_name", "source_image_filter", "external_source_image_url"),
    AtMostOne("user_data", "user_data_file"),
)
class Options(OpenStackImage, OpenStackNetwork, OpenStackVolume, OpenStackLogin, Connection):
    """The image to start from, the server and the image to make."""

    flavor: str
    """Name or identifier of the server's size."""
    source_image: str | None = None
    """Identifier of the image to start from."""
    source_image_name: str | None = None
    """Name of the image to start from."""
    source_image_filter: ImageFilter | None = None
    """Properties that select the image to start from."""
    external_source_image_url: str | None = None
    """Address of an image that is fetched first."""
    external_source_image_format: str = "qcow2"
    """Format of the image that is fetched."""
    external_source_image_properties: dict[str, str] | None = None
    """Properties of the image that is fetched: name -> value."""
    availability_zone: str | None = None
    """Zone to run in."""
    instance_name: str | None = None
    """Name of the server; that of the image when left out."""
    instance_metadata: dict[str, str] | None = None
    """Metadata of the server: name -> value."""
    config_drive: bool = False
    """Give the server its metadata on a drive."""
    user_data: str | None = None
    """Text that the server reads at its first start, such as cloud-init's."""
    user_data_file: LocalFile | None = None
    """File with the text that the server reads at its first start."""
    force_delete: bool = False
    """Delete the server even if it would be kept for a while."""


class OpenStack(Builder[Options]):
    """Make an image on an OpenStack server."""

    name = "openstack"
