"""The module ``snap``, whose program is played by a script: a container has no kernel for snaps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from harness import Machine, played

SNAP = r"""
cd /tmp/snaps
say() { echo "$*" >>log; }
case $1 in
  version) printf 'snap    2.63\nsnapd   2.63\nkernel  6.1\n' ;;
  list)
    echo 'Name Version Rev Tracking Publisher Notes'
    for each in */; do
      if [ -d "$each" ]; then echo "${each%/} 1.0 1 $(cat "$each/channel") me $(cat "$each/notes")"; fi
    done ;;
  info) echo 'path: x'; echo 'name:      local' ;;
  install|refresh)
    say "$@"
    verb=$1 channel=latest/stable notes=-
    shift
    while case $1 in --*) true ;; *) false ;; esac; do
      case $1 in --channel) channel=$2; shift ;; --classic) notes=classic ;; esac
      shift
    done
    case $channel in */*) ;; *) channel=latest/$channel ;; esac
    for each; do
      if [ "$each" = bad ]; then echo 'error: snap "bad" not found' >&2; exit 1; fi
      each=${each##*/}; each=${each%.snap}
      mkdir -p "$each"; echo "$channel" >"$each/channel"; echo "$notes" >"$each/notes"
    done ;;
  remove) say "$@"; shift; rm -r "$@" ;;
  enable) say "$@"; echo - >"$2/notes" ;;
  disable) say "$@"; echo disabled >"$2/notes" ;;
  get) cat "$3/settings" 2>/dev/null || exit 1 ;;
  set) say "$@"; echo '{"a": {"b": 2, "c": true}, "d": "x y"}' >"$2/settings" ;;
esac
"""


@pytest.fixture
def snaps(busybox_machine: Machine) -> Iterator[Machine]:
    """A machine with the snap foo."""
    busybox_machine.sh("rm -rf /tmp/snaps; mkdir -p /tmp/snaps/foo; cd /tmp/snaps; "
                       "echo latest/stable >foo/channel; echo - >foo/notes; : >log")
    with played(busybox_machine, {"snap": SNAP}):
        yield busybox_machine
    busybox_machine.sh("rm -rf /tmp/snaps")


CHANGES: list[tuple[dict[str, Any], list[str], dict[str, Any]]] = [
    ({"name": ["foo", "bar", "baz"]}, ["install bar baz"],
     {"snaps_installed": ["bar", "baz"], "snap_names": ["foo", "bar", "baz"], "cmd": "snap install bar baz"}),
    ({"name": "bar", "classic": True, "channel": "edge"}, ["install --classic --channel edge bar"],
     {"channel": "edge", "classic": True, "version": {"snap": "2.63", "snapd": "2.63", "kernel": "6.1"}}),
    ({"name": "foo", "channel": "beta"}, ["refresh --channel beta foo"], {"snaps_installed": ["foo"]}),
    ({"name": "/srv/local.snap", "dangerous": True}, ["install --dangerous /srv/local.snap"],
     {"snap_names": ["local"]}),
    ({"name": "foo", "options": ["a.b=2", "foo:d=x y", "a.c=true"]}, ["set foo a.b=2 d=x y a.c=true"],
     {"options_changed": ["foo:a.b=2", "foo:d=x y", "foo:a.c=true"]}),
    ({"name": "foo", "state": "absent"}, ["remove foo"], {"snaps_removed": ["foo"]}),
    ({"name": "foo", "state": "disabled"}, ["disable foo"], {"snaps_disabled": ["foo"]}),
]


@pytest.mark.parametrize(("options", "log", "values"), CHANGES)
def test_a_change(snaps: Machine, options: dict[str, Any], log: list[str], values: dict[str, Any]) -> None:
    assert snaps.apply("snap", options, check=True).changed
    assert snaps.sh("cat /tmp/snaps/log") == ""
    done = snaps.apply("snap", options)
    assert done.changed, done.values
    assert {name: done.values[name] for name in values} == values
    again = snaps.apply("snap", options)
    assert not again.failed, again.values
    assert not again.changed
    assert snaps.sh("cat /tmp/snaps/log").splitlines() == log


def test_switched_off_and_on(snaps: Machine) -> None:
    assert not snaps.apply("snap", {"name": "foo", "state": "enabled"}).changed
    snaps.apply("snap", {"name": "foo", "state": "disabled"})
    assert snaps.apply("snap", {"name": "foo", "state": "enabled"}).values["snaps_enabled"] == ["foo"]


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"name": "bad"}, 'error: snap "bad" not found'),
    ({"name": ["foo", "bar"], "channel": "edge"}, "channel can be given for one snap alone"),
    ({"name": "bar", "state": "enabled"}, "these snaps are not installed: bar"),
    ({"name": "foo", "options": ["a"]}, "options: 'a' is not of the form key=value or snap:key=value"),
]


@pytest.mark.parametrize(("options", "message"), REFUSED)
def test_what_cannot_be(snaps: Machine, options: dict[str, Any], message: str) -> None:
    assert message in snaps.apply("snap", options).values["msg"]


def test_a_machine_without_it(busybox_machine: Machine) -> None:
    done = busybox_machine.apply("snap", {"name": "foo"})
    assert done.values["msg"] == 'Failed to find required executable "snap"'
