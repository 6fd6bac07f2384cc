"""The lookup for passwords that are made once and kept in a file."""

from __future__ import annotations

import os
import random
import re
import secrets
import string
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from runner.expand.filters.crypto import password_hash
from runner.expand.filters.error import FilterError
from runner.expand.filters.kinds import integer, text
from runner.expand.lookups.context import LookupContext
from runner.expand.lookups.terms import parse_term

_USUAL = ("ascii_letters", "digits", ".,:-_")
_NOWHERE = "/dev/null"
_KEPT = re.compile(r"(?P<password>.*?)(?: salt=(?P<salt>\S+))?(?: ident=(?P<ident>\S+))?", re.DOTALL)
_SALTS = {"bcrypt": 22, "blowfish": 22, "md5": 8, "md5_crypt": 8}
_SALT = 16


@dataclass(frozen=True)
class _Kept:
    """What is in a file: the password, and the salt and ident its hash is made with."""

    password: str
    salt: str | None = None
    ident: str | None = None

    def line(self) -> str:
        salt = f" salt={self.salt}" if self.salt else ""
        ident = f" ident={self.ident}" if self.ident else ""
        return f"{self.password}{salt}{ident}\n"


def password(
    terms: list[Any],
    *,
    context: LookupContext,
    length: Any = 20,
    chars: Any = _USUAL,
    encrypt: Any = None,
    ident: Any = None,
    seed: Any = None,
) -> list[str]:
    """Return the password in a file; where there is none, one is made and kept there, readable by its owner only.

    ``/dev/null`` keeps nothing. ``chars`` are the characters it is made of: names from Python's ``string`` module,
    or characters. ``encrypt`` is the kind of hash that is returned instead. The same ``seed`` makes the same password.
    """
    given = {"length": length, "chars": chars, "encrypt": encrypt, "ident": ident, "seed": seed}
    return [_password(*parse_term(term, given), context) for term in terms]


def _password(name: str, options: dict[str, Any], context: LookupContext) -> str:
    if not name:
        raise FilterError(f"the path of a file is wanted; {_NOWHERE} keeps no password")
    path = None if name == _NOWHERE else context.cwd / os.path.expanduser(name)  # noqa: PTH111 - fails for no user
    kept = None if path is None else _read(path)
    hash_type, ident = options["encrypt"], options["ident"]
    if kept is None:
        kept = _complete(_Kept(_made(options)), hash_type, ident)
        kept = kept if path is None else _keep(path, kept)
    if hash_type is None:
        return kept.password
    complete = _complete(kept, hash_type, ident)
    if path is not None and complete != kept:
        _replace(path, complete)
    return password_hash(complete.password, hash_type, complete.salt, ident=complete.ident)


def _complete(kept: _Kept, hash_type: str | None, ident: str | None) -> _Kept:
    """Add what a hash needs to be the same each time."""
    if hash_type is None:
        return kept
    letters = string.ascii_letters + string.digits + "./"
    salt = kept.salt or "".join(secrets.choice(letters) for _ in range(_SALTS.get(hash_type, _SALT)))
    ident = kept.ident or ident or ("2b" if hash_type in ("bcrypt", "blowfish") else None)
    return _Kept(kept.password, salt, ident)


def _made(options: dict[str, Any]) -> str:
    characters = _characters(options["chars"])
    if not characters:
        raise FilterError("chars names no characters")
    seed = options["seed"]
    generator = random.SystemRandom() if seed is None else random.Random(seed)  # noqa: S311 - repeatable on request
    return "".join(generator.choice(characters) for _ in range(integer(options["length"], "length")))


def _characters(chars: Any) -> str:
    """Return the characters that ``chars`` names; in a text, a doubled comma is a comma that a password may have."""
    parts = list(chars) if isinstance(chars, list | tuple) else []
    if isinstance(chars, str):
        comma = [","] if ",," in chars else []
        parts = comma + [part for part in chars.replace(",,", ",").split(",") if part]
    known = {"punctuation": string.punctuation.translate({ord('"'): None, ord("'"): None})}
    named = (
        known.get(part) or (getattr(string, part, part) if part.isidentifier() else part)
        for part in (text(each, "chars as texts") for each in parts)
    )
    return "".join(each if isinstance(each, str) else part for each, part in zip(named, parts, strict=True))


def _read(path: Path) -> _Kept | None:
    try:
        line = path.read_text(encoding="utf-8").rstrip("\n")
    except FileNotFoundError:
        return None
    match = _KEPT.fullmatch(line)
    assert match is not None, "the pattern matches any text"
    return _Kept(match["password"], match["salt"], match["ident"])


def _keep(path: Path, kept: _Kept) -> _Kept:
    """Write a file that is not there yet; when another build was faster, what that has written counts."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = _written(path, kept)
    try:
        os.link(made, path)
    except FileExistsError:
        return _read(path) or kept
    finally:
        made.unlink()
    return kept


def _replace(path: Path, kept: _Kept) -> None:
    _written(path, kept).replace(path)


def _written(path: Path, kept: _Kept) -> Path:
    """Return a new file beside ``path`` that holds a password."""
    made = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
    descriptor = os.open(made, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as stream:
        stream.write(kept.line())
    return made
