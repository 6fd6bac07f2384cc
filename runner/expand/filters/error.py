"""What a filter, a test or a lookup answers when it cannot do what is asked."""

from __future__ import annotations


class FilterError(ValueError):
    """A filter, test or lookup was given something it cannot work with; the message says what, in a user's words."""
