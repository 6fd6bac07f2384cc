"""Templates of Packer become playbooks."""

from runner.packer.importing.template import Imported, to_playbook, to_values

__all__ = ["Imported", "to_playbook", "to_values"]
