"""Builders of Amazon Web Services."""
