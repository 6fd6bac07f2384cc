"""Records whose fields are set once."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, TypeVar, dataclass_transform

T = TypeVar("T")


@dataclass_transform(frozen_default=True, field_specifiers=(field,))
def frozen(cls: type[T]) -> type[T]:
    """Make a class a data class whose fields nobody changes: the type checker sees to that.

    A data class that sees to it while the program runs, and has methods of its own to be compared and shown by, takes
    four times as long to define: with a hundred of them that is a tenth of a short build.
    """
    return record(cls)


def record(cls: type[T], *, kw_only: bool = False, slots: bool = True) -> type[T]:
    """Make a class a data class like ``frozen``; ``kw_only`` and ``slots`` as for ``dataclass``."""
    made = dataclass(slots=slots, eq=False, repr=False, kw_only=kw_only)(cls)
    for name, method in _METHODS.items():
        if name not in cls.__dict__:
            setattr(made, name, method)
    return made


def _values(value: Any) -> tuple[Any, ...]:
    return tuple(getattr(value, each.name) for each in fields(value))


def _equal(self: Any, other: object) -> bool:
    return _values(self) == _values(other) if type(self) is type(other) else NotImplemented


def _hashed(self: Any) -> int:
    return hash((type(self), _values(self)))


def _shown(self: Any) -> str:
    given = ", ".join(f"{each.name}={getattr(self, each.name)!r}" for each in fields(self))
    return f"{type(self).__qualname__}({given})"


_METHODS = {"__eq__": _equal, "__hash__": _hashed, "__repr__": _shown}
