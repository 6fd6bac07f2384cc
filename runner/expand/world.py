"""What every expression knows before a build runs: functions, lookups, the environment, variables, locals, data."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from runner import __version__, registry
from runner.diagnostics import Diagnostic, Note, Report
from runner.expand import functions
from runner.expand.calls import CALLED
from runner.expand.dialect import Dialect
from runner.expand.error import BY_THE_PLAN, UNUSABLE, Absent, ExpressionError, Late
from runner.expand.functions.context import Context
from runner.expand.functions.error import FunctionError
from runner.expand.inputs import Input, texts_of
from runner.expand.render import OMIT, VAULT, render, render_bare
from runner.expand.role_plugins import RolePlugins
from runner.expand.scope import MISSING, RESERVED, Alias, Made, Namespace, Scope
from runner.model.playbook import Data, Playbook
from runner.text import Node
from runner.text.paths import is_file

if TYPE_CHECKING:  # loaded by the first expression that throws dice
    import random

    from runner.expand.vault import Vaults


_MOST_NUMBERS = 1_000_000
"""How many numbers ``range`` gives."""
LEFT_OUT = "E308"
"""The code of what is said of data whose condition is false."""


class World(NamedTuple):
    """What is outside the playbook: where it lies, the environment, the clock and the dice.

    ``now`` and ``seed`` are taken once for a run, so that every expression sees the same time and a saved plan can be
    made again.
    """

    root: Path
    cwd: Path
    environ: Mapping[str, str]
    now: datetime
    plugins: RolePlugins
    """What roles and the playbook bring along."""
    seed: str = ""
    vaults: "Vaults | None" = None
    """What opens encrypted values and files; nothing where no password is known."""
    read_data: bool = True
    """Whether data sources may be looked up; if not, what uses them stays open until the build."""


def moment(environ: Mapping[str, str], epoch: float | None = None) -> datetime | None:
    """Return the time of a run: ``epoch`` (seconds since 1970), what ``SOURCE_DATE_EPOCH`` says, or now.

    Nothing when ``SOURCE_DATE_EPOCH`` is no number. See https://reproducible-builds.org/specs/source-date-epoch/.
    """
    wanted = environ.get("SOURCE_DATE_EPOCH") if epoch is None else str(epoch)
    if not wanted:
        return datetime.now(UTC)
    try:
        return datetime.fromtimestamp(float(wanted), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def base_scope(world: World) -> Scope:
    """Return the scope of variables' defaults: functions, ``env``, ``path``."""
    names: dict[str, Any] = {
        "path": {"root": str(world.root), "cwd": str(world.cwd)},
        "playbook_dir": str(world.root.resolve()),
        "ingot": {"version": __version__},
        "omit": OMIT,
    }
    if world.vaults is not None:
        names[VAULT] = world.vaults.value
    calls: dict[str, Callable[..., Any]] = {
        "env": _environment(world), "now": _now(world), "uuidv4": _uuids(world), "range": _range,
    }
    scope = Scope(_Functions(world, calls), names, dialect=Dialect(world.plugins))
    return scope.with_layers(lookup_functions(world, scope))


def early_scope(playbook: Playbook, inputs: Mapping[str, Input], world: World) -> Scope:
    """Return the scope of everything that is known before a build: variables, locals and data too."""
    variables = {f"var.{name}": found.value for name, found in inputs.items()}
    values = {f"local.{name}": local.value for name, local in playbook.locals.items()}
    spaces: dict[str, Any] = {}
    layers = base_scope(world).with_layers(variables, values, bare_names(playbook), spaces)
    broken = {f"var.{name}" for name in playbook.variables if name not in inputs or name in playbook.unread}
    broken |= {f"{space}.{name}" for name in playbook.unread for space in ("local", "data")}
    bare = {name for name, alias in bare_names(playbook).items() if alias.name in broken}
    late = dict.fromkeys(broken | bare, UNUSABLE)
    scope = Scope(*layers.layers, fixed=fixed_names(playbook, inputs), late=late, dialect=layers.dialect)
    spaces["var"] = Namespace("var", playbook.variables, scope, "var.")
    spaces["local"] = Namespace("local", playbook.locals, scope, "local.")
    for name, data in playbook.data.items():
        spaces[f"data.{name}"] = Made(Node(None, data.place), partial(_look_up, data, scope, world))
    spaces["data"] = Namespace("data", playbook.unread.union(playbook.data), scope, "data.")
    return scope


def bare_names(playbook: Playbook) -> dict[str, Alias]:
    """Return what the bare names of variables and locals stand for; a local hides the variable of its name.

    Names that have a meaning of their own in expressions are not among them.
    """
    names = {name: Alias(f"var.{name}") for name in playbook.variables}
    names |= {name: Alias(f"local.{name}") for name in playbook.locals}
    return {name: alias for name, alias in names.items() if name not in RESERVED}


