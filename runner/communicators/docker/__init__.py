"""Reach a container by the API of its engine."""
