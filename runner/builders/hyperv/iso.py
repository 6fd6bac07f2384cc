"""Make a Hyper-V machine from an installation image."""

from __future__ import annotations

from runner.builders.hyperv.shared.machine import Hyperv
from runner.sdk import AtLeastOne, Builder, ExactlyOne, options


@options(ExactlyOne("iso_url", "iso_urls"), AtLeastOne("iso_checksum"))
class Options(Hyperv):
    """The machine and what it is installed from."""

    use_legacy_network_adapter: bool = False
    """Give a machine of generation 1 a network card that can boot from the network."""
    use_fixed_vhd_format: bool = False
    """Make a disk of fixed size in the older format, as Azure asks for."""


class HypervIso(Builder[Options]):
    """Make a Hyper-V machine from an installation image."""

    name = "hyperv-iso"
