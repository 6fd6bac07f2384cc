"""Keywords of a playbook, and of what it declares: requirements, variables, data, sources."""

from __future__ import annotations

from dataclasses import field
from typing import Annotated, Any, Literal

from runner.reading.keywords.values import Condition, Entries, Words
from runner.sdk.record import Fixed, Part, Pattern, options

VariableType = Literal["string", "number", "boolean", "list", "map", "object", "any"]
TYPE_EXPRESSION = Pattern(r"^\s*(bool\s*$|(list|set|map|tuple|object)\s*\()", "a type of Packer's")


@options()
class Playbook:
    """Which images to build, and what goes into them."""

    name: str | None = None
    """Name of the playbook."""

    description: str | None = None
    """What the playbook builds, for people."""

    requires: Annotated[Any, Part("requires")] = None
    """Versions, plugins and roles that the playbook needs."""

    variables: dict[str, Annotated[Any, Part("variable")]] | None = None
    """Inputs: a default value each, or a mapping with type, default, rules and so on."""

    locals: Entries | None = None
    """Values computed once from variables, data and each other."""

    sensitive: Words | None = None
    """Names of locals whose values are masked in every output, event, report and manifest."""

    data: dict[str, Annotated[Any, Part("data")]] | None = None
    """Values looked up before the builds that use them."""

    sources: dict[str, Annotated[Any, Part("source")]] | None = None
    """Where machines come from: a builder and its options each."""

    plays: list[Annotated[Any, Part("play")]] | None = None
    """What is done to the machines."""


@options()
class Requires:
    """What the playbook needs in order to be built."""

    ingot: str | None = None
    """Versions of Ingot that will do, such as `>=0.1,<2`."""

    plugins: Annotated[dict[str, str], Fixed()] | None = None
    """Python distributions that bring more builders, modules and so on, each with the versions that will do."""

    packer: Annotated[Any, Part("requires_packer")] = None
    """Versions of Packer and its plugins, in playbooks that are exported to Packer."""

    roles: list[Annotated[Any, Part("required_role")]] | None = None
    """Roles it uses, and where they come from: `ingot init` installs them."""


@options()
class RequiresPacker:
    """What a template needs of Packer: an export says it again."""

    version: str | None = None
    """Versions of Packer, in its notation, such as `>= 1.7.0`."""

    plugins: dict[str, Annotated[Any, Part("packer_plugin")]] | None = None
    """Plugins of Packer. Their components, `NAME` and `NAME-...`, may be used where Ingot has none of that name: they
    are planned and exported, and refused by a build."""


@options()
class PackerPlugin:
    """A plugin of Packer, as `required_plugins` names it."""

    source: str | None = None
    """Where Packer finds it, such as `github.com/hashicorp/qemu`."""

    version: str | None = None
    """Versions that will do, in Packer's notation, such as `~> 1.1`."""


@options()
class RequiredRole:
    """A role that the playbook needs from elsewhere."""

    name: str
    """Name under which plays use the role."""

    src: str
    """Where it comes from: a git URL, an archive by URL or path, a directory, or `OWNER.NAME` on a Galaxy server."""

    version: str | None = None
    """Tag, branch or commit."""


@options()
class Variable:
    """An input of the playbook."""

    type: Annotated[VariableType, TYPE_EXPRESSION, Fixed()] | None = None
    """Type of the value, also in Packer's notation, such as `list(string)`; left out, it follows from the default."""

    default: Any = None
    """Value when none is given. Without one, a value has to be given."""

    description: str | None = None
    """What the variable is for."""

    rules: dict[str, Any] | None = None
    """Cerberus rules for the value: `allowed`, `min`, `max`, `regex`, `schema`, `coerce` and so on."""

    validation: list[Annotated[Any, Part("validation")]] | None = None
    """Conditions on the value, each with a message of its own."""

    sensitive: Annotated[bool, Fixed()] = False
    """Mask the value in every output, event, report and manifest."""

    env: str | None = None
    """Environment variable that gives the value when it is not given otherwise."""


@options()
class Validation:
    """A condition on the value of a variable."""

    condition: Condition
    """What has to hold, such as `release in ['bookworm', 'trixie']`."""

    error_message: str
    """What is told when it does not."""


@options(open_ended=True)
class Data:
    """A look-up made before the builds that use it."""

    type: str
    """Name of the data source."""

    options: Entries | None = None
    """Options whose names are keywords here, such as `type`."""

    when: Condition | None = None
    """Look it up only if this holds."""

    extra: dict[str, Any] = field(default_factory=dict)


@options(open_ended=True)
class Source:
    """Where a machine comes from: a builder and its options."""

    builder: str | None = None
    """Name of the builder."""

    extends: str | None = None
    """Another source whose options are taken over."""

    extra: dict[str, Any] = field(default_factory=dict)
