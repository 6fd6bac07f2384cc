"""The ``package`` module: it finds the machine's manager, and tells each what it has to know."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from runner import registry
from runner.schema.records import make
from runner.sdk import Answer, Ask, Do, Failed, Outcome

if TYPE_CHECKING:
    from harness import Machine

# What apk does, as far as its command line shows it; /apk/has and /apk/offers hold a version for each package.
_APK = r"""#!/bin/sh
echo "$@" >>/apk/log
command=$1 simulate= upgrade=
shift
case $command in
  info) [ "$1" = -e ] && [ -e "/apk/has/$2" ]; exit ;;
  update) exit ;;
  upgrade) [ "$1" != -s ] || simulate=yes; upgrade=yes; set -- $(ls /apk/has) ;;
esac
for each; do
  case $each in
    -s) simulate=yes; continue ;;
    -u) upgrade=yes; continue ;;
  esac
  if [ "$command" = del ]; then
    echo "(1/1) Purging $each"; rm "/apk/has/$each"; sed -i "/^$each$/d" /etc/apk/world; continue
  fi
  [ -e "/apk/offers/$each" ] || { echo "ERROR: unable to select packages: $each" >&2; exit 1; }
  if [ ! -e "/apk/has/$each" ]; then echo "(1/1) Installing $each"
  elif [ -n "$upgrade" ] && ! cmp -s "/apk/has/$each" "/apk/offers/$each"; then echo "(1/1) Upgrading $each"
  else [ "$command" = add ] && [ -z "$simulate" ] && echo "$each" >>/etc/apk/world; continue
  fi
  [ -n "$simulate" ] || { cp "/apk/offers/$each" /apk/has; [ "$command" != add ] || echo "$each" >>/etc/apk/world; }
