"""Images that earlier runs made: what an engine has of them, and which containers use them."""

from __future__ import annotations

import json
from urllib.parse import quote, urlencode

from runner.communicators.docker.engine import Engine
from runner.communicators.docker.http import Refused
from runner.sdk import Part, Resource


async def parts(engine: Engine, image: str) -> tuple[Part, ...]:
    """Return an image as the one part that it has; nothing when the engine has none. Raises ``Failed``."""
    try:
        found = await engine.ask("GET", f"/images/{quote(image)}/json")
    except Refused as refused:
        if refused.missing:
            return ()
        raise
    # It goes with its last tag; an engine refuses to remove one of several tags by the id.
    names = [*(found.get("RepoTags") or ()), found["Id"]]
    first, *rest = (Resource("docker.image", name, {"engine": engine.address}) for name in names)
    query = urlencode({"all": 1, "filters": json.dumps({"ancestor": [found["Id"]]})})
    users = [each["Names"][0].removeprefix("/") for each in await engine.ask("GET", f"/containers/json?{query}")]
    shown = ", ".join(names[:-1])
    return (Part(
        f"the image {found['Id']}{f' ({shown})' if shown else ''}", first, tuple(rest),
        users=tuple(f"container {each}" for each in users),
    ),)
