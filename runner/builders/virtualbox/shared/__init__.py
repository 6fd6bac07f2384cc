"""Groups of options that the VirtualBox builders take."""
