"""Groups of options that several plugins of Amazon Web Services take."""
