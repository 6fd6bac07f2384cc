"""Builders of virtual machines with VMware vSphere."""
