"""Functions that make UUIDs."""

from __future__ import annotations

import uuid

from runner.expand.functions.declare import function
from runner.expand.functions.error import Refused
from runner.expand.functions.values import text

_NAMESPACES = {
    "dns": uuid.NAMESPACE_DNS, "url": uuid.NAMESPACE_URL, "oid": uuid.NAMESPACE_OID, "x500": uuid.NAMESPACE_X500,
}  # fmt: skip


@function()
def uuidv4() -> str:
    """Return a random UUID; each call gives another one."""
    return str(uuid.uuid4())


@function(text, text)
def uuidv5(namespace: str, name: str) -> str:
    """Return the UUID that ``name`` has in ``namespace``, always the same: ``dns url oid x500`` or a UUID."""
    found = _NAMESPACES.get(namespace)
    if found is None:
        plain = namespace.removeprefix("urn:uuid:").removeprefix("{").removesuffix("}")
        try:
            found = uuid.UUID(plain)
        except ValueError:
            found = None
        if found is None or plain.lower() not in {str(found), found.hex}:
            raise Refused(f"{namespace!r} is neither dns, url, oid, x500 nor a UUID", "namespace")
    return str(uuid.uuid5(found, name))
