"""Make disks of virtual machines with QEMU."""
