"""Make an image on an instance of Google Compute Engine."""

from __future__ import annotations

from dataclasses import field
from typing import Literal

from runner.builders.shared.communicator import Connection
from runner.builders.shared.google import GoogleEndpoints, GoogleLogin, ImageAbout
from runner.builders.shared.group import LocalFile, group
from runner.sdk import AtLeastOne, AtMostOne, Builder, Duration, SecretStr, options


@options(AtMostOne("kmsKeyName", "rawKey"))
class EncryptionKey:
    """A key of one's own to encrypt with."""

    kms_key_name: str | None = field(default=None, metadata={"name": "kmsKeyName"})
    """Name of a key in Google's key management."""
    raw_key: SecretStr | None = field(default=None, metadata={"name": "rawKey"})
    """The key itself, in base64."""


@options()
class DiskAttachment:
    """A further disk."""

    volume_size: int
    """Size in gigabytes."""
    volume_type: str
    """Kind of the disk, such as `pd-balanced` or `scratch`."""
    disk_name: str | None = None
    """Name of the disk; made up when left out."""
    device_name: str | None = None
    """Name by which the instance sees the disk."""
    attachment_mode: Literal["READ_ONLY", "READ_WRITE"] = "READ_WRITE"
    """Whether the instance may write."""
    interface_type: Literal["NVME", "SCSI"] | None = None
    """Bus that the disk is attached to."""
    iops: int | None = None
    """Input and output operations a second."""
    source_image: str | None = None
    """Image to make the disk of."""
    source_volume: str | None = None
    """Disk to attach, in place of making one."""
    create_image: bool = False
    """Make the image of this disk, not of the boot disk."""
    keep_device: bool = False
    """Keep the disk after the build."""
    replica_zones: list[str] | None = None
    """Zones that a regional disk is kept in."""
    disk_encryption_key: EncryptionKey | None = None
    """Key to encrypt the disk with."""


@options()
class NodeAffinity:
    """Which hosts of its own an instance runs on."""

    key: str | None = None
    """Label of the hosts."""
    operator: Literal["IN", "NOT_IN"] | None = None
    """Whether the label has to have one of the values or none."""
    values: list[str] | None = None
    """Values of the label."""


@options()
class ReservationAffinity:
    """Which reserved capacity an instance uses."""

    consume_reservation_type: Literal["ANY_RESERVATION", "NO_RESERVATION", "SPECIFIC_RESERVATION"] | None = None
    """Whether reserved capacity is used."""
    key: str | None = None
    """Label of the reservations."""
    values: list[str] | None = None
    """Values of the label."""


@group()
class Tunnel:
    """A way through Google's identity-aware proxy."""

    use_iap: bool = False
    """Connect through the proxy, so that no public address is needed."""
    iap_localhost_port: int | None = None
    """Port of this computer that leads through the proxy; a free one when left out."""
    iap_hashbang: str | None = None
    """First line of the script that starts the proxy's tunnel."""
    iap_ext: str | None = None
    """File name extension of the script that starts the proxy's tunnel."""
    iap_tunnel_launch_wait: int = 30
    """How many seconds to wait until the tunnel is there."""


@group()
class GoogleImage(ImageAbout):
    """The image to make."""

    image_name: str | None = None
    """Name of the image; `packer-TIME` when left out."""
    image_project_id: str | None = None
    """Project that receives the image; that of the build when left out."""
    image_licenses: list[str] | None = None
    """Licences noted in the image."""
    image_encryption_key: EncryptionKey | None = None
    """Key to encrypt the image with."""
    skip_create_image: bool = False
    """Do everything but make the image."""
    deprecate_at: str | None = None
    """When the image becomes deprecated, such as `2027-01-31T00:00:00Z`."""
    obsolete_at: str | None = None
    """When the image becomes obsolete."""
    delete_at: str | None = None
    """When the image is to be deleted."""


@group()
class GoogleNetwork:
    """How the instance is connected."""

    network: str | None = None
    """Network to run in."""
    network_project_id: str | None = None
    """Project of the network."""
    subnetwork: str | None = None
    """Subnetwork to run in."""
    network_ip: str | None = None
    """Address of the instance inside the network."""
    address: str | None = None
    """Public address of the instance."""
    omit_external_ip: bool = False
    """Give the instance no public address."""
    use_internal_ip: bool = False
    """Connect to the address inside the network."""
    tags: list[str] | None = None
    """Network tags of the instance, which firewall rules select by."""


