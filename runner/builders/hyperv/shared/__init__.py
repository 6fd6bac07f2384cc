"""Groups of options that the Hyper-V builders take."""
