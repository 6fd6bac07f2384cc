"""Groups of options that several plugins of Microsoft Azure take."""
