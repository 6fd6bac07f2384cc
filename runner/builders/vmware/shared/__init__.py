"""Groups of options that the VMware builders take."""
