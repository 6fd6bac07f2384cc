"""What the builder and the post-processors of containers have in common."""