def fixed_names(playbook: Playbook, inputs: Mapping[str, Input]) -> dict[str, Any]:
    """Return the bare names that ``--var`` gave values, which nothing in a play overrides."""
    bare = bare_names(playbook)
    return {name: found.value for name, found in inputs.items() if found.given and bare.get(name) == (f"var.{name}",)}


def check_validations(
    playbook: Playbook, inputs: Mapping[str, Input], world: World, report: Report, *, complete: bool = True
) -> None:
    """Report the variables whose value a condition under ``validation`` refuses.

    Unless values are ``complete``, a default that is refused, so that a value has to be given, is only a warning.
    """
    scope = early_scope(playbook, inputs, world._replace(read_data=False))
    for name, variable in playbook.variables.items():
        for rule in variable.validation if name in inputs else ():
            told = report if complete or inputs[name].origin != "default" else report.mild()
            try:
                holds = render_bare(rule.condition, scope)
            except ExpressionError as error:  # a default that is null is no value yet, and few functions take it
                empty = inputs[name].value is None and error.diagnostic.code == "E407"
                (told if empty else report).extend([error.diagnostic])
            except Late:
                continue
            else:
                if not holds:
                    notes = [Note("it breaks this condition", rule.condition.span)]
                    told.add(
                        "E307", f"{name}: {rule.error_message}", variable.place, notes=notes
                    )


def secret_locals(playbook: Playbook, inputs: Mapping[str, Input], world: World) -> Iterator[str]:
    """Yield the texts in the values of locals that are called sensitive, as far as the plan knows them."""
    scope = early_scope(playbook, inputs, world)
    for name in playbook.sensitive & playbook.locals.keys():
        try:
            yield from texts_of(scope.lookup(f"local.{name}"))
        except (ExpressionError, Late):
            continue


def check_values(playbook: Playbook, inputs: Mapping[str, Input], world: World, report: Report) -> None:
    """Work every local and the options of all data out, so that wrong ones are found even when nothing uses them.

    No data is looked up for that.
    """
    scope = early_scope(playbook, inputs, world._replace(read_data=False))
    for name in (*(f"local.{each}" for each in playbook.locals), *(f"data.{each}" for each in playbook.data)):
        try:
            scope.lookup(name)
        except ExpressionError as error:
            if not (error.diagnostic.code == LEFT_OUT and name.startswith("data.")):  # nobody has asked for it
                report.extend([error.diagnostic])
        except Absent as absent:
            node = scope.where(name)
            if node is not None and not world.read_data:  # a plan reads it where it is used
                absent.tell(node, report)
        except Late:
            continue


class _Functions(Mapping[str, Any]):
    """The functions by the names under which they are called; each is loaded when it is, and knows where it runs."""

    def __init__(self, world: World, own: Mapping[str, Callable[..., Any]]) -> None:
        self._own = own
        self._read_data = world.read_data
        self._context = Context(
            root=world.root, cwd=world.cwd, now=world.now, environ=world.environ,
            render=lambda text, names: _evaluate(text, Scope(self, names, dialect=Dialect(world.plugins))),
        )

    def __getitem__(self, name: str) -> Callable[..., Any]:
        short = name.removeprefix(CALLED)
        if short in self._own:
            return self._own[short]
        found = functions.find(short)
        if found is None:
            raise KeyError(name)
        if not functions.needs_context(short):
            return found
        if functions.asks_others(short) and not self._read_data:
            return partial(_late, short)
        return partial(self._called, found)

    def _called(self, function: Callable[..., Any], *args: Any) -> Any:
        """Call a function; a file that is not there yet may be until the plan, which reads it again."""
        try:
            return function(*args, context=self._context)
        except FunctionError as error:
            if error.absent and not self._read_data:
                raise Absent(error.reason, BY_THE_PLAN) from None
            raise

    def __contains__(self, name: object) -> bool:
        if not isinstance(name, str) or not name.startswith(CALLED):
            return False
        short = name.removeprefix(CALLED)
        return short in self._own or short in functions.names()

    def __iter__(self) -> Iterator[str]:
        return (CALLED + name for name in sorted({*functions.names(), *self._own}))

    def __len__(self) -> int:
        return len({*functions.names(), *self._own})


def _evaluate(text: str, scope: Scope, search_path: Sequence[Path] = ()) -> Any:
    """Return what a template file's text comes to; templates that it includes are looked for in ``search_path``."""
    from runner.expand.jinja import evaluate_file

    def load(name: str) -> str | None:
        places = sorted(search_path, key=lambda place: place.name != "templates")
        found = next((place / name for place in places if is_file(place / name)), None)
        return None if found is None else found.read_text(encoding="utf-8")

    return evaluate_file(text, scope, load=load)


def _late(name: str, *_: Any) -> Any:
    raise Late(f"{name}()", BY_THE_PLAN)


