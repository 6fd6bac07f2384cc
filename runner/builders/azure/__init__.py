"""Builders of Microsoft Azure."""
