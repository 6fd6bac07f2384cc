"""What stays on disk: the records of runs, and the journal of what they have made."""