def _uuids(world: World) -> Callable[[], str]:
    """Return ``uuidv4``: random, but the same again for the same seed, so that a saved plan can be made again."""
    made: list[random.Random] = []

    def uuidv4() -> str:
        import random
        import uuid

        if not made:
            made.append(random.Random(world.seed))  # noqa: S311 - it names things; nothing secret comes from it
        return str(uuid.UUID(int=made[0].getrandbits(128), version=4))

    return uuidv4


def _environment(world: World) -> Callable[..., str]:
    def env(name: str, default: str = "") -> str:
        return world.environ.get(name, default)

    return env


def _now(world: World) -> Callable[..., Any]:
    def now(layout: str | None = None) -> Any:
        """Return the time of the run in UTC: as text by a strftime layout, or as a datetime."""
        return world.now.strftime(layout) if layout else world.now

    return now


def _range(*params: Any) -> Any:
    """Count as Jinja does, where HCL counts alike, which knows fractions and goes downwards by itself."""
    if 1 <= len(params) <= 3 and all(type(each) is int for each in params) and 0 not in params[2:]:  # noqa: PLR2004
        numbers = range(*params)
        if numbers and not numbers[_MOST_NUMBERS:]:
            return list(numbers)
        if numbers:
            raise FunctionError("range", f"there would be more than {_MOST_NUMBERS} numbers")
    count: Any = functions.find("range")
    return count(*params)


_KINDS = {"first_found": "", "template": "templates"}
"""Lookup -> the directories in which it looks; others look in ``files``."""


def lookup_functions(
    world: World, scope: Scope, places: Callable[[str], Sequence[Path]] | None = None
) -> dict[str, Callable[..., Any]]:
    """Return a layer with ``lookup`` and ``query`` for ``scope``.

    Files are looked for in ``places(KIND)``, in order: ``templates`` or ``files``, or for ``first_found``, of which the
    task knows where it looks, nothing.
    """

    def context(name: str) -> Any:
        from runner.expand.lookups.context import LookupContext

        kind = _KINDS.get(name.rpartition(".")[2], "files")
        search_path = tuple(places(kind)) if places else (world.root / "files", world.root)
        return LookupContext(
            search_path, variables=Variables(scope), environ=world.environ, cwd=world.cwd,
            secrets=tuple(world.vaults.secrets) if world.vaults is not None else (),
            render=lambda text, names: _evaluate(text, scope.with_layers(names), search_path),
            others=partial(world.plugins.find, "lookup"),
        )

    def query(name: str, *terms: Any, **options: Any) -> list[Any]:
        from runner.expand.lookups.call import query as find

        return find(context(name), name, *terms, **options)

    def lookup(name: Any, *terms: Any, **options: Any) -> Any:
        """Return what a look-up plugin finds; with a mapping first, it is Packer's ``lookup(map, key, default)``."""
        if isinstance(name, Mapping):
            in_map: Any = functions.find("lookup")
            return in_map(name, *terms)
        from runner.expand.lookups.call import lookup as find

        return find(context(name), name, *terms, **options)

    return {CALLED + "lookup": lookup, CALLED + "query": query, CALLED + "q": query}


class Variables(Mapping[str, Any]):
    """A scope as a mapping, for whoever needs one."""

    def __init__(self, scope: Scope) -> None:
        self._scope = scope

    def __getitem__(self, name: str) -> Any:
        value = self._scope.lookup(name)
        if value is MISSING:
            raise KeyError(name)
        return value

    def __iter__(self) -> Iterator[str]:
        return iter(sorted(self._scope.names()))

    def __len__(self) -> int:
        return len(self._scope.names())


def _look_up(data: Data, scope: Scope, world: World) -> Any:
    if data.when is not None and not render_bare(data.when, scope):
        raise ExpressionError(Diagnostic(LEFT_OUT, f"data.{data.name} is left out by its 'when'", data.when.span))
    options = render(data.options, scope)
    entry = registry.find("data_sources", data.type)
    assert entry is not None
    if not entry.runs:
        raise Late(f"data.{data.name}", f"this version cannot look up {data.type!r}")
    if not world.read_data:
        raise Late(f"data.{data.name}", BY_THE_PLAN)
    return read_data(data, entry, options)


def read_data(data: Data, entry: registry.Entry, options: Mapping[str, Any]) -> Mapping[str, Any]:
    """Look a data source up. Raises ``ExpressionError`` when it cannot be."""
    from runner.schema.records import make

    plugin: Any = entry.load()
    try:
        found: Mapping[str, Any] = plugin(make(plugin.options_type(), options)).read()
    except (OSError, ValueError) as error:
        raise ExpressionError(
            Diagnostic("E309", f"data.{data.name} cannot be looked up: {error}", data.place)
        ) from error
    return found
