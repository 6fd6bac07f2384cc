"""A playbook and its inputs -> the plan."""
