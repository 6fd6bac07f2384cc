"""The ``snap`` module."""

from __future__ import annotations

import json
from collections.abc import Generator, Mapping, Sequence
from typing import Any, Literal, NamedTuple

from runner.modules.shared import Texts
from runner.modules.support.programs import ran, tried
from runner.sdk import Ask, Do, Failed, Module, Outcome, Verb, Work, options

_PACKAGE = "snapd"
_ENVIRONMENT = {"LC_ALL": "C.UTF-8", "LANGUAGE": "C"}
_FILE = ".snap"


class _Installed(NamedTuple):
    """A snap that is there."""

    channel: str
    notes: str


@options()
class Options:
    """What ``snap`` accepts."""

    name: Texts
    """Which snaps."""
    state: Literal["absent", "present", "enabled", "disabled"] = "present"
    """Whether they are to be there, and switched on."""
    channel: str | None = None
    """Channel that they come from, such as latest/stable."""
    classic: bool = False
    """Install them without confinement."""
    dangerous: bool = False
    """Install files that nobody signed."""
    options: Texts | None = None
    """Settings of the snaps, each written key=value or snap:key=value."""


class Snap(Module[Options]):
    """Install and remove snaps."""

    name = "snap"

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """See which snaps are there, and bring the others, or have them gone. Raises ``Failed``."""
        del facts
        wanted = self.options
        told = yield from ran(_ask("version"), _PACKAGE)
        values: dict[str, Any] = {"version": dict(words for words in map(str.split, told.stdout.splitlines())
                                                  if len(words) == 2)}  # noqa: PLR2004 - a name and its version
        there = yield from _installed()
        if wanted.state == "present":
            return (yield from self._present(values, there))
        known = [name for name in wanted.name if name in there]
        if wanted.state == "absent":
            return (yield from _done(values, ("remove",), known, "snaps_removed"))
        if missing := [name for name in wanted.name if name not in there]:
            raise Failed(f"these snaps are not installed: {', '.join(missing)}")
        off = [name for name in known if "disabled" in there[name].notes]
        on = [name for name in known if name not in off]
        if wanted.state == "enabled":
            return (yield from _done(values, ("enable",), off, "snaps_enabled", each=True))
        return (yield from _done(values, ("disable",), on, "snaps_disabled", each=True))

    def _present(self, values: dict[str, Any], there: Mapping[str, _Installed]) -> Work:
        """Install what is missing, and bring the rest to the channel; then see to the settings. Raises ``Failed``."""
        wanted = self.options
        alone = {"channel": wanted.channel, "classic": wanted.classic}
        if len(wanted.name) > 1 and (given := next((name for name, value in alone.items() if value), None)):
            raise Failed(f"{given} can be given for one snap alone", "write a task for each snap")
        names = yield from self._names()
        channel = wanted.channel or "stable"
        values |= {"snap_names": list(names), "channel": channel, "classic": wanted.classic}
        missing = [source for name, source in names.items() if name not in there]
        moving = [name for name in names if name in there and wanted.channel and there[name].channel != _whole(channel)]
        flags = ["--classic"] if wanted.classic else []
        flags += ["--dangerous"] if wanted.dangerous else []
        track = ["--channel", wanted.channel] if wanted.channel else []
        files = any(source.endswith(_FILE) for source in missing)
        made = yield from _done(values, ("install", *flags, *track), missing, "snaps_installed", each=files)
        moved = yield from _done(dict(made.values), ("refresh", *flags, *track), moving, "snaps_installed", each=True)
        values = dict(moved.values)
        settings = yield from self._settings(list(names))
        if settings:
            values["options_changed"] = settings
        return Outcome(values, changed=bool(missing or moving or settings))

    def _names(self) -> Generator[Verb, Any, dict[str, str]]:
        """Return the snaps that are wanted, each with what it is installed from. Raises ``Failed``."""
        names = {}
        for source in self.options.name:
            name = source
            if source.endswith(_FILE):
                told = yield from ran(_ask("info", source), _PACKAGE)
                lines = dict(line.partition(":")[::2] for line in told.stdout.splitlines())
                name = lines.get("name", source).strip()
            names[name] = source
        return names

    def _settings(self, names: Sequence[str]) -> Generator[Verb, Any, list[str]]:
        """Give snaps the settings that they do not have; return these. Raises ``Failed``."""
        wanted: dict[str, dict[str, str]] = {}
        for option in self.options.options or ():
            place, equals, value = option.partition("=")
            snap, colon, key = place.partition(":")
            if not equals or not (key if colon else snap):
                raise Failed(f"options: {option!r} is not of the form key=value or snap:key=value")
            for name in [snap] if colon else names:
                wanted.setdefault(name, {})[key if colon else snap] = value
        changed = []
        for name, settings in wanted.items():
            told = yield from tried(_ask("get", "-d", name), _PACKAGE)
            current = json.loads(told.stdout) if told.status == 0 and told.stdout.strip() else {}
            new = [f"{key}={value}" for key, value in settings.items() if not _has(current, key, value)]
            if new:
                yield from ran(Do(("snap", "set", name, *new), environment=_ENVIRONMENT), _PACKAGE)
                changed += [f"{name}:{each}" for each in new]
        return changed


def _ask(*words: str) -> Ask:
    return Ask(("snap", *words), environment=_ENVIRONMENT)


def _installed() -> Generator[Verb, Any, dict[str, _Installed]]:
    """Return the snaps that are there. Raises ``Failed``."""
    told = yield from ran(_ask("list"), _PACKAGE)
    rows = [line.split() for line in told.stdout.splitlines()[1:]]
    return {row[0]: _Installed(row[3], row[-1]) for row in rows if len(row) > 4}  # noqa: PLR2004 - the columns needed


def _done(
    values: dict[str, Any], words: tuple[str, ...], names: Sequence[str], told: str, *, each: bool = False
) -> Work:
    """Have snap do something with snaps, with ``each`` one after the other. Raises ``Failed``."""
    calls = [("snap", *words, *some) for some in ([[name] for name in names] if each else [names]) if some]
    for call in calls:
        yield from ran(Do(call, environment=_ENVIRONMENT), _PACKAGE)
    if not calls:
        return Outcome(values, changed=False)
    return Outcome({**values, "cmd": "; ".join(map(" ".join, calls)), told: list(names)}, changed=True)


def _whole(channel: str) -> str:
    """Return a channel with its track."""
    return channel if "/" in channel else f"latest/{channel}"


def _has(settings: Any, key: str, value: str) -> bool:
    """Return whether the settings have this value under a key, in which dots lead inward."""
    for part in key.split("."):
        if not isinstance(settings, Mapping) or part not in settings:
            return False
        settings = settings[part]
    return value == settings or value == json.dumps(settings)
