"""Builders of virtual machines with VirtualBox."""
