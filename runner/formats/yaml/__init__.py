"""YAML: its text, its tree with places, and back."""
