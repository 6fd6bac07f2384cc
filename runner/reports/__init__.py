"""What people and programs see of a run: subscribers of events, and texts made of records."""
