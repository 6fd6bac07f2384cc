"""Work on what was built: one file each."""
