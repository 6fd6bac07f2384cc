"""Playbooks become templates of Packer."""

from runner.packer.exporting.template import Exported, to_template

__all__ = ["Exported", "to_template"]
