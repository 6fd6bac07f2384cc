"""Which names are functions, and how a call of one is told from a variable of the same name."""

from runner.expand import functions

CALLED = "call_of_"
"""What stands before the name of a function where it is called."""
CALLABLE = functions.names() | {"env", "lookup", "now", "q", "query"}
"""The names of all functions."""
LAZY = frozenset({"can", "try"})
"""Functions that decide themselves whether their arguments are evaluated."""
