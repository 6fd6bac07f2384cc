"""Templates of Packer: to playbooks and back."""
