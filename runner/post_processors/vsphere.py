"""Upload a virtual machine to vSphere."""

from __future__ import annotations

from runner.sdk import AtMostOne, PostProcessor, SecretStr, options


@options(AtMostOne("datastore", "datastore_cluster"))
class Options:
    """The vCenter server and where the machine goes."""

    host: str
    """Address of the vCenter server."""
    username: str
    """User to log in as."""
    password: SecretStr
    """Password to log in with."""
    datacenter: str
    """Data centre that receives the machine."""
    cluster: str
    """Cluster that receives the machine."""
    insecure: bool = False
    """Accept any certificate of the server."""
    esxi_host: str | None = None
    """Host of the cluster to upload to."""
    datastore: str | None = None
    """Datastore for the machine's disks."""
    datastore_cluster: str | None = None
    """Datastore cluster for the machine's disks."""
    resource_pool: str | None = None
    """Resource pool of the machine."""
    vm_folder: str | None = None
    """Folder of the machine."""
    vm_name: str | None = None
    """Name of the machine; that of its file when left out."""
    vm_network: str | None = None
    """Network of the machine."""
    disk_mode: str = "thick"
    """How disks take their space, such as `thin` or `eagerZeroedThick`."""
    hardware_version: str | None = None
    """Newest version of the virtual hardware that is allowed."""
    overwrite: bool = False
    """Replace a machine of that name."""
    options: list[str] | None = None
    """Further arguments of OVF Tool."""
    max_retries: int = 5
    """How many times an upload that failed is tried again."""


class Vsphere(PostProcessor[Options]):
    """Upload a virtual machine to vSphere with OVF Tool."""

    name = "vsphere"
    keeps_input = False
