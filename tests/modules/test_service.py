"""The ``service`` and ``systemd`` modules: on machines without an init, and by what a running systemd says."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from runner import registry
from runner.schema.records import make
from runner.sdk import Answer, Ask, Do, Failed, Outcome, Verb

if TYPE_CHECKING:
    from harness import Machine

# An init script whose service is the file /run/NAME.on; what it is told is kept.
_SCRIPT = r"""#!/bin/sh
### BEGIN INIT INFO
# Provides: box
# Required-Start: $local_fs
# Required-Stop: $local_fs
# Default-Start: 2 3 4 5
# Default-Stop: 0 1 6
### END INIT INFO
on=/run/${0##*/}.on
[ "$1" = status ] || echo "$@" >>/run/told
case $1 in
  start|restart) : >$on ;;
  reload) [ -e $on ] ;;
  stop) rm $on ;;
  status) if [ -e $on ]; then exit 0; elif [ -e /run/no-status ]; then exit 2; else exit 3; fi ;;
esac
"""
_UNIT = "[Service]\nExecStart=/bin/true\n[Install]\nWantedBy=multi-user.target\nAlias=other.service\n"
_PREPARE = r"""
mkdir -p /run /etc/init.d /lib/systemd/system /etc/systemd/system
rm -rf /run/told /run/*.on /run/no-status /etc/rc?.d/*box /etc/systemd/system/multi-user.target.wants/box*
rm -f /etc/systemd/system/box* /etc/systemd/system/other.service
: >/run/told
printf %s "$1" >/etc/init.d/box; chmod +x /etc/init.d/box
printf %s "$2" >/lib/systemd/system/box-unit.service
printf '[Service]\nExecStart=/bin/true\n' >/lib/systemd/system/box-static.service
"""
_LINK = "/etc/systemd/system/multi-user.target.wants/box-unit.service"


@pytest.fixture
def box(debian_machine: Machine) -> Machine:
    debian_machine.sh(_PREPARE, _SCRIPT, _UNIT)
    return debian_machine


@pytest.mark.parametrize(("before", "options", "told"), [
    ("", {"state": "started"}, "start\n"),
    (": >/run/box.on", {"state": "started"}, ""),
    ("", {"state": "stopped"}, ""),
    (": >/run/box.on", {"state": "stopped"}, "stop\n"),
    (": >/run/box.on", {"state": "restarted"}, "restart\n"),
    ("", {"state": "restarted"}, "restart\n"),
    (": >/run/box.on", {"state": "reloaded"}, "reload\n"),
    ("", {"state": "reloaded"}, "start\n"),
    (": >/run/box.on", {"state": "restarted", "sleep": 1}, "stop\nstart\n"),
    ("", {"state": "started", "arguments": "-x y"}, "start -x y\n"),
    (": >/run/no-status", {"state": "started", "pattern": "no such process"}, "start\n"),
    (": >/run/no-status", {"state": "started", "pattern": "/bin/sh"}, ""),
    ("", {"state": "started", "use": "sysvinit"}, "start\n"),
])
def test_an_init_script_starts_and_stops_it(box: Machine, before: str, options: dict[str, Any], told: str) -> None:
    box.sh(f":; {before}")
    done = box.apply("service", {"name": "box", **options})
    assert not done.failed, done.values
    assert not done.changed  # what runs while the image is made is no part of it
    assert box.sh("cat /run/told") == told
    assert (done.values["name"], done.values["state"]) == (
        "box", "stopped" if options["state"] == "stopped" else "started"
    )


def test_an_init_script_is_enabled_and_disabled(box: Machine) -> None:
    for enabled, links in ((True, 4), (False, 0)):
        done = box.apply("service", {"name": "box", "enabled": enabled})
        assert (done.changed, done.values["enabled"]) == (True, enabled)
        assert box.sh("ls /etc/rc[2-5].d | grep -c 'S..box'; :") == f"{links}\n"
        assert not box.apply("service", {"name": "box", "enabled": enabled}).changed


def test_a_unit_is_enabled_disabled_and_masked_in_its_files(box: Machine) -> None:
    def apply(**options: bool) -> bool:
        done = box.apply("systemd", {"name": "box-unit", **options})
        assert not done.failed, done.values
        again = box.apply("service", {"name": "box-unit.service", **options})
        assert not again.changed, again.values
        return done.changed

    assert not apply(enabled=False)
    assert apply(enabled=True)
    assert box.sh(f"readlink {_LINK} /etc/systemd/system/other.service") == (
        "/usr/lib/systemd/system/box-unit.service\n" * 2
    )
    assert apply(enabled=False)
    box.sh(f"[ ! -L {_LINK} ] && [ ! -L /etc/systemd/system/other.service ]")
    apply(enabled=True)
    assert apply(masked=True, enabled=False)
    assert box.sh(f"readlink /etc/systemd/system/box-unit.service; [ ! -L {_LINK} ]") == "/dev/null\n"
    assert apply(masked=False, enabled=True)
    box.sh(f"[ ! -e /etc/systemd/system/box-unit.service ] && [ -L {_LINK} ]")


def test_a_unit_counts_for_more_than_the_links_of_its_init_script(box: Machine) -> None:
    unit = "/lib/systemd/system/box.service"
    box.sh(f"printf '[Install]\nWantedBy=multi-user.target\n' >{unit}; ln -s ../init.d/box /etc/rc2.d/S01box")
    try:
        assert box.apply("service", {"name": "box", "enabled": True}).changed
        box.sh("[ -L /etc/systemd/system/multi-user.target.wants/box.service ]")
        assert not box.apply("service", {"name": "box", "enabled": True}).changed
    finally:
        box.sh(f"rm {unit}")


def test_what_cannot_be_started_is_skipped(box: Machine) -> None:
    left = box.apply("systemd", {"name": "box-unit", "state": "started"})
    assert (left.changed, left.values["skipped"]) == (False, True)
    assert "no init runs on the machine" in left.values["skip_reason"]
    assert not box.apply("systemd", {"name": "box-unit", "state": "stopped"}).values.get("skipped")
    done = box.apply("systemd", {"name": "box-unit", "state": "started", "enabled": True, "daemon_reload": True})
    assert (done.changed, done.failed) == (True, False)
    assert "has no init script to start it" in done.values["msg"]
    again = box.apply("systemd", {"name": "box-unit", "state": "started", "enabled": True})
    assert (again.changed, again.values.get("skipped")) == (False, None)
    assert not box.apply("systemd", {"name": "box-static", "enabled": True}).changed
    assert not box.apply("systemd", {"daemon_reload": True}).changed


@pytest.mark.parametrize(("module", "options", "why"), [
    ("service", {"name": "nonesuch", "state": "started"}, "Could not find the requested service nonesuch"),
    ("systemd", {"name": "nonesuch", "enabled": True}, "Could not find the requested service nonesuch"),
    ("service", {"name": "box", "use": "upstart"}, "no way to use 'upstart'"),
    ("service", {"name": "box", "use": "sysv", "masked": True}, "cannot be masked"),
    ("systemd", {"enabled": True}, "need the name of a unit"),
    ("service", {"name": "box", "state": "reloaded", "pattern": "/bin/sh"}, "Unable to reload service box"),
])
def test_what_fails(box: Machine, module: str, options: dict[str, Any], why: str) -> None:
    box.sh(": >/run/no-status")
    assert why in box.apply(module, options).values["msg"]


_OPENRC = r"""
mkdir -p /etc/init.d /etc/runlevels/default /etc/runlevels/boot /run/openrc
printf '#!/bin/sh\n' >/etc/init.d/box; chmod +x /etc/init.d/box
cat >/bin/rc-update <<'END'
#!/bin/sh
case $1 in add) ln -s /etc/init.d/$2 /etc/runlevels/$3/$2 ;; del) rm /etc/runlevels/$3/$2 ;; esac
END
cat >/bin/rc-service <<'END'
#!/bin/sh
case $2 in status) [ -e /run/$1.on ] ;; start) : >/run/$1.on ;; stop) rm /run/$1.on ;; esac
END
chmod +x /bin/rc-update /bin/rc-service
"""


@pytest.fixture
def alpine(busybox_machine: Machine) -> Iterator[Machine]:
    busybox_machine.sh(_OPENRC)
    yield busybox_machine
    busybox_machine.sh("rm -r /bin/rc-* /etc/init.d /etc/runlevels /run")


def test_openrc(alpine: Machine) -> None:
    def apply(**options: Any) -> bool:
        done = alpine.apply("service", {"name": "box", **options})
        assert not done.failed, done.values
        return done.changed

    assert apply(enabled=True)
    assert not apply(enabled=True)
    assert apply(enabled=True, runlevel="boot")
    assert alpine.sh("ls /etc/runlevels/*") == "/etc/runlevels/boot:\nbox\n\n/etc/runlevels/default:\nbox\n"
    assert apply(enabled=False)
    assert not apply(enabled=False)
    assert "no init runs" in alpine.apply("service", {"name": "box", "state": "started"}).values["skip_reason"]
    alpine.sh(": >/run/openrc/softlevel")
    assert apply(state="started")
    assert not apply(state="started")
    assert apply(state="stopped")


def play(module: str, options: dict[str, Any], answers: list[Answer]) -> tuple[list[Verb], Outcome]:
    entry = registry.find("modules", module)
    assert entry is not None
    plugin: Any = entry.load()
    work = plugin(make(plugin.options_type(), options)).apply({})
    asked: list[Verb] = []
    left: list[Any] = [None, *answers]
    try:
        while True:
            asked.append(work.send(left.pop(0)))
    except StopIteration as end:
        assert not left
        return asked, end.value


def says(enabled: str, active: str, load: str = "loaded") -> Answer:
    """Answer as a machine with systemd does."""
    status = f"LoadState={load}\nActiveState={active}\nExecStart={{ path=/x ; argv[]=/x -a=b }}\n"
    return Answer(0, f"init=systemd\nenabled={enabled}\n\n{status}")


RUNNING: list[tuple[dict[str, Any], Answer, list[str]]] = [
    ({"state": "started", "enabled": True}, says("enabled", "active"), []),
    ({"state": "started", "enabled": True}, says("disabled", "inactive"), ["enable", "start"]),
    ({"state": "started", "enabled": False}, says("static", "activating"), []),
    ({"state": "stopped", "enabled": False, "masked": True}, says("enabled", "active"), ["disable", "mask", "stop"]),
    ({"state": "stopped", "enabled": False, "masked": True}, says("masked", "inactive", "masked"), []),
    ({"masked": False, "enabled": True}, says("masked", "inactive", "masked"), ["unmask", "enable"]),
    ({"state": "restarted", "daemon_reload": True}, says("enabled", "failed"), ["daemon-reload", "restart"]),
    ({"state": "reloaded"}, says("enabled", "active"), ["reload"]),
    ({"state": "reloaded"}, says("enabled", "inactive"), ["start"]),
    ({"daemon_reload": True, "daemon_reexec": True}, says("enabled", "active"), ["daemon-reexec", "daemon-reload"]),
    ({"masked": True}, says("", "inactive", "not-found"), ["mask"]),
]


@pytest.mark.parametrize(("options", "answer", "actions"), RUNNING)
def test_what_a_running_systemd_is_told(options: dict[str, Any], answer: Answer, actions: list[str]) -> None:
    for module in ("service", "systemd"):
        asked, outcome = play(module, {"name": "box", **options}, [answer, Answer()] if actions else [answer])
        done = [verb.argv[13:] for verb in asked if isinstance(verb, Do)]
        assert done == ([tuple(actions)] if actions else [])
        assert outcome.values["status"]["ExecStart"] == "{ path=/x ; argv[]=/x -a=b }"
        assert outcome.changed == any(not action.startswith("daemon") for action in actions)


def test_how_systemd_is_called() -> None:
    options = {"name": "x.timer", "state": "started", "enabled": True, "scope": "global"}
    options |= {"no_block": True, "force": True}
    asked, _ = play("systemd", options, [says("disabled", "inactive"), Answer()])
    look, change = asked
    assert isinstance(look, Ask)
    assert isinstance(change, Do)
    assert look.argv[4:] == ("x.timer", "x.timer", "--global", "default", "", "")
    assert change.argv[4:9] == ("x.timer", "x.timer", "--global", "default", "systemd")
    assert change.argv[9:13] == ("--no-block", "--force", "0", "")


def test_what_systemd_refuses() -> None:
    _, outcome = play("systemd", {"name": "x", "state": "started"}, [
        says("enabled", "inactive"), Answer(1, "", "Job for x.service failed.\n"),
    ])
    assert (outcome.failed, outcome.shown) == ("Unable to start service x", "Job for x.service failed.")
    with pytest.raises(Failed, match="Could not find the requested service x"):
        play("systemd", {"name": "x", "state": "started"}, [says("", "inactive", "not-found")])


@pytest.mark.parametrize("module", ["service", "systemd"])
def test_services_can_be_left_alone_where_no_init_runs(box: Machine, module: str) -> None:
    options = {"name": "box", "state": "restarted", "services": "offline"}
    done = box.apply(module, options)
    assert (done.changed, done.failed) == (False, False)
    assert done.outcome is not None
    assert "services are left alone" in (done.outcome.skipped or "")
    enabled = box.apply(module, {**options, "name": "box-unit", "enabled": True})
    assert enabled.changed
    assert box.sh(f"basename $(readlink {_LINK}); cat /run/told") == "box-unit.service\n"


@pytest.mark.parametrize("module", ["service", "systemd"])
def test_services_can_be_made_to_fail_where_no_init_runs(box: Machine, module: str) -> None:
    done = box.apply(module, {"name": "box", "state": "started", "services": "fail"})
    assert done.failed
    assert "no init runs on the machine" in done.values["msg"]
    assert not box.apply(module, {"name": "box", "enabled": True, "services": "fail"}).failed
