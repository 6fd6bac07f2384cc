"""Read and check: files -> a playbook, with every mistake found on the way."""
