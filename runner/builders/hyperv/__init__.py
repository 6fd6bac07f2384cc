"""Builders of virtual machines with Hyper-V."""
