"""Services: what a machine's service manager says of one, and what it is told.

An image is often made on a machine where no init runs, such as a container. There, services are enabled, disabled and
masked in the files that the init of the finished machine will read; they are started and stopped by their init
script if they have one, and otherwise left alone.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from runner.modules.support.services_scripts import DO, LOOK
from runner.sdk import Answer, Ask, Do, Failed, Outcome, Verb

_SUFFIXES = ("service", "socket", "timer", "path", "mount", "automount", "swap", "target", "slice", "scope", "device")
_ENABLED = ("enabled", "enabled-runtime", "alias", "generated", "transient")
_OFFLINE = ("offline", "files", "sysv")
"""Where no init runs: systemd is only installed, or not even that, or there are nothing but scripts."""
_DAEMON = ("daemon-reload", "daemon-reexec")
_RUNNING = ("start", "stop", "restart", "reload")
_ACTIVE = ("active", "activating", "reloading")
_USES = {"auto": "", "systemd": "systemd", "openrc": "openrc", "sysvinit": "sysv", "service": "sysv", "sysv": "sysv"}


class Request(NamedTuple):
    """What a task wants of a service."""

    name: str
    state: str | None = None
    enabled: bool | None = None
    masked: bool | None = None
    daemon_reload: bool = False
    daemon_reexec: bool = False
    scope: str = "system"
    no_block: bool = False
    force: bool = False
    arguments: str = ""
    pattern: str = ""
    runlevel: str = "default"
    sleep: int = 0
    use: str = "auto"
    services: str = "start"
    """What to do about starting and stopping where no init runs: ``start``, ``offline`` or ``fail``."""

    @property
    def script(self) -> str:
        """The name of the init script."""
        return self.name.removesuffix(".service")

    @property
    def unit(self) -> str:
        """The name of systemd's unit."""
        return self.name if self.name.rpartition(".")[2] in _SUFFIXES else f"{self.name}.service"


@dataclass(frozen=True)
class Service:
    """What was found of a service."""

    init: str
    """``systemd``; ``offline``: systemd, which does not run; ``files``: not even its programs; ``openrc``; ``sysv``."""
    told: Mapping[str, str]
    status: Mapping[str, str] = field(default_factory=dict)
    """Systemd's properties of the unit, when it runs."""

    @classmethod
    def of(cls, answer: Answer) -> Service:
        """Read the answer to ``LOOK``."""
        told, _, status = answer.stdout.partition("\n\n")
        return cls(_pairs(told).get("init", "sysv"), _pairs(told), _pairs(status))

    @property
    def found(self) -> bool:
        """Whether the machine knows the service."""
        if self.init == "systemd":
            return self.status.get("LoadState") not in (None, "", "not-found")
        return bool(self.told.get("unit") or self.told.get("script") or self.told.get("enabled"))

    @property
    def enabled(self) -> str:
        """Whether it starts with the machine, in systemd's words."""
        links = "" if self.told.get("unit") else self.told.get("links")
        return self.told.get("enabled") or links or "disabled"

    @property
    def active(self) -> bool:
        """Whether it runs."""
        if self.init == "systemd":
            return self.status.get("ActiveState") in _ACTIVE
        return self.told.get("active") == "yes"

    @property
    def startable(self) -> bool:
        """Whether there is anybody who can start and stop it now."""
        if self.init == "systemd":
            return True
        return self.told.get("up") == "yes" if self.init == "openrc" else self.told.get("script") == "yes"


def _pairs(text: str) -> dict[str, str]:
    return {name: value for line in text.splitlines() for name, equals, value in [line.partition("=")] if equals}


