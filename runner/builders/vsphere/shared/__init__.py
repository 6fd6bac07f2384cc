"""Groups of options that the vSphere builders take."""
