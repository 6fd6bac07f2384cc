"""The ``apt`` module, on a Debian machine with a repository of its own."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from harness import Machine, Missing, remove
from harness import debian as container_of

from runner import registry
from runner.schema.records import make
from runner.sdk import Answer, Do, Outcome, Verb, Wait

# Packages of the repository: name, version, further fields.
REPOSITORY = [
    ("tool", "1.0", "Depends: tool-data;Recommends: tool-doc"), ("tool", "2:1.5-1", "Depends: tool-data"),
    ("tool-data", "1.0", ""), ("tool-doc", "1.0", ""),
    ("mailer-a", "1.0", "Provides: mailer"), ("mailer-b", "1.0", "Provides: mailer, lister (= 2)"),
    ("lister", "3.0", ""), ("starter", "1.0", ""),
]
_BUILD = r"""
mkdir -p /repo /build; cd /build
while IFS='|' read -r name version fields; do
  rm -rf p; mkdir -p p/DEBIAN p/usr/share/$name
  printf 'Package: %s\nVersion: %s\nArchitecture: all\nMaintainer: x <x@example.org>\n' "$name" "$version" \
    >p/DEBIAN/control
  [ -z "$fields" ] || printf '%s\n' "$fields" | tr ';' '\n' >>p/DEBIAN/control
  printf 'Description: %s\n' "$name" >>p/DEBIAN/control
  [ $name != starter ] || { printf '#!/bin/sh\n/usr/sbin/policy-rc.d >/dev/null 2>&1; echo $? >/started\n' \
    >p/DEBIAN/postinst; chmod 755 p/DEBIAN/postinst; }
  [ $name != tool-doc ] || { mkdir -p p/etc; echo x >p/etc/doc.conf; echo /etc/doc.conf >p/DEBIAN/conffiles; }
  file=/repo/${name}_${version#*:}.deb
  dpkg-deb -b p "$file" >/dev/null
  { dpkg-deb -f "$file"; echo "Filename: ./${file##*/}"; echo "Size: $(stat -c %s "$file")"
    echo "SHA256: $(sha256sum "$file" | cut -d' ' -f1)"; echo; } >>/repo/Packages
done
echo force-unsafe-io >/etc/dpkg/dpkg.cfg.d/fast
echo 'deb [trusted=yes] file:/repo ./' >/etc/apt/sources.list
"""


@pytest.fixture(scope="module")
def box(debian: str) -> Iterator[Machine]:
    try:
        machine, container = container_of(debian)
    except Missing as error:
        pytest.skip(f"no container of Debian: {error}")
    lines = "".join(f"{'|'.join(row)}\n" for row in REPOSITORY)
    machine.sh(f"set -e; printf '%s' \"$1\" >/list; ({_BUILD}) </list", lines)
    yield machine
    machine.close()
    remove(container)


def versions(box: Machine) -> dict[str, str]:
    """Return the packages of the repository that are installed."""
    script = r"dpkg-query -W -f '${Package} ${db:Status-Abbrev} ${Version}\n'"
    rows = [line.split() for line in box.sh(script).splitlines()]
    return {name: version for name, status, version in rows if status == "ii" and name in {r[0] for r in REPOSITORY}}


def apt(box: Machine, **options: Any) -> dict[str, Any]:
    return box.apply("apt", options).values


def clean(box: Machine) -> None:
    box.sh('dpkg --purge $(dpkg-query -W -f "\\${Package}\\n" | grep -E "^(tool|mailer|lister|starter)"); :')


@pytest.fixture(autouse=True)
def fresh(request: pytest.FixtureRequest) -> None:
    if "box" in request.fixturenames:
        box: Machine = request.getfixturevalue("box")
        clean(box)
        box.sh("[ -e /var/lib/apt/lists/*Packages ] || apt-get update")


def test_lists_are_fetched_when_they_are_too_old(box: Machine) -> None:
    box.sh("rm -rf /var/lib/apt/lists/*")
    missing = apt(box, name="tool")
    assert missing["failed"]
    assert "No package matching 'tool' is available" in missing["msg"]
    assert "set update_cache" in missing["msg"]
    fetched = apt(box, update_cache=True, cache_valid_time=3600)
    assert (fetched["changed"], fetched["cache_updated"]) == (True, True)
    again = apt(box, update_cache=True, cache_valid_time=3600)
    assert again == {"changed": False, "failed": False, "cache_updated": False,
                     "cache_update_time": fetched["cache_update_time"]}
    box.sh("touch -d '2 hours ago' /var/lib/apt/lists")
    old = apt(box, name="tool-data", cache_valid_time=3600)
    assert (old["changed"], old["cache_updated"]) == (True, True)
    assert old["cache_update_time"] >= fetched["cache_update_time"], "noted also where nothing was new"
    unchanged = apt(box, name="tool-data", update_cache=True)
    assert (unchanged["changed"], unchanged["cache_updated"]) == (False, True)


def test_a_list_is_installed_in_one_transaction(box: Machine) -> None:
    done = box.apply("apt", {"name": "tool, mailer-a", "install_recommends": False})
    assert done.changed
    assert [type(verb).__name__ for verb in done.verbs] == ["Ask", "Do"]
    assert versions(box) == {"tool": "2:1.5-1", "tool-data": "1.0", "mailer-a": "1.0"}
    assert "2 newly installed" in done.values["stdout"] or "3 newly installed" in done.values["stdout"]
    again = box.apply("apt", {"name": ["tool", "mailer-a"]})
    assert not again.changed
    assert [type(verb).__name__ for verb in again.verbs] == ["Ask"]


@pytest.mark.parametrize(("options", "there"), [
    ({"name": "tool=1.0"}, {"tool": "1.0", "tool-data": "1.0", "tool-doc": "1.0"}),
    ({"name": "tool=1.0", "install_recommends": False}, {"tool": "1.0", "tool-data": "1.0"}),
    ({"name": "tool=2:1.*"}, {"tool": "2:1.5-1", "tool-data": "1.0"}),
    ({"name": "tool >= 1.2"}, {"tool": "2:1.5-1", "tool-data": "1.0"}),
    ({"name": "mailer-*"}, {"mailer-a": "1.0", "mailer-b": "1.0"}),
    ({"deb": "/repo/tool_1.0.deb", "install_recommends": False}, {"tool": "1.0", "tool-data": "1.0"}),
    ({"deb": "file:///repo/tool_1.0.deb", "install_recommends": False}, {"tool": "1.0", "tool-data": "1.0"}),
    ({"name": "tool-data", "state": "latest"}, {"tool-data": "1.0"}),
    ({"name": "tool-data", "state": "fixed"}, {"tool-data": "1.0"}),
])
def test_what_is_installed_and_that_it_is_once(box: Machine, options: dict[str, Any], there: dict[str, str]) -> None:
    assert apt(box, **options)["changed"]
    assert versions(box) == there
    assert not apt(box, **options)["changed"]
    assert versions(box) == there


def test_versions_go_up_and_down(box: Machine) -> None:
    apt(box, name="tool=1.0", install_recommends=False)
    assert not apt(box, name="tool")["changed"]
    assert not apt(box, name="tool", only_upgrade=True)["changed"]
    assert apt(box, name="tool", state="latest", only_upgrade=True)["changed"]
    assert not apt(box, name="tool", state="latest")["changed"]
    assert not apt(box, name="tool>=1.0")["changed"]
    older = apt(box, deb="/repo/tool_1.0.deb")
    assert (older["changed"], older["failed"]) == (False, False)
    assert "downgrade" in apt(box, name="tool=1.0", install_recommends=False)["msg"]
    assert apt(box, name="tool=1.0", install_recommends=False, allow_downgrade=True)["changed"]
    assert versions(box)["tool"] == "1.0"
    assert not apt(box, name="lister", state="latest", only_upgrade=True)["changed"]
    assert "upgraded" in apt(box, upgrade="dist", install_recommends=False)["stdout"]
    assert versions(box)["tool"] == "2:1.5-1"
    assert not apt(box, upgrade="safe")["changed"]
    assert not apt(box, name="*", state="latest")["changed"]


def test_what_is_provided_counts_unless_there_is_such_a_package(box: Machine) -> None:
    assert "'mailer'" in apt(box, name="mailer")["msg"]
    apt(box, name="mailer-b")
    assert not apt(box, name="mailer")["changed"]
    assert apt(box, name="lister")["changed"]
    assert versions(box) == {"mailer-b": "1.0", "lister": "3.0"}


def test_packages_are_removed(box: Machine) -> None:
    apt(box, name=["tool=1.0", "mailer-a", "mailer-b"])
    assert not apt(box, name="tool=9", state="absent")["changed"]
    assert apt(box, name=["tool-doc", "mailer-*"], state="absent")["changed"]
    assert versions(box) == {"tool": "1.0", "tool-data": "1.0"}
    assert not apt(box, name="tool-doc", state="absent")["changed"]
    assert box.sh("cat /etc/doc.conf") == "x\n"
    assert apt(box, name="tool-doc", state="absent", purge=True)["changed"]
    assert not apt(box, name="tool-doc", state="absent", purge=True)["changed"]
    box.sh("[ ! -e /etc/doc.conf ]")
    assert not apt(box, autoremove=True)["changed"]
    assert apt(box, name="tool", state="absent", autoremove=True)["changed"]
    assert versions(box) == {}
    apt(box, name="tool")
    box.sh("dpkg --purge tool")
    assert apt(box, autoremove=True)["changed"]
    assert not apt(box, autoremove=True)["changed"]


def test_services_are_kept_from_starting_for_the_time(box: Machine) -> None:
    apt(box, name="starter", policy_rc_d=101)
    assert box.sh("cat /started") == "101\n"
    box.sh("[ ! -e /usr/sbin/policy-rc.d ]; dpkg --purge starter; printf '#!/bin/sh\nexit 7\n' >/usr/sbin/policy-rc.d")
    box.sh("chmod +x /usr/sbin/policy-rc.d")
    apt(box, name="starter", policy_rc_d=0)
    assert box.sh("cat /started; cat /usr/sbin/policy-rc.d; rm /usr/sbin/policy-rc.d") == "0\n#!/bin/sh\nexit 7\n"


def test_the_cache_of_package_files_is_emptied(box: Machine) -> None:
    box.sh("touch /var/cache/apt/archives/x_1_all.deb")
    assert apt(box, clean=True)["changed"]
    assert not apt(box, clean=True)["changed"]
    assert not apt(box, autoclean=True)["changed"]


@pytest.mark.parametrize(("options", "why"), [
    ({"name": "nonesuch"}, "No package matching 'nonesuch' is available"),
    ({"name": "none*such"}, "No package matching 'none*such' is available"),
    ({"name": "tool=9"}, "there is no version 9 of tool"),
    ({"name": "tool>=9:9"}, "the newest version is 2:1.5-1"),
    ({"name": "tool=1.0", "state": "latest"}, "names a version"),
    ({"name": "a=b=c"}, "is not the name of a package"),
    ({"deb": "/none.deb"}, "there is no file /none.deb"),
    ({"deb": "/list"}, "is not a Debian package"),
    ({"deb": "file:///none.deb"}, "apt-get install failed"),
])
def test_what_fails(box: Machine, options: dict[str, Any], why: str) -> None:
    values = apt(box, **options)
    assert values["failed"]
    assert why in values["msg"]


def test_check_mode_changes_nothing(box: Machine) -> None:
    assert box.apply("apt", {"name": "tool"}, check=True).changed
    assert versions(box) == {}
    apt(box, name="tool")
    assert not box.apply("apt", {"name": "tool"}, check=True).changed
    assert not box.apply("apt", {"name": "tool", "state": "latest"}, check=True).changed


def test_a_machine_without_apt(busybox_machine: Machine) -> None:
    assert "no apt-get" in busybox_machine.apply("apt", {"name": "x"}).values["msg"]


def play(options: dict[str, Any], answers: list[Answer | None]) -> tuple[list[Verb], Outcome]:
    """Return what the module asks for with ``answers``, and its outcome."""
    entry = registry.find("modules", "apt")
    assert entry is not None
    plugin: Any = entry.load()
    work, asked, left = plugin(make(plugin.options_type(), options)).apply({}), [], [None, *answers]
    try:
        while True:
            asked.append(work.send(left.pop(0)))
    except StopIteration as end:
        assert not left
        return asked, end.value


FETCHED = Answer(0, "Get:1 http://deb.example bookworm InRelease\n\x1d")


def test_lists_that_are_as_they_were_are_no_change() -> None:
    hit = Answer(0, "Get:1 http://deb.example bookworm InRelease\n")
    for answer, changed in ((hit, False), (FETCHED, True)):
        _, outcome = play({"update_cache": True}, [Answer(0, "5 99\n"), answer, Answer(0, "99 99\n")])
        assert (outcome.changed, outcome.values["cache_updated"]) == (changed, changed)


def test_lists_are_fetched_again_when_that_fails() -> None:
    broken, old = Answer(100, "", "E: Failed to fetch x\n"), Answer(0, "5 99\n")
    locked = Answer(100, "", "E: Could not get lock /var/lib/apt/lists/lock\n")
    options = {"update_cache": True, "update_cache_retries": 3, "update_cache_retry_max_delay": 3}
    asked, outcome = play(options, [old, broken, None, broken, None, broken, None, FETCHED, Answer(0, "99 99\n")])
    assert [verb.seconds for verb in asked if isinstance(verb, Wait)] == [1, 2, 3]
    assert outcome == Outcome({"cache_updated": True, "cache_update_time": 99}, changed=True)
    asked, outcome = play({**options, "update_cache_retries": 1}, [old, broken, None, broken])
    assert outcome.failed == "Failed to update apt cache: Failed to fetch x"
    options |= {"update_cache_retries": 0, "lock_timeout": 4}
    asked, outcome = play(options, [old, locked, None, locked, None, locked, None, locked])
    assert sum(isinstance(verb, Do) for verb in asked) == 4
    assert "Could not get lock" in (outcome.failed or "")
