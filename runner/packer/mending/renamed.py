"""Bring options of older releases up to date: what Packer's builders call otherwise now."""

from __future__ import annotations

from runner.formats.hcl.tree import Attribute, Block, Body, Lit
from runner.packer.coverage import Coverage

_RENAMED = {"ssh_key_path": "ssh_private_key_file", "ssh_wait_timeout": "ssh_timeout"}
"""Options of all builders -> what they are called now."""


def with_present_options(body: Body, coverage: Coverage) -> Body:
    """Return a template whose sources have no option that was renamed."""
    items = tuple(
        _with_present(item, coverage) if isinstance(item, Block) and item.type == "source" else item
        for item in body.items
    )
    return body._replace(items=items)


def _with_present(source: Block, coverage: Coverage) -> Block:
    """Return a source without the options that were renamed in all builders, and without a checksum's type."""
    field = f"source.{'.'.join(source.labels)}"
    kind, given = source.body.get("iso_checksum_type"), source.body.get("iso_checksum")
    sum_ = _checksum(kind, given)
    items: list[Attribute | Block] = []
    for item in source.body.items:
        new = _RENAMED.get(item.name) if isinstance(item, Attribute) else None
        if new is not None and source.body.get(new) is None:
            assert isinstance(item, Attribute)
            coverage.changed(item.place, f"{field}.{item.name}", f"it is called '{new}' now")
            items.append(item._replace(name=new))
        elif sum_ is not None and item is kind:
            coverage.changed(item.place, f"{field}.iso_checksum_type", "it is part of 'iso_checksum' now")
        elif sum_ is not None and item is given:
            items.append(given._replace(value=sum_))
        else:
            items.append(item)
    return source._replace(body=source.body._replace(items=tuple(items)))


def _checksum(kind: Attribute | None, given: Attribute | None) -> Lit | None:
    """Return a checksum with its type; nothing when they do not stand there as texts."""
    match kind, given:
        case Attribute(value=Lit(str(word))), Attribute(value=Lit(str(text)) as value) if word:
            return value._replace(value="none" if word.lower() == "none" else f"{word}:{text}")
    return None
