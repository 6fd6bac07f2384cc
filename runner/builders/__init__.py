"""Where machines and images come from: one file each, a cloud with several shares a folder."""
