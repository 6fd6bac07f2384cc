"""Modules for subscriptions of Red Hat's, whose program is played by a script."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from harness import Machine, played

MANAGER = r"""
cd /tmp/rhsm
say() { echo "$*" >>log; }
case $1 in
  identity) [ -e registered ] || { echo 'This system is not yet registered.' >&2; exit 1; } ;;
  register) say "$@"; case $* in *wrong*) echo 'Invalid username or password.' >&2; exit 70 ;; esac; : >registered ;;
  unregister) say "$@"; rm registered ;;
  release)
    if [ "$2" = --show ]; then cat release 2>/dev/null || echo 'Release not set'
    else say "$@"; echo "Release: ${2#--set=}" >release
    fi ;;
  repos)
    shift
    if [ "$1" != --list ]; then
      say repos "$@"
      while [ $# -gt 0 ]; do echo "$([ "$1" = --enable ] && echo 1 || echo 0)" >"repo-$2"; shift 2; done
      exit
    fi
    echo '    Available Repositories in /etc/yum.repos.d/redhat.repo'
    for each in repo-*; do
      printf 'Repo ID:   %s\nRepo Name: %s\n' "${each#repo-}" "A name: ${each#repo-}"
      printf 'Repo URL:  https://cdn.example/%s\nEnabled:   %s\n\n' "${each#repo-}" "$(cat "$each")"
    done ;;
  list)
    if [ "$2" = --available ]; then pools='one two'; else pools=$(ls pools); fi
    for each in $pools; do
      printf 'Subscription Name:   A: %s\nProvides:            x\n                     y: z\n' "$each"
      printf 'Pool ID:             %s\n' "$each"
      if [ -e "pools/$each" ]; then
        printf 'Serial:              9%s\nQuantity Used:       %s\n\n' "$each" "$(cat "pools/$each")"
      fi
    done ;;
  attach) say "$@"; echo "${5:-1}" >"pools/$3" ;;
  remove) say "$@"; rm "pools/${3#9}" ;;
  config|status) say "$@" ;;
