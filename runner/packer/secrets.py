"""Secrets in a template: where they stand, and how to leave them out."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from runner.formats.hcl.tree import Attr, Attribute, Block, Body, Expression, Lit, Ref
from runner.packer.catalogue import ComponentKind, Options, options
from runner.text import NOTHING, Span

_NAMES = re.compile(
    r"(?:^|_|-)(?:pass(?:word|wd|phrase)?|secret|token|api_?key|access_?key|secret_?key|private_?key|credentials)$",
    re.IGNORECASE,
)
_VALUES = re.compile(r"^AKIA[0-9A-Z]{16}$|-----BEGIN [A-Z ]*PRIVATE KEY-----|^gh[pousr]_[A-Za-z0-9]{36}$|^xox[abp]-")
"""Values that are secrets whatever they are called: keys of AWS, private keys, tokens of GitHub and Slack."""
_KINDS: dict[str, ComponentKind] = {"source": "builder", "data": "data source"}


class Secret(NamedTuple):
    """A secret in a template."""

    place: Span
    field: str


def found_in(body: Body) -> tuple[Secret, ...]:
    """Return the secrets that stand in a template: defaults of variables, options of sources and data sources."""
    return tuple(secret for _, secret in _marked(body))


def without_secrets(body: Body) -> Body:
    """Return a template in which secrets are sensitive variables without a value."""
    marked = dict(_marked(body))
    added: list[Block] = []

    def clean(item: Attribute | Block, prefix: str) -> Attribute | Block:
        if isinstance(item, Block):
            inner = tuple(clean(each, prefix) for each in item.body.items)
            return item._replace(body=item.body._replace(items=inner))
        if id(item) not in marked:
            return item
        name = re.sub(r"\W", "_", f"{prefix}_{item.name}")
        added.append(_variable(name, item.place))
        return item._replace(value=Attr(Ref("var", item.place), name, item.place))

    items: list[Attribute | Block] = []
    for item in body.items:
        if isinstance(item, Block) and item.type == "variable":
            default = item.body.get("default")
            items.append(_emptied(item) if default is not None and id(default) in marked else item)
        else:
            items.append(clean(item, item.labels[-1] if isinstance(item, Block) and item.labels else ""))
    return body._replace(items=(*added, *items))


def _emptied(block: Block) -> Block:
    """Return a variable without its default, from which its type may have followed, and sensitive."""
    kept = tuple(
        item for item in block.body.items if isinstance(item, Block) or item.name not in ("default", "sensitive")
    )
    kind = () if block.body.get("type") else (Attribute("type", Ref("string", block.place), block.place),)
    sensitive = Attribute("sensitive", Lit(value=True, place=block.place), block.place)
    return block._replace(body=block.body._replace(items=(*kind, *kept, sensitive)))


def _variable(name: str, place: Span) -> Block:
    return _emptied(Block("variable", (name,), Body((), place), place))


def _marked(body: Body) -> Iterator[tuple[int, Secret]]:
    """Yield the attributes that hold secrets, by their identity."""
    for block in body.blocks("variable"):
        default = block.body.get("default")
        if default is not None and _is_secret(default.value, named=bool(_NAMES.search(block.labels[0]))):
            yield id(default), Secret(default.place, f"variable.{block.labels[0]}")
    for block in body.blocks("source", "data"):
        known = options(_KINDS[block.type], block.labels[0]) or NOTHING
        yield from _in_options(block.body, known, f"{block.type}.{'.'.join(block.labels)}")


def _in_options(body: Body, known: Options, field: str) -> Iterator[tuple[int, Secret]]:
    for item in body.items:
        if isinstance(item, Block):
            inner = known.get(item.type)
            yield from _in_options(item.body, inner.options if inner else NOTHING, f"{field}.{item.type}")
            continue
        option = known.get(item.name)
        if _is_secret(item.value, named=bool(option and option.secret)):
            yield id(item), Secret(item.place, f"{field}.{item.name}")


def _is_secret(value: Expression, *, named: bool) -> bool:
    if not isinstance(value, Lit) or not isinstance(value.value, str) or not value.value:
        return False
    return named or bool(_VALUES.search(value.value))
