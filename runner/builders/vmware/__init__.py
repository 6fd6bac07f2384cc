"""Builders of virtual machines with VMware Fusion, Player and Workstation."""
