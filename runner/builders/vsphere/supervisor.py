"""Make an image with a vSphere supervisor cluster."""

from __future__ import annotations

from typing import Literal

from runner.builders.shared.communicator import Connection
from runner.builders.shared.group import LocalFile, group
from runner.sdk import Builder, options


@group()
class ImportImage:
    """An image that is fetched before the machine starts."""

    import_source_url: str | None = None
    """Address of the image to fetch; none is fetched when left out."""
    import_source_ssl_certificate: str | None = None
    """Certificate of the server that has the image."""
    import_target_location_name: str | None = None
    """Content library that receives the image."""
    import_target_image_type: str | None = None
    """Kind of the image: `ovf` or `iso`."""
    import_target_image_name: str | None = None
    """Name of the fetched image."""
    import_request_name: str | None = None
    """Name of the request to fetch the image."""
    watch_import_timeout_sec: int = 600
    """How many seconds to wait until the image is there."""
    keep_import_request: bool = False
    """Keep the request after the build."""
    clean_imported_image: bool = False
    """Delete the fetched image after the build."""


@group()
class PublishImage:
    """How the finished image is published."""

    publish_location_name: str | None = None
    """Content library that receives the image; none is published when left out."""
    publish_image_name: str | None = None
    """Name of the published image."""
    watch_publish_timeout_sec: int = 600
    """How many seconds to wait until the image is published."""


@options()
class Options(ImportImage, PublishImage, Connection):
    """The machine to start and the image to publish."""

    class_name: str
    """Class of the machine, which says how big it is."""
    storage_class: str
    """Storage class of the machine's disks."""
    image_name: str | None = None
    """Image to start from."""
    source_name: str | None = None
    """Name of the machine; made up when left out."""
    kubeconfig_path: str | None = None
    """Path of the kubeconfig file; that of kubectl when left out."""
    supervisor_namespace: str | None = None
    """Namespace of the cluster to work in."""
    bootstrap_provider: Literal["CloudInit", "Sysprep", "vAppConfig"] = "CloudInit"
    """What sets the machine up at its first start."""
    bootstrap_data_file: LocalFile | None = None
    """File with the data for the machine's first start."""
    guest_os_type: str | None = None
    """Operating system, for a machine installed from an ISO image."""
    iso_boot_disk_size: str | None = None
    """Size of the disk, for a machine installed from an ISO image."""
    watch_source_timeout_sec: int = 1800
    """How many seconds to wait until the machine is up."""
    keep_input_artifact: bool = False
    """Keep the machine after the build."""


class VsphereSupervisor(Builder[Options]):
    """Make an image with a vSphere supervisor cluster."""

    name = "vsphere-supervisor"
