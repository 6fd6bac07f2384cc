"""What builds of several kinds do on Amazon Web Services, each thing in a file."""
