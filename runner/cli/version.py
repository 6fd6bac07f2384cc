"""``ingot version``."""

from __future__ import annotations

from argparse import ArgumentParser, Namespace

from runner import __version__
from runner.cli.output import Output


def configure(parser: ArgumentParser) -> None:
    """Add the command's options."""
    parser.add_argument("--json", action="store_true", help="with the versions of Python and of the libraries")


def run(arguments: Namespace) -> int:
    """Print the version."""
    if not arguments.json:
        Output().line(f"ingot {__version__}")
        return 0
    import json
    import platform
    from importlib.metadata import PackageNotFoundError, requires, version

    libraries: dict[str, str | None] = {}
    for line in requires("ingot") or []:
        name = line.partition(";")[0].split(">=")[0].strip()
        if "extra ==" not in line:
            try:
                libraries[name] = version(name)
            except PackageNotFoundError:
                libraries[name] = None
    about = {"ingot": __version__, "python": platform.python_version(), "libraries": libraries}
    Output().line(json.dumps(about, indent=2))
    return 0
