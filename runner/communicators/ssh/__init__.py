"""Reach a machine with SSH."""
