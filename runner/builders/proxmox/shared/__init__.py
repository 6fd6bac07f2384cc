"""Groups of options that the Proxmox builders take."""
