"""JSON: its text and its tree with places."""
