"""Build machine images from Ansible-style YAML playbooks."""

__version__ = "0.1.0"
