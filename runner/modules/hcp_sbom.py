"""The ``hcp_sbom`` module."""

from __future__ import annotations

from runner.modules.shared import Elevated
from runner.sdk import ExactlyOne, Module, options


@options(ExactlyOne("source", "auto_generate"))
class Options(Elevated):
    """What ``hcp_sbom`` accepts."""

    source: str | None = None
    """File on the machine, in CycloneDX or SPDX form."""
    auto_generate: bool | None = None
    """Make one by looking through the machine."""
    destination: str | None = None
    """File or directory on this computer that gets a copy."""
    sbom_name: str | None = None
    """Name by which it is kept."""
    scan_path: str | None = None
    """Directory on the machine to look through."""
    scanner_args: list[str] | None = None
    """More arguments for the scanner, one entry each."""
    scanner_url: str | None = None
    """Where the scanner comes from."""
    scanner_checksum: str | None = None
    """Checksum that the scanner must have."""
    execute_command: str | None = None
    """Command that starts the scanner."""


class HcpSbom(Module[Options]):
    """Bring the machine's bill of materials to this computer, or make one first."""

    name = "hcp_sbom"
    aliases = ("hcp-sbom",)
