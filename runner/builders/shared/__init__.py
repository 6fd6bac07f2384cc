"""Groups of options that several builders take."""