def served(request: Request) -> Generator[Verb, Any, Outcome]:
    """Look at a service and bring it into the state that is asked for. Raises ``Failed``."""
    if request.use not in _USES:
        raise Failed(f"there is no way to use {request.use!r}", f"these are known: {', '.join(_USES)}")
    scope = "" if request.scope == "system" else f"--{request.scope}"
    words = (request.script, request.unit, scope, request.runlevel, request.pattern, _USES[request.use])
    service = Service.of((yield Ask(("/bin/sh", "-c", LOOK, "sh", *words))))
    if request.name and not service.found and not (request.masked and service.init != "openrc"):
        raise Failed(f"Could not find the requested service {request.name}: host")
    actions, left = _actions(request, service)
    values = _values(request, service)
    if left and not actions and request.enabled is None and request.masked is None:
        return Outcome(values, changed=False, skipped=left)
    # What runs while the image is made is no part of the image, where no init will find it again.
    passing = (*_DAEMON, *_RUNNING) if service.init in _OFFLINE else _DAEMON
    changed = any(action not in passing for action in actions)
    if not actions:
        return Outcome({**values, "msg": left}, changed=False, shown=left) if left else Outcome(values, changed=False)
    further = ("--no-block" if request.no_block else "", "--force" if request.force else "", str(request.sleep))
    names = (request.script, request.unit, scope, request.runlevel, service.init, *further, request.arguments)
    answer: Answer = yield Do(("/bin/sh", "-c", DO, "sh", *names, *actions))
    if answer.status:
        said = (answer.stderr.strip() or answer.stdout.strip()).splitlines()
        values |= {"rc": answer.status, "stdout": answer.stdout, "stderr": answer.stderr}
        what = f"Unable to {', '.join(actions)} service {request.name}"
        return Outcome(values, failed=what, shown=said[-1] if said else f"exit status {answer.status}")
    return Outcome({**values, "msg": left} if left else values, changed=changed, shown=left)


def _values(request: Request, service: Service) -> dict[str, Any]:
    values: dict[str, Any] = {"name": request.name or None}
    if request.state is not None:
        values["state"] = "stopped" if request.state == "stopped" else "started"
    if request.enabled is not None:
        values["enabled"] = request.enabled
    return values | ({"status": dict(service.status)} if service.status else {})


def _actions(request: Request, service: Service) -> tuple[list[str], str]:
    """Return what is to be done, in order, and why something is left undone."""
    actions: list[str] = []
    if service.init == "systemd":  # the others have nothing in memory
        actions += ["daemon-reexec"] if request.daemon_reexec else []
        actions += ["daemon-reload"] if request.daemon_reload else []
    masking = _masking(request, service)
    actions += [masking] if masking == "unmask" else []
    if request.enabled is not None and service.enabled != "static":
        enabled = service.enabled in _ENABLED
        if enabled != request.enabled:
            actions.append("enable" if request.enabled else "disable")
    actions += [masking] if masking == "mask" else []
    if request.state is None:
        return actions, ""
    action = _starting(request.state, active=service.active)
    if action is None:
        return actions, ""
    if service.init in _OFFLINE and request.services == "offline":
        return actions, f"no init runs on the machine, and services are left alone: {request.name} is not to {action}"
    if service.init in _OFFLINE and request.services == "fail":
        raise Failed(f"no init runs on the machine that could {action} {request.name}",
                     "services: start has init scripts do it, services: offline leaves services alone")
    if not service.startable:
        return actions, f"no init runs on the machine, and {request.name} has no init script to {action} it"
    if action != "stop" and service.told.get("policy") == "denied":
        return actions, f"no service is started while the image is made: policy-rc.d forbids to {action} {request.name}"
    return [*actions, action], ""


def _masking(request: Request, service: Service) -> str | None:
    if request.masked is None:
        return None
    if service.init in ("openrc", "sysv"):
        if request.masked:
            raise Failed(f"{request.name} cannot be masked: that is a matter of systemd")
        return None
    masked = service.enabled.startswith("masked")
    return None if masked == request.masked else "mask" if request.masked else "unmask"


def _starting(state: str, *, active: bool) -> str | None:
    """Return what brings a service into a state; nothing when it is there. What does not run cannot be reloaded."""
    if state == "started":
        return None if active else "start"
    if state == "stopped":
        return "stop" if active else None
    if state == "restarted":
        return "restart"
    return "reload" if active else "start"
