"""What keywords accept, where several accept the same."""

from __future__ import annotations

from typing import Annotated, Any

from runner.sdk.record import Fixed, Part, Pattern

Words = list[str]
BecomeMethod = Annotated[str, Pattern("^(sudo|su|doas|runuser)$", "one of sudo, su, doas and runuser")]
Condition = str | bool | list[Any]
Tasks = list[Annotated[Any, Part("task")]]
Handlers = list[Annotated[Any, Part("handler")]]
Entries = Annotated[dict[str, Any], Fixed()]
"""A mapping whose values, but not itself, may be expressions."""
