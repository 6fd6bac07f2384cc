"""The scopes of a playbook's builds: what expressions know around plays."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from runner.expand.error import Late
from runner.expand.inputs import Input
from runner.expand.scope import Layer, Namespace, Scope
from runner.expand.world import World, bare_names, base_scope, early_scope, fixed_names
from runner.model.playbook import Playbook, Source


class _BuildNames(Mapping[str, Any]):
    """``build``: its name is known; its machine's address and the like are not, yet."""

    def __init__(self, known: Mapping[str, Any]) -> None:
        self._known = known

    def __getitem__(self, name: str) -> Any:
        if name in self._known:
            return self._known[name]
        raise Late(f"build.{name}", "only the running build knows it")

    def __iter__(self) -> Iterator[str]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)


class Scopes:
    """The scopes of one playbook with its inputs."""

    def __init__(self, playbook: Playbook, inputs: Mapping[str, Input], world: World) -> None:
        self.base = base_scope(world)
        """Functions, ``env``, ``path``."""
        self.early = early_scope(playbook, inputs, world)
        """Variables, locals and data too."""
        self.fixed: Layer = fixed_names(playbook, inputs)
        """What ``--var`` gave: nothing overrides it."""
        self._names = Namespace("names", bare_names(playbook), self.early)
        layers = self.early.layers
        self._spaces = {key: layer[key] for layer in layers for key in ("var", "local", "data") if key in layer}

    def layers(self, play: str, source: Source, build: str, combination: dict[str, Any]) -> tuple[Layer, ...]:
        """Return what a build's expressions know beside functions, the stronger names last."""
        own = {
            **self._spaces,
            "source": {"name": source.name, "type": source.builder},
            "build": _BuildNames({"name": build, "play": play, "type": source.builder}),
            "matrix": combination,
        }
        return (self._names, own, combination)

    def of_build(self, play: str, source: Source, build: str, combination: dict[str, Any]) -> Scope:
        """Return the scope of a build's options."""
        layers = self.layers(play, source, build, combination)
        return Scope(*self.base.layers, *layers, fixed=self.fixed, dialect=self.base.dialect)