done
echo OK
"""


@pytest.fixture
def alpine(busybox_machine: Machine) -> Iterator[Machine]:
    machine = busybox_machine
    machine.sh(
        'mkdir -p /apk/has /apk/offers /etc/apk; printf %s "$1" >/bin/apk; chmod +x /bin/apk\n'
        "for each in a b c d; do echo 2 >/apk/offers/$each; done; echo 1 >/apk/has/b; echo 2 >/apk/has/c\n"
        "cp /apk/has/c /apk/has/d; printf 'b\nc\n' >/etc/apk/world; : >/apk/log", _APK,
    )
    yield machine
    machine.sh("rm -r /apk /bin/apk /etc/apk")


@pytest.mark.parametrize(("options", "changed", "calls"), [
    ({"name": "b"}, False, []),
    ({"name": ["a", "b"]}, True, ["add a"]),
    ({"name": "d"}, True, ["add d"]),
    ({"name": "c", "state": "latest"}, False, ["add -s -u c"]),
    ({"name": ["b", "c"], "state": "latest"}, True, ["add -s -u b c", "add -u b c"]),
    ({"name": "a,b", "state": "latest"}, True, ["add a", "add -s -u b", "add -u b"]),
    ({"name": ["a", "b"], "state": "latest", "update_only": True}, True, ["add -s -u b", "add -u b"]),
    ({"name": ["a", "c"], "state": "absent"}, True, ["del c"]),
    ({"name": "a", "state": "removed"}, False, []),
    ({"name": "b", "update_cache": True}, False, ["update"]),
    ({"update_cache": True}, True, ["update"]),
    ({"upgrade": True}, True, ["upgrade -s", "upgrade"]),
])
def test_what_apk_does(alpine: Machine, options: dict[str, Any], changed: bool, calls: list[str]) -> None:  # noqa: FBT001 - a table's column
    done = alpine.apply("package", options)
    assert not done.failed, done.values
    assert done.changed == changed
    assert [line for line in alpine.sh("cat /apk/log").splitlines() if not line.startswith("info")] == calls
    if "name" in options:
        again = alpine.apply("package", {**options, "update_cache": False})
        assert not again.changed


def test_a_package_that_is_not_there(alpine: Machine) -> None:
    values = alpine.apply("package", {"name": "z"}).values
    assert (values["failed"], values["rc"], values["msg"]) == (True, 1, "apk ended with status 1")
    assert "unable to select" in values["stderr"]


def test_debian_is_left_to_the_apt_module(debian_machine: Machine) -> None:
    for options, facts in (({}, {}), ({"use": "ansible.builtin.apt"}, {}), ({}, {"ansible_pkg_mgr": "apt"})):
        given = {"name": "dpkg", "state": "installed", "lock_timeout": 5, "best": True, **options}
        done = debian_machine.apply("package", given, facts=facts)
        assert (done.changed, done.failed, done.values["cache_updated"]) == (False, False, False)
        assert len(done.verbs) == (1 if options or facts else 2)


def test_a_machine_without_a_manager(busybox_machine: Machine) -> None:
    assert busybox_machine.apply("package", {"name": "x"}).values["msg"] == "the machine has no package manager"


def play(options: dict[str, Any], manager: str, answers: list[Answer]) -> tuple[list[tuple[str, ...]], Outcome]:
    """Return the commands that the module asks for, scripts by their arguments alone, and its outcome."""
    entry = registry.find("modules", "package")
    assert entry is not None
    plugin: Any = entry.load()
    work = plugin(make(plugin.options_type(), options)).apply({"ansible_pkg_mgr": manager})
    asked: list[tuple[str, ...]] = []
    left: list[Any] = [None, *answers]
    try:
        while True:
            verb = work.send(left.pop(0))
            assert isinstance(verb, Ask | Do)
            asked.append(verb.argv[4:] if isinstance(verb, Ask) else verb.argv)
    except StopIteration as end:
        assert not left
        return asked, end.value


DONE, YES, NO, NOTHING = Answer(), Answer(0, "yes\n"), Answer(0, "no\n"), Answer(0, "Nothing to do.\n")
CALLS: list[tuple[str, dict[str, Any], list[Answer], list[tuple[str, ...]], bool]] = [
    ("dnf", {"name": ["a", "b"]}, [Answer(0, "yes\nno\n"), DONE], [("a", "b"), ("dnf", "-y", "install", "b")], True),
    ("dnf", {"name": "a", "enablerepo": "x,y", "disable_gpg_check": True, "best": False, "install_weak_deps": False},
     [NO, DONE],
     [("a",), ("dnf", "-y", "install", "--nogpgcheck", "--enablerepo=x,y", "--setopt=install_weak_deps=False", "a")],
     True),
    ("dnf", {"name": "@web"}, [Answer(0, "maybe\n"), NOTHING], [("@web",), ("dnf", "-y", "install", "@web")], False),
    ("dnf", {"name": "a", "state": "latest"}, [YES, Answer()], [("a",), ("a",)], False),
    ("dnf", {"name": "a", "state": "latest"}, [YES, YES, DONE], [("a",), ("a",), ("dnf", "-y", "upgrade", "a")], True),
    ("dnf", {"name": "*", "state": "latest"}, [YES, DONE], [(), ("dnf", "-y", "upgrade")], True),
    ("dnf", {"autoremove": True}, [NOTHING], [("dnf", "-y", "autoremove")], False),
    ("yum", {"name": "a", "state": "absent"}, [YES, DONE], [("a",), ("yum", "-y", "remove", "a")], True),
    ("dnf5", {"name": "a", "update_cache": True}, [DONE, YES], [("dnf5", "-y", "makecache"), ("a",)], False),
    ("zypper", {"name": "a", "disable_gpg_check": True, "oldpackage": True, "extra_args": "-l '-x y'"}, [NO, DONE],
     [("a",), ("zypper", "--no-gpg-checks", "-n", "install", "--oldpackage", "-l", "-x y", "a")], True),
    ("zypper", {"state": "dist-upgrade", "update_cache": True}, [DONE, YES, DONE],
     [("zypper", "-n", "refresh"), (), ("zypper", "-n", "dist-upgrade")], True),
    ("pacman", {"name": "a,b"}, [Answer(0, "no\nno\n"), DONE],
     [("a", "b"), ("pacman", "--noconfirm", "--needed", "-S", "a", "b")], True),
    ("pacman", {"upgrade": True}, [Answer()], [()], False),
]


@pytest.mark.parametrize(
    ("manager", "options", "answers", "asked", "changed"), CALLS, ids=[f"{i}-{r[0]}" for i, r in enumerate(CALLS)]
)
def test_what_a_manager_is_told(
    manager: str, options: dict[str, Any], answers: list[Answer], asked: list[tuple[str, ...]],
    changed: bool,  # noqa: FBT001 - a table's column
) -> None:
    found, outcome = play(options, manager, answers)
    assert found == asked
    assert (outcome.changed, outcome.failed) == (changed, None)


def test_nothing_more_is_done_once_a_call_has_failed() -> None:
    asked, outcome = play({"name": "a", "update_cache": True}, "dnf", [Answer(1, "", "no network\n")])
    assert asked == [("dnf", "-y", "makecache")]
    assert (outcome.failed, outcome.shown) == ("dnf ended with status 1", "no network")


@pytest.mark.parametrize(("options", "why"), [
    ({"name": "a", "use": "pkgng"}, "no way to use 'pkgng'"),
    ({"name": "a", "state": "build-dep"}, "a matter of apt"),
])
def test_what_is_refused(options: dict[str, Any], why: str) -> None:
    with pytest.raises(Failed, match=why):
        play(options, "dnf", [])
