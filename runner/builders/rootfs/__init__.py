"""Container images and disks made without a daemon."""
