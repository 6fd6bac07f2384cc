"""Everything that happens while images are built, as facts; and the bus that tells whoever listens."""
