"""Check that what a playbook requires is installed."""

from __future__ import annotations

from runner import __version__
from runner.diagnostics import Report
from runner.model.playbook import Requirement


def check_requirement(requirement: Requirement, report: Report) -> None:
    """Report a version of Ingot or of a plugin that will not do; a plugin that is missing is only a warning.

    Whatever it would bring and the playbook uses is an error of its own, at the place of its use.
    Versions are those of https://packaging.python.org/en/latest/specifications/version-specifiers/.
    """
    from packaging.specifiers import InvalidSpecifier, SpecifierSet

    try:
        wanted = SpecifierSet(requirement.version)
    except InvalidSpecifier:
        report.add(
            "E135", f"{requirement.version!r} says no versions", requirement.place, hint="write '>=1.0' or '>=1.0,<2'"
        )
        return
    if requirement.kind == "ingot":
        if not wanted.contains(__version__, prereleases=True):
            report.add("E136", f"the playbook needs Ingot {wanted}, and this is {__version__}", requirement.place)
        return
    installed = _installed(requirement.name)
    if installed is None:
        hint = f"install it: pip install {requirement.name!r}"
        report.add("W137", f"the plugin {requirement.name!r} is not installed", requirement.place, hint=hint)
    elif not wanted.contains(installed, prereleases=True):
        message = f"the playbook needs {requirement.name} {wanted}, and {installed} is installed"
        report.add("E136", message, requirement.place)


def _installed(distribution: str) -> str | None:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version(distribution)
    except PackageNotFoundError:
        return None
