"""Packages of RPM systems: what ``dnf``, ``dnf5`` and ``yum`` have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from typing import Any

from runner.modules.package import Options as PackageOptions
from runner.modules.package import Package
from runner.modules.shared import RpmPackages
from runner.sdk import Ask, Failed, Work

_FIND = 'for each; do if command -v "$each" >/dev/null; then echo "$each"; exit; fi; done'
_UNKNOWN = ("list", "download_only", "download_dir", "cacheonly")
_BACKENDS: Mapping[str, Sequence[str]] = {
    "auto": ("dnf", "dnf5", "yum"), "dnf": ("dnf", "dnf5"), "dnf4": ("dnf",), "dnf5": ("dnf5",),
    "yum": ("yum", "dnf", "dnf5"), "yum4": ("dnf", "yum"),
}
"""What the option calls a program -> the programs that do its work, the one to be preferred first."""
_SHARED = {each.name for each in fields(RpmPackages)} & {each.name for each in fields(PackageOptions)}


def gap(options: Mapping[str, Any]) -> str | None:
    """Return which of these options this version cannot work with."""
    return next((name for name in _UNKNOWN if options.get(name)), None)


def packages(wanted: RpmPackages, backend: str, facts: Mapping[str, Any]) -> Work:
    """Have the machine's program bring the packages to the state that is wanted. Raises ``Failed``."""
    answer = yield Ask(("/bin/sh", "-c", _FIND, "sh", *_BACKENDS[backend]))
    program = answer.stdout.strip()
    if not program:
        raise Failed(f"the machine has none of {', '.join(_BACKENDS[backend])}",
                     "the module package takes the machine's own manager")
    given = {name: value for name in _SHARED if (value := getattr(wanted, name)) not in (None, False)}
    if wanted.installroot == "/":
        given.pop("installroot", None)
    for name in ("install_weak_deps", "sslverify", "validate_certs"):  # on unless they are switched off
        given.pop(name, None)
        if getattr(wanted, name) is False:
            given[name] = False
    given["state"] = wanted.state or ("absent" if wanted.autoremove and wanted.name else "present")
    outcome = yield from Package(PackageOptions(**given, use=program)).apply(facts)
    values = dict(outcome.values)
    values.setdefault("rc", 0)
    done = [line for line in values.get("stdout_lines", ()) if line.strip()] if outcome.changed else []
    return replace(outcome, values={**values, "results": done, "msg": "" if outcome.changed else "Nothing to do"})
