"""What there is of images that earlier runs made, and removing it."""

from __future__ import annotations

import asyncio
import hashlib
import json
import os
import sys
import uuid
from collections.abc import Callable, Hashable, Iterable
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from runner import registry
from runner.cli.image_records import Image

if TYPE_CHECKING:
    from runner.sdk import Builder, Part

FAILURES = (OSError, ImportError)
"""What goes wrong beside ``Failed`` when a builder is loaded, a file removed, or an engine asked."""


class Stored(NamedTuple):
    """An image that was made, and who knows how to remove it."""

    image: Image
    builder: type[Builder[Any]] | None
    """Nothing when it is no longer installed."""
    options: dict[str, Any]
    """What the builder was given, by the plan of the run."""
    identity: Hashable
    """What records of one image have in common: a run that finds all done names what an earlier one made."""

    @property
    def shown(self) -> str:
        """What stands for it in a line."""
        return f"{self.image.name} of {self.image.run}"

    @property
    def makes_files(self) -> bool:
        """Whether it is files."""
        return self.builder is not None and self.builder.makes_files(self.options)


class Sight(NamedTuple):
    """What there is of an image."""

    parts: tuple[Part, ...] = ()
    files: tuple[Path, ...] = ()

    @property
    def there(self) -> bool:
        """Whether there is anything."""
        return bool(self.parts or self.files)

    @property
    def users(self) -> list[str]:
        """What uses it now."""
        return [user for part in self.parts for user in part.users]

    def show(self, stored: Stored, does: str) -> None:
        """Write what goes and what stays."""
        for each in (*(part.shown for part in self.parts), *map(str, self.files)):
            sys.stdout.write(f"{does} {each} ({stored.shown})\n")
        for each in (kept for part in self.parts for kept in part.kept):
            sys.stdout.write(f"keep {each}\n")


def stored_of(image: Image) -> Stored:
    """Return an image with its builder, as far as there is one."""
    from runner.sdk import Builder

    entry = registry.find("builders", image.build["builder"])
    plugin = entry.load() if entry is not None else None
    builder = plugin if plugin is not None and issubclass(plugin, Builder) else None
    stored = Stored(image, builder, _options(image), (image.build["builder"], image.id))
    return stored._replace(identity=frozenset(_files(image))) if stored.makes_files else stored


def _options(image: Image) -> dict[str, Any]:
    from runner.store.runs import PLAN

    with suppress(OSError, ValueError, KeyError, TypeError, StopIteration):
        plan = json.loads(image.path.with_name(PLAN).read_text(encoding="utf-8"))
        return next(dict(each["options"]) for each in plan["builds"] if each["name"] == image.name)
    return {}


def _files(image: Image) -> list[tuple[str, str]]:
    return [(each["path"], each["sha256"]) for each in image.build["files"]]


def seen(stored: Stored, made: Iterable[Stored], directory: Path) -> Sight:
    """Return what there is of an image. Files are its own if they are as it made them, and no other image has them.

    Raises ``Failed``.
    """
    from runner.sdk import Failed

    if stored.builder is None:
        raise Failed(f"there is no builder {stored.image.build['builder']}", "install the plugin that made it")
    if not stored.makes_files:
        return Sight(asyncio.run(stored.builder.parts(stored.image.id, stored.options)))
    others = {file for each in made if each.identity != stored.identity for file in _files(each.image)}
    mine = ((directory / path, digest) for path, digest in _files(stored.image) if (path, digest) not in others)
    return Sight(files=tuple(path for path, digest in mine if path.is_file() and _digest(path) == digest))


def _digest(path: Path) -> str:
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def removed(stored: Stored, sight: Sight, made: Iterable[Stored], directory: Path) -> bool:
    """Remove an image, and go on when a part of it cannot be removed; return whether all is gone."""
    from runner.sdk import Failed

    removals: list[tuple[str, Callable[[], None]]] = [
        (each.shown, lambda part=each: _remove_part(stored, part)) for each in sight.parts  # type: ignore[misc]  # bound
    ]
    removals += [(str(each), lambda file=each: _remove_file(file, directory)) for each in sight.files]  # type: ignore[misc]
    well = True
    for shown, remove in removals:
        try:
            remove()
        except (Failed, *FAILURES) as error:
            told("E763", f"{shown} cannot be deleted: {error}", getattr(error, "hint", None))
            well = False
        else:
            sys.stdout.write(f"deleted {shown} ({stored.shown})\n")
    with suppress(Failed, *FAILURES):
        if not seen(stored, made, directory).there:
            _mark(each.image for each in made if each.identity == stored.identity)
    return well


def _remove_part(stored: Stored, part: Part) -> None:
    """Remove a part and its rest; that is noted first, for nobody finds it once the part is gone. Raises ``Failed``."""
    from runner.store import journal as journals

    assert stored.builder is not None
    with closing(journals.Journal(journals.directory(os.environ), str(uuid.uuid4()))) as journal:
        asyncio.run(_collect(stored.builder, part, journal))


async def _collect(builder: type[Builder[Any]], part: Part, journal: Any) -> None:
    from contextlib import ExitStack

    with ExitStack() as notes:
        # `ingot gc` removes the last noted first.
        gone = [notes.enter_context(journal.noted(each)) for each in reversed(part.rest)]
        await _of(builder, part.resource.kind).collect(part.resource)
        for each in part.rest:
            await _of(builder, each.kind).collect(each)
        for taken_back in gone:
            taken_back()


def _of(builder: type[Builder[Any]], kind: str) -> type[Builder[Any]]:
    """Return who removes a kind of thing, which may be another builder of the family."""
    entry = registry.find("builders", kind.partition(".")[0])
    return builder if entry is None else entry.load()  # type: ignore[return-value]  # it is one of builders


def _remove_file(file: Path, directory: Path) -> None:
    """Remove a file, and directories that have become empty by that."""
    file.unlink(missing_ok=True)
    root = directory.resolve()
    for each in file.resolve().parents:
        if each == root or not each.is_relative_to(root):
            break
        try:
            each.rmdir()
        except OSError:  # something else is there
            break


def _mark(images: Iterable[Image]) -> None:
    """Write into the records that images are deleted."""
    from runner.store.runs import write_whole

    now = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    for image in images:
        image.build["deleted"] = now
        write_whole(image.path, json.dumps(image.manifest, indent=2, ensure_ascii=False) + "\n")


def told(code: str, message: str, hint: str | None) -> None:
    """Say what went wrong while something was removed."""
    sys.stderr.write(f"ingot images: error[{code}]: {message}\n")
    if hint:
        sys.stderr.write(f"  = hint: {hint}\n")
