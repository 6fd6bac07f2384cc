"""Builders of virtual machines with Proxmox VE."""
