"""Packages of RPM systems: a real dnf and rpm, which Debian has too, and a repository made here."""

# ruff: noqa: E501 - scripts and what they write stand in one line

from __future__ import annotations

from typing import Any

import pytest
from harness import Machine

BUILD = r"""
mkdir -p /srv/repo && cd /srv
for each in tool:1.0 tool:2.0 other:1.0; do
  name=${each%:*} version=${each#*:}
  cat >spec <<END
Name: $name
Version: $version
Release: 1
Summary: A package
License: MIT
BuildArch: noarch
Provides: $name-provided
%description
A package.
%install
mkdir -p %{buildroot}/opt/$name
echo $version >%{buildroot}/opt/$name/version
%files
/opt/$name
END
  rpmbuild --quiet -bb --define "_rpmdir /srv/repo" --define "_topdir /srv/build" spec >/dev/null 2>&1 || exit
done
createrepo_c -q /srv/repo
mkdir -p /etc/yum.repos.d /etc/dnf
"""
REPOSITORY = {"name": "mine", "description": "Mine", "baseurl": "file:///srv/repo", "gpgcheck": False, "enabled": True}


@pytest.fixture(scope="module")
def rpm_machine(debian_machine: Machine) -> Machine:
    debian_machine.sh("apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq "
                      "--no-install-recommends dnf rpm createrepo-c gnupg >/dev/null 2>&1")
    debian_machine.sh(BUILD)
    return debian_machine


def test_a_repository(rpm_machine: Machine) -> None:
    rpm_machine.sh("rm -f /etc/yum.repos.d/*")
    assert rpm_machine.apply("yum_repository", REPOSITORY, check=True).changed
    assert rpm_machine.apply("yum_repository", REPOSITORY).values["repo"] == "mine"
    expected = "[mine]\nbaseurl = file:///srv/repo\nenabled = 1\ngpgcheck = 0\nname = Mine\n\n"
    assert rpm_machine.sh("cat /etc/yum.repos.d/mine.repo; stat -c %a /etc/yum.repos.d/mine.repo") == f"{expected}644\n"
    assert not rpm_machine.apply("yum_repository", REPOSITORY).changed
    two = {**REPOSITORY, "name": "second", "file": "mine", "baseurl": ["http://a.example/", "http://b.example/"],
           "exclude": ["x", "y"], "enabled": False, "priority": "9"}
    assert rpm_machine.apply("yum_repository", two).changed
    assert not rpm_machine.apply("yum_repository", two).changed
    assert "baseurl = http://a.example/\n\thttp://b.example/\n" in rpm_machine.sh("cat /etc/yum.repos.d/mine.repo")
    assert rpm_machine.apply("yum_repository", {"name": "second", "file": "mine", "state": "absent"}).changed
    assert rpm_machine.sh("cat /etc/yum.repos.d/mine.repo") == expected
    assert not rpm_machine.apply("yum_repository", {"name": "second", "file": "mine", "state": "absent"}).changed
    assert rpm_machine.apply("yum_repository", {"name": "x", "baseurl": "http://x"}).failed


STEPS: list[tuple[dict[str, Any], bool, str]] = [
    ({"name": "tool-1.0"}, True, "tool-1.0"),
    ({"name": "tool"}, False, "tool-1.0"),
    ({"name": "tool-provided"}, False, "tool-1.0"),
    ({"name": ["tool", "other"], "state": "latest"}, True, "other-1.0 tool-2.0"),
    ({"name": ["tool", "other"], "state": "latest"}, False, "other-1.0 tool-2.0"),
    ({"name": "/srv/repo/noarch/tool-2.0-1.noarch.rpm"}, False, "other-1.0 tool-2.0"),
    ({"name": ["tool", "other"], "state": "absent"}, True, ""),
    ({"name": ["tool", "other"], "state": "absent"}, False, ""),
    ({"name": "/srv/repo/noarch/other-1.0-1.noarch.rpm", "disable_gpg_check": True}, True, "other-1.0"),
    ({"name": "other", "state": "removed"}, True, ""),
]


@pytest.mark.parametrize("module", ["dnf", "yum", "package"])
def test_packages(rpm_machine: Machine, module: str) -> None:
    assert not rpm_machine.apply("yum_repository", REPOSITORY).failed
    rpm_machine.sh("dnf -q -y remove tool other >/dev/null 2>&1; true")
    for options, changed, there in STEPS:
        given = {**options, "use": "dnf"} if module == "package" else options
        if module == "package" and "latest" in options.values():
            continue
        if module != "package":
            assert rpm_machine.apply(module, given, check=True).changed >= changed
        done = rpm_machine.apply(module, given)
        assert not done.failed, done.values
        if module != "package":
            assert done.changed == changed, (options, done.values)
            found = rpm_machine.sh("rpm -q --qf '%{name}-%{version}\\n' tool other | grep -v installed | sort; true").split()
            assert found == there.split(), options
    missing = rpm_machine.apply(module, {"name": "nothing-of-that-name", **({"use": "dnf"} if module == "package" else {})})
    assert missing.failed


def test_a_key(rpm_machine: Machine) -> None:
    rpm_machine.sh("export GNUPGHOME=/srv/gnupg; rm -rf $GNUPGHOME; mkdir -m 700 $GNUPGHOME; gpg --batch --quiet --passphrase '' "
                   "--quick-gen-key me@here.example rsa2048 default never 2>/dev/null; gpg --armor --export >/srv/key.asc")
    assert rpm_machine.apply("rpm_key", {"key": "/srv/key.asc"}, check=True).changed
    done = rpm_machine.apply("rpm_key", {"key": "/srv/key.asc"})
    assert done.changed, done.values
    assert "me@here.example" in rpm_machine.sh("rpm -q gpg-pubkey --qf '%{summary}\\n'")
    assert not rpm_machine.apply("rpm_key", {"key": "/srv/key.asc"}).changed
    wrong = rpm_machine.apply("rpm_key", {"key": "/srv/key.asc", "fingerprint": "0" * 40})
    assert wrong.failed
    assert rpm_machine.apply("rpm_key", {"key": "/srv/key.asc", "state": "absent"}).changed
    assert not rpm_machine.apply("rpm_key", {"key": "/srv/key.asc", "state": "absent"}).changed


def test_facts_of_packages(rpm_machine: Machine) -> None:
    rpm_machine.apply("dnf", {"name": "tool-2.0"})
    done = rpm_machine.apply("package_facts", {"manager": "rpm"})
    assert done.outcome is not None
    [found] = done.outcome.facts["packages"]["tool"]
    assert found == {"name": "tool", "version": "2.0", "release": "1", "epoch": None, "arch": "noarch", "source": "rpm"}
