"""Instructions of a Dockerfile that change what an image says of itself."""

from __future__ import annotations

from typing import Annotated

from runner.sdk.record import Pattern

_INSTRUCTIONS = (
    "CMD", "ENTRYPOINT", "ENV", "EXPOSE", "HEALTHCHECK", "LABEL", "ONBUILD", "STOPSIGNAL", "USER", "VOLUME", "WORKDIR",
)
_ANY_CASE = "|".join("".join(f"[{each}{each.lower()}]" for each in word) for word in _INSTRUCTIONS)

Changes = Annotated[
    list[str], Pattern(rf"^\s*({_ANY_CASE})\s", f"an instruction that changes metadata ({', '.join(_INSTRUCTIONS)})")
]
"""What Docker takes with an image that it makes of a container or a tar file."""
