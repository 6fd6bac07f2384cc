"""Images that machines start from: fetched once, checked, and kept for the builds that follow."""

from __future__ import annotations

import fcntl
import hashlib
import os
from collections.abc import Mapping
from http.client import HTTPException
from pathlib import Path
from typing import Any

from runner.builders.shared import cache, checksums
from runner.builders.shared.checksums import Checksum
from runner.builders.shared.iso import Iso
from runner.builders.shared.keeping import Keeping
from runner.builders.shared.sources import local_path, name_of, opened, shown
from runner.sdk import Failed, Session
from runner.sdk.threads import held

_LIST = 1 << 22
"""How large a list of checksums may be, in bytes."""
_CD = (32769, b"CD001")
"""Where the volume descriptor of an ISO 9660 image stands, and how it begins."""


def iso_gap(options: Mapping[str, Any]) -> str | None:
    """Return what cannot be done about the image; what only the build will tell is not looked at."""
    text = options.get("iso_checksum")
    try:
        if isinstance(text, str) and checksums.list_of(text) is None:
            checksums.literal(text)
    except Failed as failed:
        return f"{failed}: {failed.hint}"
    urls = [each for each in (options.get("iso_url"), *_list(options.get("iso_urls"))) if isinstance(each, str)]
    if options.get("iso_skip_cache") and any("://" in each and not each.startswith("file:") for each in urls):
        return "iso_skip_cache: true and an image that is no file of this computer"
    return None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


async def fetched(session: Session, options: Iso) -> Path:
    """Return the file that the options name, from the first address that has it. Raises ``Failed``."""
    urls = options.iso_urls or ([options.iso_url] if options.iso_url else [])
    told: list[str] = []
    for url in urls:
        try:
            try:
                return await _fetched(session, options, url)
            except OSError as error:
                raise Failed(f"{shown(url)} cannot be kept: {error}") from error
        except Failed as failed:
            if len(urls) == 1:
                raise
            session.say(f"{failed}")
            told.append(str(failed))
    raise Failed(f"none of iso_urls gives the image: {'; '.join(told)}")


async def check_installer(path: Path) -> None:
    """Raise ``Failed`` when a file is no image of a CD that a machine could be installed from."""
    if not await held(_is_cd, path):
        raise Failed(
            f"{path.name} is no ISO 9660 image",
            "look whether the address leads to the image itself; a disk to start from wants disk_image: true",
        )


def _is_cd(path: Path) -> bool:
    start, mark = _CD
    with path.open("rb") as file:
        file.seek(start)
        return file.read(len(mark)) == mark


async def _fetched(session: Session, options: Iso, url: str) -> Path:
    local = local_path(session.root, url)
    if local is not None and not local.is_file():
        raise Failed(f"there is no file {session.shown(local)}")
    checksum = await _checksum(session, options.iso_checksum or "none", name_of(url))
    if local is not None and options.iso_target_path is None:
        if checksum:
            await held(checksum.check, local)
        return local.absolute()
    place = cache.place(os.environ) / "downloads"
    place.mkdir(parents=True, exist_ok=True)
    if options.iso_target_path is not None:
        target = (session.root / options.iso_target_path).absolute()
        target.parent.mkdir(parents=True, exist_ok=True)
        key = _key(str(target))
    else:
        key = _key(str(checksum or url))
        target = place / f"{key}.{options.iso_target_extension}"
    async with cache.locked(place / f"{key}.lock", fcntl.LOCK_EX):
        await Keeping(session, target, place / f"{key}.json", checksum).get(url, local)
    return target


def _key(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:24]


async def _checksum(session: Session, text: str, name: str) -> Checksum | None:
    where = checksums.list_of(text)
    if where is None:
        return checksums.literal(text)
    local = local_path(session.root, where)
    try:
        data = await held(_small, where) if local is None else await held(local.read_bytes)
    except (OSError, HTTPException) as error:
        raise Failed(f"iso_checksum: {shown(where)} cannot be read: {error}") from error
    return checksums.listed(data.decode("utf-8", "replace").splitlines(), name, shown(where))


def _small(url: str) -> bytes:
    answer = opened(url)
    assert answer is not None
    with answer.stream as stream:
        return stream.read(_LIST)
