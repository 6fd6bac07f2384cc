"""What is looked up before the builds that use it: one file each."""
