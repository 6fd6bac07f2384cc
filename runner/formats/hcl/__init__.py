"""HCL2: its text, its tree, and back."""