esac
"""
LOGIN = {"username": "me", "password": "word"}


@pytest.fixture
def rhsm(busybox_machine: Machine) -> Iterator[Machine]:
    """A machine that is not registered, with the repositories base-1, base-2 and extra."""
    busybox_machine.sh("rm -rf /tmp/rhsm /etc/rhsm; mkdir -p /tmp/rhsm/pools; cd /tmp/rhsm; : >log; "
                       "echo 1 >repo-base-1; echo 0 >repo-base-2; echo 1 >repo-extra")
    with played(busybox_machine, {"subscription-manager": MANAGER}):
        yield busybox_machine
    busybox_machine.sh("rm -rf /tmp/rhsm /etc/rhsm")


def log(machine: Machine) -> list[str]:
    return machine.sh("cat /tmp/rhsm/log; : >/tmp/rhsm/log").splitlines()


REPOSITORIES: list[tuple[dict[str, Any], str, list[str]]] = [
    ({"name": "base-2"}, "repos --enable base-2", ["base-1", "base-2", "extra"]),
    ({"name": "base-*"}, "repos --enable base-2", ["base-1", "base-2", "extra"]),
    ({"name": ["base-1", "extra"], "state": "disabled"}, "repos --disable base-1 --disable extra", []),
    ({"name": "base-2", "purge": True}, "repos --enable base-2 --disable base-1 --disable extra", ["base-2"]),
    ({"name": "*", "state": "disabled"}, "repos --disable base-1 --disable extra", []),
]


@pytest.mark.parametrize(("options", "call", "on"), REPOSITORIES)
def test_repositories(rhsm: Machine, options: dict[str, Any], call: str, on: list[str]) -> None:
    assert rhsm.apply("rhsm_repository", options, check=True).changed
    assert log(rhsm) == []
    done = rhsm.apply("rhsm_repository", options)
    assert done.changed, done.values
    assert log(rhsm) == [call]
    again = rhsm.apply("rhsm_repository", options)
    assert not again.changed
    assert again.values["repositories"] == done.values["repositories"]
    assert [each["id"] for each in again.values["repositories"] if each["enabled"]] == on
    assert done.values["repositories"][0] == {
        "id": "base-1", "name": "A name: base-1", "url": "https://cdn.example/base-1", "enabled": "base-1" in on,
    }


def test_no_such_repository(rhsm: Machine) -> None:
    done = rhsm.apply("rhsm_repository", {"name": ["base-1", "other-*"]})
    assert done.values["msg"] == "other-* is not a valid repository ID"


REGISTRATIONS: list[tuple[dict[str, Any], list[str]]] = [
    ({**LOGIN, "auto_attach": True}, ["register --auto-attach --username me --password word"]),
    ({"activationkey": "k", "org_id": "o", "release": "9.4", "consumer_name": "n", "consumer_type": "system"},
     ["register --org o --activationkey k --type system --name n --release 9.4"]),
    ({"token": "t", "consumer_id": "c", "environment": "Library"},
     ["register --token t --consumerid c --environment Library"]),
    ({**LOGIN, "server_hostname": "h.example", "server_insecure": "1", "rhsm_baseurl": "https://b.example"},
     ["config --server.hostname=h.example --server.insecure=1 --rhsm.baseurl=https://b.example",
      "register --username me --password word"]),
    ({**LOGIN, "pool_ids": ["one", {"two": 3}]},
     ["register --username me --password word", "attach --pool one", "attach --pool two --quantity 3"]),
    ({**LOGIN, "syspurpose": {"role": "r", "sync": True}}, ["register --username me --password word", "status"]),
]


@pytest.mark.parametrize(("options", "calls"), REGISTRATIONS)
def test_a_registration(rhsm: Machine, options: dict[str, Any], calls: list[str]) -> None:
    rhsm.sh("echo 'Release: 9.4' >/tmp/rhsm/release")
    assert rhsm.apply("redhat_subscription", options, check=True).changed
    assert log(rhsm) == []
    done = rhsm.apply("redhat_subscription", options)
    assert done.changed, done.values
    assert done.values["msg"] == f"System successfully registered to '{options.get('server_hostname')}'."
    assert log(rhsm) == calls
    again = rhsm.apply("redhat_subscription", options)
    assert not again.changed, again.values
    assert again.values["msg"] == "System already registered."
    assert rhsm.apply("redhat_subscription", {**LOGIN, "force_register": True}).changed
    assert log(rhsm) == ["register --force --username me --password word"]


@pytest.fixture
def registered(rhsm: Machine) -> Machine:
    rhsm.sh(": >/tmp/rhsm/registered; echo 2 >/tmp/rhsm/pools/one; echo 1 >/tmp/rhsm/pools/three")
    return rhsm


CHANGES: list[tuple[dict[str, Any], list[str], dict[str, Any]]] = [
    ({"pool_ids": ["one", "two"]}, ["remove --serial 9three", "attach --pool two"],
     {"subscribed_pool_ids": {"two": 1}, "unsubscribed_serials": ["9three"]}),
    ({"pool_ids": [{"one": 1}, "three"]}, ["remove --serial 9one", "attach --pool one --quantity 1"],
     {"subscribed_pool_ids": {"one": 1}}),
    ({"release": "9.4"}, ["release --set=9.4"], {"msg": "System already registered."}),
    ({"state": "absent", "server_hostname": "h.example"}, ["unregister"],
     {"msg": "System successfully unregistered from h.example."}),
]


@pytest.mark.parametrize(("options", "calls", "values"), CHANGES)
def test_a_registered_machine(
    registered: Machine, options: dict[str, Any], calls: list[str], values: dict[str, Any]
) -> None:
    assert registered.apply("redhat_subscription", options, check=True).changed
    done = registered.apply("redhat_subscription", options)
    assert done.changed, done.values
    assert log(registered) == calls
    assert {name: done.values[name] for name in values} == values
    assert not registered.apply("redhat_subscription", options).changed


def test_what_a_machine_is_for(registered: Machine) -> None:
    registered.sh("mkdir -p /etc/rhsm/syspurpose")
    registered.put("/etc/rhsm/syspurpose/syspurpose.json", b'{"role": "old", "usage": "old", "mine": 1}')
    options = {"syspurpose": {"role": "new", "addons": ["a", "b"]}}
    assert registered.apply("redhat_subscription", options, check=True).changed
    done = registered.apply("redhat_subscription", options)
    assert (done.changed, done.values["syspurpose_changed"]) == (True, True)
    told = json.loads(registered.sh("cat /etc/rhsm/syspurpose/syspurpose.json"))
    assert told == {"role": "new", "addons": ["a", "b"], "mine": 1}
    again = registered.apply("redhat_subscription", options)
    assert (again.changed, again.values["syspurpose_changed"]) == (False, False)
    assert log(registered) == []


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({}, "state is present but any of the following are missing: username, activationkey, token"),
    ({"activationkey": "k"}, "org_id is required when using activationkey"),
    ({"username": "me", "password": "wrong"}, "Invalid username or password."),
    ({**LOGIN, "pool_ids": ["four"]}, "Pool ID: four not in list of available pools"),
    ({**LOGIN, "pool_ids": [{"one": "many"}]}, "pool_ids: 'many' is not how many subscriptions of one there can be"),
]


@pytest.mark.parametrize(("options", "message"), REFUSED)
def test_what_cannot_be(rhsm: Machine, options: dict[str, Any], message: str) -> None:
    assert rhsm.apply("redhat_subscription", options).values["msg"] == message


@pytest.mark.parametrize("module", ["rhsm_repository", "redhat_subscription"])
def test_a_machine_without_it(busybox_machine: Machine, module: str) -> None:
    options = {"name": "x"} if module == "rhsm_repository" else LOGIN
    done = busybox_machine.apply(module, options)
    assert done.values["msg"] == 'Failed to find required executable "subscription-manager"'
