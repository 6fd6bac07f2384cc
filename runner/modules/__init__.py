"""What a task can ask for: one file for each module."""
