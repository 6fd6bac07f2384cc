"""Text <-> documents: YAML, JSON and HCL."""
