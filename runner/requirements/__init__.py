"""Roles from elsewhere: found, fetched, and pinned in a lock file."""
