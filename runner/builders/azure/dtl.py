"""Make an image on a machine of an Azure DevTest lab."""

from __future__ import annotations

from runner.builders.azure.shared.client import AzureClient
from runner.builders.azure.shared.source import AzureMachine, AzureSource, AzureTarget
from runner.builders.shared.communicator import Connection
from runner.sdk import Builder, Duration, ExactlyOne, SecretStr, options


@options()
class GallerySource:
    """The image of a gallery to start from."""

    subscription: str
    """Subscription of the gallery."""
    resource_group: str
    """Resource group of the gallery."""
    gallery_name: str
    """Name of the gallery."""
    image_name: str
    """Name of the image definition."""
    image_version: str | None = None
    """Version of the image; the newest when left out."""


@options()
class GalleryTarget:
    """The gallery that receives the image."""

    resource_group: str
    """Resource group of the gallery."""
    gallery_name: str
    """Name of the gallery."""
    image_name: str
    """Name of the image definition."""
    image_version: str
    """Version to make, such as `1.2.0`."""
    replication_regions: list[str] | None = None
    """Regions that receive copies."""


@options()
class ArtifactParameter:
    """A parameter of an artifact."""

    name: str | None = None
    """Name of the parameter."""
    value: str | None = None
    """Value of the parameter."""
    type: str | None = None
    """Type of the parameter."""


@options()
class DtlArtifact:
    """Something the lab installs on its machines."""

    artifact_name: str | None = None
    """Name of the artifact."""
    artifact_id: str | None = None
    """Identifier of the artifact."""
    repository_name: str | None = None
    """Repository that has the artifact."""
    parameters: list[ArtifactParameter] | None = None
    """Parameters of the artifact."""


@options(ExactlyOne("image_publisher", "image_url", "custom_managed_image_name", "shared_image_gallery"))
class Options(AzureSource, AzureTarget, AzureMachine, AzureClient, Connection):
    """The lab, the machine and the image to make."""

    lab_name: str
    """Name of the lab."""
    lab_resource_group_name: str
    """Resource group of the lab."""
    lab_virtual_network_name: str | None = None
    """Virtual network of the lab."""
    lab_subnet_name: str | None = None
    """Subnet of the lab."""
    shared_image_gallery: GallerySource | None = None
    """Image of a gallery to start from."""
    shared_image_gallery_destination: GalleryTarget | None = None
    """Gallery that receives the image."""
    custom_image_capture_timeout: Duration | None = None
    """How long to wait until the image is made."""
    vm_name: str | None = None
    """Name of the machine; made up when left out."""
    password: SecretStr | None = None
    """Password of the machine's first user."""
    plan_id: str | None = None
    """Marketplace plan of the image to start from."""
    storage_type: str | None = None
    """Kind of storage for the machine, such as `Premium`."""
    dtl_artifacts: list[DtlArtifact] | None = None
    """What the lab installs on the machine."""
    disallow_public_ip: bool = False
    """Give the machine no public address."""
    skip_sysprep: bool = False
    """Keep a Windows machine's users and name in the image."""


class AzureDtl(Builder[Options]):
    """Make an image on a machine of an Azure DevTest lab."""

    name = "azure-dtl"
