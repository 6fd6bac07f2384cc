"""Groups of options that several post-processors take."""
