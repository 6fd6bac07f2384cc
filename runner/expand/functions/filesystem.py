"""Functions of paths and files. Relative paths start at the playbook's directory; only ``abspath`` asks for the cwd."""

from __future__ import annotations

import base64
import hashlib
import posixpath
import re
from pathlib import Path
from typing import Any

from runner.expand.functions import doublestar
from runner.expand.functions.context import Context
from runner.expand.functions.declare import function
from runner.expand.functions.error import FunctionError, Refused
from runner.expand.functions.values import given, kind, normal, text
from runner.text.paths import exists, is_file

_VARIABLE_NAME = re.compile(r"[^\W\d][\w-]*")


def _clean(path: str) -> str:
    """Return ``path`` without ``.``, ``..`` and doubled slashes, as far as that works without looking at the disk."""
    return re.sub(r"^//", "/", posixpath.normpath(path))


def _expanded(path: str, context: Context) -> str:
    """Replace ``~`` at the start by the home directory."""
    if not path.startswith("~"):
        return path
    if path != "~" and not path.startswith("~/"):
        raise Refused("the home directories of other users are not known", "path")
    home = context.environ.get("HOME")
    if not home:
        raise Refused("the environment has no HOME to replace ~ with", "path")
    return _clean(home + path[1:])


def _resolved(path: str, context: Context) -> Path:
    return context.root / _expanded(path, context)


def _content(path: str, context: Context) -> bytes:
    file = _resolved(path, context)
    if not exists(file):
        raise Refused(f"there is no file {str(file)!r}", "path", absent=True)
    if not is_file(file):
        raise Refused(f"{str(file)!r} is no regular file", "path")
    try:
        return file.read_bytes()
    except OSError as error:
        raise Refused(f"{str(file)!r} cannot be read: {error.strerror}", "path") from None


def _text(path: str, context: Context) -> str:
    try:
        return normal(_content(path, context).decode())
    except UnicodeDecodeError:
        raise Refused(
            f"{path!r} is not valid UTF-8; filebase64 reads any file, the likes of filesha256 hash it", "path"
        ) from None


@function(text)
def abspath(path: str, *, context: Context) -> str:
    """Return ``path`` as an absolute one, from the working directory, without ``.`` and ``..``."""
    return _clean(posixpath.join(str(context.cwd.absolute()), path))


@function(text)
def basename(path: str) -> str:
    """Return the last part of ``path``; ``.`` when it is empty."""
    if not path:
        return "."
    return posixpath.basename(path.rstrip("/")) or "/"


@function(text)
def dirname(path: str) -> str:
    """Return ``path`` without its last part; ``.`` when nothing is left."""
    return _clean(path[: path.rfind("/") + 1] or ".")


@function(text)
def file(path: str, *, context: Context) -> str:
    """Return what is in the file at ``path``, which must be UTF-8."""
    return _text(path, context)


@function(text)
def filebase64(path: str, *, context: Context) -> str:
    """Return what is in the file at ``path``, in base64."""
    return base64.b64encode(_content(path, context)).decode()


@function(text)
def filebase64sha256(path: str, *, context: Context) -> str:
    """Return the SHA-256 of the file at ``path`` in base64."""
    return base64.b64encode(hashlib.sha256(_content(path, context)).digest()).decode()


@function(text)
def filebase64sha512(path: str, *, context: Context) -> str:
    """Return the SHA-512 of the file at ``path`` in base64."""
    return base64.b64encode(hashlib.sha512(_content(path, context)).digest()).decode()


@function(text)
def fileexists(path: str, *, context: Context) -> bool:
    """Tell whether there is a file at ``path``; a directory or a device there is an error."""
    found = _resolved(path, context)
    if exists(found) and not is_file(found):
        raise Refused(f"{str(found)!r} is no regular file", "path")
    return is_file(found)


@function(text)
def filemd5(path: str, *, context: Context) -> str:
    """Return the MD5 of the file at ``path`` in hexadecimal. Not for anything that must be secure."""
    return hashlib.md5(_content(path, context), usedforsecurity=False).hexdigest()


@function(text, text)
def fileset(path: str, pattern: str, *, context: Context) -> list[str]:
    """Return the files below the directory ``path`` that match ``pattern``, sorted, relative to ``path``.

    ``*`` and ``?`` do not match a slash, ``**`` is any number of directories; ``[a-z]``, ``[^a-z]`` and ``{x,y}`` work.
    """
    return doublestar.find(_resolved(path, context), pattern)


@function(text)
def filesha1(path: str, *, context: Context) -> str:
    """Return the SHA-1 of the file at ``path`` in hexadecimal. Not for anything that must be secure."""
    return hashlib.sha1(_content(path, context), usedforsecurity=False).hexdigest()


@function(text)
def filesha256(path: str, *, context: Context) -> str:
    """Return the SHA-256 of the file at ``path`` in hexadecimal."""
    return hashlib.sha256(_content(path, context)).hexdigest()


@function(text)
def filesha512(path: str, *, context: Context) -> str:
    """Return the SHA-512 of the file at ``path`` in hexadecimal."""
    return hashlib.sha512(_content(path, context)).hexdigest()


@function(text)
def pathexpand(path: str, *, context: Context) -> str:
    """Return ``path`` with ``~`` at its start replaced by the home directory (``HOME``)."""
    return _expanded(path, context)


@function(text, given)
def templatefile(path: str, vars_: Any, *, context: Context) -> Any:
    """Return the template in the file at ``path``, rendered with the variables of the mapping ``vars``.

    A template cannot call ``templatefile`` again.
    """
    return _render(_text(path, context), vars_, context)


@function(text, given)
def templatestring(template: str, vars_: Any, *, context: Context) -> Any:
    """Return the template ``template``, rendered with the variables of the mapping ``vars``.

    Packer has no such function; this is Terraform's, which does not accept a literal where this one does.
    """
    return _render(template, vars_, context)


def _render(template: str, variables: Any, context: Context) -> Any:
    if not isinstance(variables, dict):
        raise Refused(f"a mapping is required, not {kind(variables)}", "vars")
    for name in variables:
        if not _VARIABLE_NAME.fullmatch(name):
            raise Refused(f"{name!r} is no variable's name, which has letters and digits, and a letter first", "vars")
    return context.render(template, {"templatefile": _no_templatefile, **variables})


def _no_templatefile(*_: Any) -> None:
    raise FunctionError("templatefile", "a template cannot call it")
