"""Make a virtual machine of vSphere a template."""

from __future__ import annotations

from runner.sdk import PostProcessor, SecretStr, options


@options()
class Options:
    """The vCenter server and the template."""

    host: str
    """Address of the vCenter server."""
    username: str
    """User to log in as."""
    password: SecretStr
    """Password to log in with."""
    insecure: bool = False
    """Accept any certificate of the server."""
    datacenter: str | None = None
    """Data centre of the machine; not needed when there is only one."""
    template_name: str | None = None
    """Name of the template; that of the machine when left out."""
    folder: str | None = None
    """Folder that receives the template."""
    override: bool = False
    """Replace a template of that name."""
    reregister_vm: bool = True
    """Register the machine anew as a template, which lets it change folders."""
    snapshot_enable: bool = False
    """Make a snapshot first."""
    snapshot_name: str | None = None
    """Name of the snapshot."""
    snapshot_description: str | None = None
    """Description of the snapshot."""


class VsphereTemplate(PostProcessor[Options]):
    """Make a virtual machine of vSphere a template."""

    name = "vsphere-template"
    keeps_input = True
