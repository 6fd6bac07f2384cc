"""What commands that read a playbook have in common: their options, and the way from files to a plan."""

import os
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any, NamedTuple

from runner.cli.output import Output
from runner.cli.vaults import configure_vaults, vaults_of
from runner.diagnostics import Report
from runner.expand.role_plugins import RolePlugins
from runner.model.plan import Request
from runner.model.playbook import Playbook
from runner.reading.playbook import Settings, read_playbook
from runner.text import SourceFile

INVALID = 2
"""The exit status for input that cannot be used."""
FORMATS = ("text", "json", "sarif", "github")


def configure_playbook(parser: ArgumentParser) -> None:
    """Add the playbook and where else to look."""
    parser.add_argument(
        "playbook", metavar="PLAYBOOK", help="YAML file, directory of *.ingot.yml, or - for standard input"
    )
    parser.add_argument("--roles-path", metavar="DIR", action="append", default=[], help="look for roles here too")
    parser.add_argument("--sources", metavar="FILE", help="file with the sources for an Ansible playbook")
    configure_vaults(parser)


def configure_values(parser: ArgumentParser) -> None:
    """Add the options that give variables their values."""
    parser.add_argument("--var", "-e", metavar="NAME=VALUE", action="append", default=[],
                        help="value of a variable; @FILE and a YAML mapping will do too")
    parser.add_argument("--var-file", metavar="FILE", action="append", default=[],
                        help="file of variables: YAML, JSON or .pkrvars.hcl")


def configure_selection(parser: ArgumentParser) -> None:
    """Add the options that choose builds and tasks."""
    parser.add_argument("--only", metavar="GLOB", type=_named, action="append", default=[],
                        help="only the builds of these names")
    parser.add_argument("--except", metavar="GLOB", type=_named, action="append", default=[], dest="except_",
                        help="all builds but those of these names, and all post-processors but these")
    parser.add_argument("--tags", "-t", metavar="TAGS", type=_named, action="append", default=[],
                        help="only tasks with these tags")
    parser.add_argument("--skip-tags", metavar="TAGS", type=_named, action="append", default=[],
                        help="all tasks but those with these tags")


def configure_format(parser: ArgumentParser) -> None:
    """Add the option that says how diagnostics are written."""
    parser.add_argument("--strict", action="store_true", help="take warnings for errors")
    parser.add_argument("--format", choices=FORMATS, default="text", help="how diagnostics are written")


def _named(text: str) -> str:
    """Return what an option names; naming nothing is a slip, such as a variable of a shell that is not set."""
    if not words((text,)):
        raise ArgumentTypeError(f"{text!r} names nothing")
    return text


def words(values: Iterable[str]) -> tuple[str, ...]:
    """Return the words of options that take lists with commas. A comma within brackets is part of a build's name."""
    found: list[str] = []
    for value in values:
        depth, start = 0, 0
        for index, character in enumerate(value):
            depth += (character == "[") - (character == "]")
            if character == "," and depth <= 0:
                found.append(value[start:index])
                start = index + 1
        found.append(value[start:])
    return tuple(word.strip() for word in found if word.strip())


class Loaded(NamedTuple):
    """A playbook with its inputs, ready to be planned."""

    playbook: Playbook
    inputs: Mapping[str, Any]
    world: Any
    given: tuple[str, ...] = ()
    """The values of sensitive variables."""

    @property
    def secrets(self) -> tuple[str, ...]:
        """The texts that must never be shown, as far as they are known by now."""
        vaults = self.world.vaults
        return self.given if vaults is None else (*self.given, *vaults.revealed)


def read(arguments: Namespace, report: Report, plugins: RolePlugins | None = None) -> Playbook | None:
    """Read and check the playbook that the command line names; what it brings along is added to ``plugins``."""
    paths = tuple(Path(path) for path in arguments.roles_path)
    settings = Settings(paths, arguments.sources, _vaults(arguments), plugins)
    return read_playbook(arguments.playbook, report, settings)


def _vaults(arguments: Namespace) -> Any:
    """Return what opens vaults, the same for all that is read for one command (a ``Vaults``, or nothing)."""
    if "vaults" not in arguments:
        arguments.vaults = vaults_of(arguments, os.environ)
    return arguments.vaults


def load(
    arguments: Namespace,
    report: Report,
    *,
    read_data: bool,
    epoch: float | None = None,
    seed: str | None = None,
    complete: bool = True,
) -> Loaded | None:
    """Read the playbook and give its variables their values; what is wrong is in ``report``.

    That a variable has none is only pointed out unless they are to be ``complete``. When something is wrong, a command
    that would plan builds hears at once what the plan of the rest would find.
    """
    plugins = RolePlugins()
    playbook = read(arguments, report, plugins)
    if playbook is None:
        return None
    from runner.expand.inputs import Given, resolve_inputs
    from runner.expand.world import World, base_scope, check_validations, check_values, secret_locals

    now = clock(report, epoch)
    if now is None:
        return None
    vaults = _vaults(arguments)
    seed = seed or os.urandom(16).hex()
    world = World(playbook.root, Path.cwd(), os.environ, now, plugins, seed, vaults, read_data)
    given = Given(tuple(arguments.var), tuple(arguments.var_file), os.environ, vaults)
    inputs, secrets = resolve_inputs(playbook, given, base_scope(world), report, complete=complete)
    check_values(playbook, inputs, world, report)
    check_validations(playbook, inputs, world, report, complete=complete)
    secrets = (*secrets, *secret_locals(playbook, inputs, world))
    if report.failed and "only" in arguments:
        from runner.planning.sound import check_sound

        check_sound(playbook, inputs, world, selection(arguments), report)
    return Loaded(playbook, inputs, world, secrets)


def clock(report: Report, epoch: float | None = None) -> datetime | None:
    """Return the time of the run; nothing when the environment gives one that is none, which is reported."""
    from runner.expand.world import moment

    now = moment(os.environ, epoch)
    if now is None:
        place = SourceFile("$SOURCE_DATE_EPOCH", os.environ["SOURCE_DATE_EPOCH"]).first_line()
        report.add("E303", "SOURCE_DATE_EPOCH is not a number of seconds", place)
    return now


def finish(report: Report, output: Output, *, strict: bool = False) -> int:
    """Write what was found; return 2 when there is an error among it, or anything at all if it is ``strict``."""
    output.diagnostics(report.diagnostics)
    return INVALID if report.failed or (strict and report.diagnostics) else 0


def request(arguments: Namespace, loaded: Loaded) -> Request:
    """Return what was asked for, without the values of sensitive variables, which a saved plan must not hold."""
    sensitive = {name for name, found in loaded.inputs.items() if found.sensitive}
    kept = [text for text in arguments.var if text.partition("=")[0].strip() not in sensitive]
    return Request(
        playbook=arguments.playbook,
        only=words(arguments.only),
        except_=words(arguments.except_),
        tags=words(arguments.tags),
        skip_tags=words(arguments.skip_tags),
        variables=tuple(kept),
        variable_files=tuple(arguments.var_file),
        roles_path=tuple(arguments.roles_path),
        sources=arguments.sources,
        epoch=loaded.world.now.timestamp(),
        seed=loaded.world.seed,
    )


def selection(arguments: Namespace) -> Any:
    """Return what the command line selects (a ``Selection``)."""
    from runner.planning.selection import Selection

    return Selection(
        words(arguments.only), words(arguments.except_), words(arguments.tags), words(arguments.skip_tags)
    )
