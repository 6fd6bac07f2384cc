"""YAML texts as values, by the rules of HCL's ``yamldecode``.

Three of its oddities are left out: block scalars (``|`` and ``>``) are always strings here, ``%YAML 1.2`` is accepted,
and an anchor may name a key.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

from runner.expand.functions.base64_text import decoded
from runner.expand.functions.error import Refused
from runner.expand.functions.instant import Instant, days, days_in
from runner.expand.functions.values import normal, number_text, tidy

_CORE = "tag:yaml.org,2002:"
_NULLS = {"", "~", "null", "Null", "NULL"}
_TRUE = "y Y yes Yes YES true True TRUE on On ON".split()  # noqa: SIM905 - reads better as words
_FALSE = "n N no No NO false False FALSE off Off OFF".split()  # noqa: SIM905 - reads better as words
_BOOLEANS = dict.fromkeys(_TRUE, True) | dict.fromkeys(_FALSE, False)
_DECIMAL = re.compile(r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d{1,4})?", re.ASCII)
_BASED = re.compile(r"0x[0-9a-fA-F]+|0o[0-7]+|[-+]?0b[01]+")
_INFINITY = re.compile(r"[-+]?\.(?:inf|Inf|INF)")
_TIME = re.compile(
    r"(\d{4})-(\d\d?)-(\d\d?)(?:([Tt ])(\d\d?):(\d\d?):(\d\d?)(?:[.,]\d+)?(Z|[-+]\d\d:\d\d)?)?", re.ASCII
)


def read(source: str) -> Any:
    """Return the value of the only document in ``source``. Raises ``Refused``."""
    import yaml

    loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)  # libyaml's own parser where PyYAML has it
    try:
        return _Reader(yaml.parse(source, Loader=loader)).document()
    except yaml.YAMLError as error:
        raise Refused(f"it is no valid YAML: {' '.join(str(error).split())}", "src") from None
    except UnicodeError:
        raise Refused("it has a character that no text may contain", "src") from None
    except RecursionError:
        raise Refused("it is nested too deeply", "src") from None
    except Refused as refused:
        raise Refused(refused.reason, "src") from None


class _Reader:
    """Makes a value of the parser's events."""

    def __init__(self, events: Iterator[Any]) -> None:
        self.events = events
        self.anchors: dict[str, Any] = {}
        self.open: set[str] = set()

    def document(self) -> Any:
        next(self.events)
        if type(next(self.events)).__name__ == "StreamEndEvent":
            raise Refused("there is no value in it")
        value = self.node(next(self.events))
        next(self.events)
        if type(next(self.events)).__name__ != "StreamEndEvent":
            raise Refused("it has more than one document")
        return value

    def node(self, event: Any) -> Any:
        what = type(event).__name__
        if what == "AliasEvent":
            if event.anchor in self.open:
                raise Refused(f"the anchor {event.anchor!r} is used inside of what it names")
            if event.anchor not in self.anchors:
                raise Refused(f"there is no anchor {event.anchor!r} before its use")
            return self.anchors[event.anchor]
        if event.anchor:
            self.open.add(event.anchor)
        if what == "ScalarEvent":
            value = scalar(event.value, event.tag, plain=not event.style)
        else:
            wanted = "seq" if what == "SequenceStartEvent" else "map"
            if event.tag not in (None, _CORE + wanted):
                raise Refused(f"the tag {event.tag} does not suit a {'list' if wanted == 'seq' else 'mapping'}")
            value = self.sequence() if wanted == "seq" else self.mapping()
        if event.anchor:
            self.open.discard(event.anchor)
            self.anchors[event.anchor] = value
        return value

    def sequence(self) -> list[Any]:
        values = []
        while type(event := next(self.events)).__name__ != "SequenceEndEvent":
            values.append(self.node(event))
        return values

    def mapping(self) -> dict[str, Any]:
        entries: dict[str, Any] = {}
        while type(event := next(self.events)).__name__ != "MappingEndEvent":
            merging = type(event).__name__ == "ScalarEvent" and event.value == "<<" and event.tag is None
            key = self.node(event)
            value = self.node(next(self.events))
            if not merging:
                entries[_key(key)] = value
            elif isinstance(value, dict):
                entries |= value
            else:
                raise Refused("<< must be followed by one mapping")
        return dict(sorted(entries.items()))


def _key(key: Any) -> str:
    if isinstance(key, bool):
        return "true" if key else "false"
    if isinstance(key, int | float):
        return number_text(key)
    if isinstance(key, str):
        return key
    raise Refused("a key must not be null" if key is None else "a key must not be a list or a mapping")


def scalar(text: str, tag: str | None, *, plain: bool) -> Any:
    """Return the value of a scalar: its text unless it is ``plain`` (without quotes) or has a ``tag``."""
    text = normal(text)
    name = None if tag is None else tag.removeprefix(_CORE)
    if name == "str" or (name is None and not plain):
        return text
    if name is None:
        return _first(text, _null, _boolean, _number, _time)
    if name == "binary":
        decoded(text, "src")
        return text
    if name not in {"int", "float", "bool", "null", "timestamp"}:
        raise Refused(f"the tag {tag} has no meaning here")
    if name == "null":
        value = _first(text, _null, _boolean, _number)
        return None if isinstance(value, str) else value if plain else text
    value = _first(text, _null, _boolean, _tagged_number, *([_time] if name == "timestamp" else []))
    is_time = name == "timestamp" and _time(text) is not None
    if isinstance(value, str) and not is_time:
        raise Refused(f"{text!r} does not suit the tag {tag}")
    return value if plain else text


_NOTHING = object()


def _first(text: str, *readings: Callable[[str], Any]) -> Any:
    """Return what the first reading makes of ``text``, or ``text`` itself when none of them knows it."""
    for reading in readings:
        value = reading(text)
        if value is not None:
            return None if value is _NOTHING else value
    return text


def _null(text: str) -> Any:
    return _NOTHING if text in _NULLS else None


def _boolean(text: str) -> bool | None:
    return _BOOLEANS.get(text)


def _number(text: str) -> float | None:
    if text in {".nan", ".NaN", ".NAN"}:
        raise Refused("a value that is not a number (.nan) is not supported")
    if _INFINITY.fullmatch(text):
        return float(text.replace(".", ""))
    if _DECIMAL.fullmatch(text):
        return tidy(Decimal(text))
    return int(text, 0) if _BASED.fullmatch(text) and "b" not in text[:3] else None


def _tagged_number(text: str) -> float | None:
    """Read a number as YAML 1.1 has it: with underscores, also binary."""
    bare = text.replace("_", "")
    return int(bare, 0) if _BASED.fullmatch(bare) else _number(bare)


def _time(text: str) -> str | None:
    """Read a date, or a date and time: with ``T`` and a zone, or with a space and none."""
    match = _TIME.fullmatch(text)
    if match is None or (match[4] is not None and (match[4] == " ") != (match[8] is None)):
        return None
    year, month, day, hour, minute, second = (int(match[n] or 0) for n in (1, 2, 3, 5, 6, 7))
    if not (1 <= month <= 12 and 1 <= day <= days_in(year, month)):  # noqa: PLR2004 - months
        return None
    zone = match[8] or "Z"
    hours, minutes = (0, 0) if zone == "Z" else (int(zone[1:3]), int(zone[4:]))
    if max(hour, hours) > 23 or max(minute, second, minutes) > 59:  # noqa: PLR2004 - hours, minutes, seconds
        return None
    offset = (hours * 3600 + minutes * 60) * (-1 if zone[0] == "-" else 1)
    unix = days(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second - offset
    return str(Instant(unix, 0, offset))
