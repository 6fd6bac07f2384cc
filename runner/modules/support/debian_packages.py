"""Install and remove Debian packages: what of the work is needed, and how apt-get is told."""

from __future__ import annotations

import re
from collections.abc import Generator, Sequence
from typing import Any

from runner.modules.support.apt_get import ENVIRONMENT, AptGet, Step, complaint
from runner.modules.support.debian import Machine, Wanted, fits
from runner.sdk import Answer, Ask, Do, Failed, Verb

_COMPARE = """
while [ $# -gt 0 ]; do dpkg --compare-versions "$1" ge "$2" && echo yes || echo no; shift 2; done
"""
_CANDIDATE = re.compile(r"^(\S+):\n  Installed: .*\n  Candidate: (?!\(none\))", re.MULTILINE)
_IS = """
is() {  # what installing the file $1 means: same, newer (is installed), or install
  about=$(dpkg-deb -W --showformat='${Package}:${Architecture} ${Version}' "$1") || return
  package=${about% *} version=${about#* }
  have=$(dpkg-query -W -f '${db:Status-Abbrev} ${Version}' "${package%:all}" 2>/dev/null)
  case $have in
    ?i*) ;;
    *) echo install; return ;;
  esac
  have=${have##* }
  if [ "$have" = "$version" ]; then echo same
  elif dpkg --compare-versions "$have" gt "$version"; then echo newer
  else echo install
  fi
}
"""
_LOOK_AT_FILE = _IS + """
[ -e "$1" ] || exit 44
cd "$(dirname -- "$1")" && pwd && is "./${1##*/}"
"""
_FETCH_FILE = _IS + """
url=$1 downgrades=$2
shift 2
dir=$(mktemp -d) || exit
trap 'rm -rf "$dir"' EXIT
trap 'exit 143' HUP INT TERM
chmod 0755 "$dir"
/usr/lib/apt/apt-helper download-file "$url" "$dir/package.deb" || exit
found=$(is "$dir/package.deb") || exit
case $found$downgrades in
  install*|newer?*) "$@" "$dir/package.deb" ;;
  *) exit 45 ;;
esac
"""
_MISSING, _NEEDLESS = 44, 45


def installed(
    apt: AptGet, names: Sequence[Wanted], machine: Machine, state: str, *, only_upgrade: bool, words: Sequence[str]
) -> Generator[Verb, Any, Step]:
    """Install or upgrade packages, all in one transaction, if they are not there as ``state`` wants them."""
    if state == "build-dep":
        return (yield from apt.do_if_needed("build-dep", *(each.installable for each in names)))
    latest = state == "latest"
    for each in names:
        if latest and each.version:
            raise Failed(f"{each.written!r} names a version, which state: latest does not go with")
    missing, unsure = yield from _choice(names, machine, latest=latest, only_upgrade=only_upgrade)
    command = ["install", *(("--only-upgrade",) if only_upgrade else ()), *words]
    if state == "fixed":
        command.append("--fix-broken")
        unsure = unsure or not missing
    if not missing and not unsure:
        return Step(changed=False)
    take = apt.do_if_needed if unsure else apt.do
    step = yield from take(*command, *(each.installable for each in missing))
    smallest = [each for each in names if each.operator == ">="]
    if step.failed is None and smallest:
        return (yield from _verified(step, smallest))
    return step


def removed(
    apt: AptGet, names: Sequence[Wanted], machine: Machine, words: Sequence[str]
) -> Generator[Verb, Any, Step]:
    """Remove the packages that are there; with ``--purge``, also those that left their configuration."""
    found: dict[str, None] = {}
    for each in names:
        for package in machine.known(each):
            if (package.installed or "--purge" in words) and (each.operator != "=" or fits(package.version, each)):
                found[f"{package.name}:{package.architecture}" if each.architecture else package.name] = None
    if not found:
        return Step(changed=False)
    return (yield from apt.do("remove", *words, *found))


def _choice(
    names: Sequence[Wanted], machine: Machine, *, latest: bool, only_upgrade: bool
) -> Generator[Verb, Any, tuple[list[Wanted], bool]]:
    """Return what apt-get is to be told, and whether only it can say that this changes anything."""
    missing: list[Wanted] = []
    unsure: list[Wanted] = []
    provided: list[Wanted] = []
    compared: list[tuple[Wanted, str]] = []
    for each in names:
        there = machine.installed(each)
        if not there and only_upgrade:
            continue
        if each.pattern or (each.version and not each.operator) or (there and latest):
            unsure.append(each)
        elif not there:
            (provided if each.name in machine.provided and not each.version else missing).append(each)
        elif each.operator == ">=":
            compared.append((each, there[0].version))
        elif each.operator == "=" and not any(fits(package.version, each) for package in there):
            missing.append(each)
    if provided:
        missing += yield from _real(provided)
    if compared:
        answer: Answer = yield _compare([(version, each.version) for each, version in compared])
        missing += [each for (each, _), new in zip(compared, answer.stdout.split(), strict=True) if new == "no"]
    return [*missing, *unsure], bool(unsure) and not missing


def _real(names: Sequence[Wanted]) -> Generator[Verb, Any, list[Wanted]]:
    """Return those of the names that are packages, and not only something that others provide."""
    answer: Answer = yield Ask(("apt-cache", "policy", *(each.name for each in names)), environment=ENVIRONMENT)
    found = set(_CANDIDATE.findall(answer.stdout))
    return [each for each in names if each.name in found]


def _compare(pairs: Sequence[tuple[str, str]]) -> Ask:
    return Ask(("/bin/sh", "-c", _COMPARE, "sh", *(word for pair in pairs for word in pair)))


def _verified(step: Step, names: Sequence[Wanted]) -> Generator[Verb, Any, Step]:
    """Return the step, failed if a package is still older than it has to be."""
    query = ("dpkg-query", "-W", "-f", "${Version}\\n", *(each.name for each in names))
    versions = (yield Ask(query)).stdout.split()
    answer: Answer = yield _compare([(have, each.version) for have, each in zip(versions, names, strict=True)])
    for each, have, new in zip(names, versions, answer.stdout.split(), strict=True):
        if new == "no":
            return step._replace(failed=f"{each.written} cannot be had: the newest version is {have}")
    return step


def deb_installed(apt: AptGet, deb: str, *, downgrades: bool) -> Generator[Verb, Any, Step]:
    """Install a package file of the machine or of a URL, and what it depends on, unless that version is there."""
    if "://" in deb:
        words = ("/bin/sh", "-c", _FETCH_FILE, "sh", deb, "yes" if downgrades else "")
        answer: Answer = yield Do((*words, *apt.call("install")), environment=ENVIRONMENT)
        if answer.status == _NEEDLESS:
            return Step(changed=False)
        return Step(answer.status == 0, (answer,), complaint(answer, "install"))
    answer = yield Ask(("/bin/sh", "-c", _LOOK_AT_FILE, "sh", deb))
    if answer.status == _MISSING:
        raise Failed(f"there is no file {deb} on the machine", "copy it there first")
    if answer.status:
        return Step(changed=False, answers=(answer,), failed=f"{deb} is not a Debian package")
    directory, found = answer.stdout.splitlines()
    if found == "same" or (found == "newer" and not downgrades):
        return Step(changed=False)
    return (yield from apt.do("install", f"{directory.rstrip('/')}/{deb.rpartition('/')[2]}"))