@group()
class GoogleInstance:
    """The instance that the image is made on."""

    instance_name: str | None = None
    """Name of the instance; made up when left out."""
    machine_type: str | None = None
    """Machine type, such as `e2-standard-2`."""
    min_cpu_platform: str | None = None
    """Oldest processor that will do."""
    accelerator_type: str | None = None
    """Full address of the kind of accelerator."""
    accelerator_count: int | None = None
    """Number of accelerators."""
    disk_name: str | None = None
    """Name of the boot disk; the instance's when left out."""
    disk_size: int | None = None
    """Size of the boot disk in gigabytes; the image's when left out."""
    disk_type: str | None = None
    """Kind of the boot disk, such as `pd-ssd`."""
    disk_encryption_key: EncryptionKey | None = None
    """Key to encrypt the boot disk with."""
    disk_attachment: list[DiskAttachment] | None = None
    """Further disks."""
    labels: dict[str, str] | None = None
    """Labels of the instance: name -> value."""
    resource_manager_tags: dict[str, str] | None = None
    """Resource manager tags of the instance: key -> value."""
    metadata: dict[str, str] | None = None
    """Metadata of the instance: name -> value."""
    metadata_files: dict[str, LocalFile] | None = None
    """Metadata of the instance: name -> file with the value."""
    startup_script_file: LocalFile | None = None
    """Script that the instance runs when it starts."""
    wrap_startup_script: bool = True
    """Wait until the start-up script is done."""
    service_account_email: str | None = None
    """Service account of the instance."""
    disable_default_service_account: bool = False
    """Give the instance no service account."""
    scopes: list[str] | None = None
    """What the service account may be used for."""
    preemptible: bool = False
    """Take a cheaper instance that Google may take back."""
    on_host_maintenance: Literal["MIGRATE", "TERMINATE"] | None = None
    """What happens to the instance when its host is serviced."""
    max_run_duration_in_seconds: int | None = None
    """How many seconds the instance may run."""
    instance_termination_action: Literal["DELETE", "STOP"] | None = None
    """What becomes of the instance when its time is up."""
    node_affinity: list[NodeAffinity] | None = None
    """Hosts of its own to run on."""
    reservation_affinity: ReservationAffinity | None = None
    """Reserved capacity to use."""
    enable_nested_virtualization: bool = False
    """Let the instance run virtual machines itself."""
    enable_secure_boot: bool = False
    """Boot signed loaders only."""
    enable_vtpm: bool = False
    """Give the instance a TPM."""
    enable_integrity_monitoring: bool = False
    """Watch what the instance boots with."""


@options(AtLeastOne("source_image", "source_image_family"))
class Options(GoogleImage, GoogleInstance, GoogleNetwork, Tunnel, GoogleLogin, GoogleEndpoints, Connection):
    """The image to start from, the instance and the image to make."""

    project_id: str
    """Project to work in."""
    zone: str
    """Zone to run in, such as `europe-west1-b`."""
    region: str | None = None
    """Region of the subnetwork; that of the zone when left out."""
    source_image: str | None = None
    """Image to start from."""
    source_image_family: str | None = None
    """Family whose newest image to start from."""
    source_image_project_id: list[str] | None = None
    """Projects to look for the image in."""
    state_timeout: Duration = "5m"
    """How long to wait for the instance and for the image."""
    windows_password_timeout: Duration = "3m"  # noqa: S105 - not a password
    """How long to wait for the password of a Windows instance."""
    use_os_login: bool = False
    """Log in by OS Login in place of keys in the metadata."""
    oslogin_ssh_username: str | None = None
    """User to log in as by OS Login."""
    oslogin_ssh_key_expire_after: Duration | None = None
    """How long the key for OS Login holds."""
    wait_to_add_ssh_keys: Duration | None = None
    """How long to wait before the key is put on the instance."""


class GoogleCompute(Builder[Options]):
    """Make an image on an instance of Google Compute Engine."""

    name = "googlecompute"
