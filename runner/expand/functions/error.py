"""What a function says about arguments it cannot work with."""

from __future__ import annotations


class FunctionError(ValueError):
    """A function has no result for its arguments.

    ``function`` is its name, ``argument`` the name of the argument that is to blame (None when no single one is),
    ``reason`` says why. The message is a sentence made of the three.
    ``absent`` tells that a file is to blame which is not there.
    """

    def __init__(self, function: str, reason: str, argument: str | None = None, *, absent: bool = False) -> None:
        where = f"{function}()" if argument is None else f"{function}(): argument {argument!r}"
        super().__init__(f"{where}: {reason}")
        self.function = function
        self.argument = argument
        self.reason = reason
        self.absent = absent


class Refused(ValueError):  # noqa: N818 - it reads as what it says: the value is refused
    """A value cannot be used; ``declare.function`` makes a ``FunctionError`` of it, which knows where it happened."""

    def __init__(self, reason: str, argument: str | None = None, *, absent: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.argument = argument
        self.absent = absent
