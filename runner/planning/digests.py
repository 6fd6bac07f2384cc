"""Fingerprints: of files, of values, of secrets."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from runner.diagnostics import Diagnostic, Invalid
from runner.model.plan import Open
from runner.text import SourceFile
from runner.text.paths import state_directory


class Digests:
    """Digests of files, each file read once, and of values in which secrets stand as HMACs.

    Libraries are loaded when the first digest is wanted: a check that shows no keys wants none.
    """

    wanted = True
    """Whether anybody looks at them."""

    def __init__(self, secret_values: Iterable[str] = (), key: bytes = b"") -> None:
        self._secrets = sorted((value for value in secret_values if value), key=len, reverse=True)
        self._key = key
        self._files: dict[Path, str] = {}

    def file(self, path: Path) -> str:
        """Return the SHA-256 of a file's content, or of a directory's names, modes and contents.

        Raises ``OSError`` when it cannot be read.
        """
        key = path.resolve()
        if key not in self._files:
            self._files[key] = _of_directory(path) if path.is_dir() else _of_file(path)
        return self._files[key]

    def value(self, *parts: Any) -> str:
        """Return the SHA-256 of plain values; the order of a mapping's keys does not count."""
        import hashlib
        import json

        text = json.dumps(_plain(parts), sort_keys=True, default=str, ensure_ascii=False, separators=(",", ":"))
        for secret in self._secrets:
            text = text.replace(json.dumps(secret, ensure_ascii=False)[1:-1], self.secret(secret))
        return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()

    def secret(self, value: str) -> str:
        """Return the HMAC of a secret under the local key."""
        import hashlib
        import hmac

        return hmac.new(self._key, value.encode(), hashlib.sha256).hexdigest()


def content(files: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return what counts of files in a key: names and digests, wherever the files are and one stands."""
    return sorted((Path(name).name, digest) for name, digest in files.items())


class NoDigests(Digests):
    """In the place of digests where nobody looks at keys."""

    wanted = False

    def file(self, path: Path) -> str:
        """Return nothing, but raise ``OSError`` for a file that is not there."""
        path.stat()
        return ""

    def value(self, *parts: Any) -> str:
        """Return nothing."""
        del parts
        return ""

    def secret(self, value: str) -> str:
        """Return nothing."""
        del value
        return ""


def _plain(value: Any) -> Any:
    if isinstance(value, Open):
        return {"open": value.template}
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list | tuple) else value


def _of_file(path: Path) -> str:
    import hashlib

    if not path.is_file():  # reading a device or a pipe might never end
        raise OSError(errno.EINVAL, "neither a file nor a directory")
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _of_directory(path: Path) -> str:
    import hashlib

    found = hashlib.sha256()
    for each in sorted(path.rglob("*")):
        name = str(each.relative_to(path))
        if each.is_symlink():
            entry = f"link {name} {each.readlink()}"
        elif each.is_file():
            entry = f"file {name} {each.stat().st_mode & 0o7777:o} {_of_file(each)}"
        else:
            entry = f"directory {name}"
        found.update(f"{entry}\n".encode("utf-8", "surrogateescape"))
    return found.hexdigest()


def local_key(environ: Mapping[str, str]) -> bytes:
    """Return the key of this computer under which secrets are fingerprinted; it is made when first needed.

    It lies where state is kept, readable by its owner only. Raises ``Invalid`` when it can be neither read nor made.
    """
    where = state_directory(environ)
    path = where / "key"
    try:
        if not path.exists():
            _make_key(path)
        return path.read_bytes()
    except OSError as error:
        message = f"the key {path}, under which secrets are fingerprinted, cannot be kept: {error.strerror or error}"
        variable = "INGOT_STATE_DIR" if environ.get("INGOT_STATE_DIR") else "XDG_STATE_HOME"
        place = SourceFile(f"${variable}", str(where)).start()
        hint = f"let {variable} name a directory that can be written to"
        raise Invalid(Diagnostic("E001", message, place, hint=hint)) from error


def _make_key(path: Path) -> None:
    import secrets

    path.parent.mkdir(parents=True, exist_ok=True)
    made = path.with_name(f"key.{secrets.token_hex(8)}")
    made.touch(mode=0o600)
    made.write_bytes(secrets.token_bytes(32))
    try:
        os.link(made, path)  # fails, and leaves the other one, when two runs make it at once
    except FileExistsError:
        pass
    finally:
        made.unlink()
