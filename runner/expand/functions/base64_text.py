"""Base64 as Go reads it."""

from __future__ import annotations

import base64

from runner.expand.functions.error import Refused


def decoded(text: str, argument: str) -> bytes:
    """Decode standard base64 with its padding; line ends in it are skipped. Raises ``Refused``."""
    letters = text.replace("\r", "").replace("\n", "")
    try:
        result = base64.b64decode(letters, validate=True)
    except ValueError:
        raise Refused("it is not valid base64", argument) from None
    if len(base64.b64encode(result)) != len(letters):
        raise Refused("it is not valid base64", argument)
    return result


def utf8(content: bytes, argument: str) -> str:
    """Decode UTF-8. Raises ``Refused``."""
    try:
        return content.decode()
    except UnicodeDecodeError:
        raise Refused("what it decodes to is not valid UTF-8", argument) from None
