"""The files of a container, and what differs between two containers but for what time makes different."""

from __future__ import annotations

import hashlib
import re
import subprocess
import tarfile
from collections.abc import Iterator, Mapping
from typing import NamedTuple

_TIME = re.compile(r"""^(?:
    dev/ | proc/ | run/ | sys/ | tmp/ | var/tmp/ | \.dockerenv$
    | var/log/ | var/cache/ | var/lib/apt/ | var/lib/dpkg/(?:lock|triggers/Lock|.*-old$) | var/lib/dbus/
    | var/lib/systemd/(?:random-seed|timers/|catalog/|deb-systemd-helper-) | var/lib/private/ | var/lib/logrotate/
    | var/backups/ | etc/(?:machine-id|hostname|hosts|resolv\.conf|mtab|ld\.so\.cache|\.pwd\.lock)$ | etc/[^/]+-$
    | root/\.(?:ansible|cache|wget-hsts|bash_history|gnupg/) | .*/__pycache__(?:/|$) | .*\.pyc$
    | .*\.[0-9]+\.[0-9]{4}-[0-9]{2}-[0-9]{2}@
    | etc/ssh/ssh_host_.*_key | .*/?ssl-cert-snakeoil\. | .*/?etc/ssl/certs/[0-9a-f]{8}\.0$
    | etc/sasldb2$ | var/lib/fail2ban/ | var/lib/postfix/master\.lock$ | var/spool/postfix/(?:pid/|etc/)
    | var/lib/clamav/ | etc/aliases\.db$
)""", re.VERBOSE)
"""What is made anew in every container, or holds a time: caches, logs, locks, keys, what the engine mounts."""
_DAYS = re.compile(rb"(?m)^([^:]*:[^:]*:)[0-9]+(?=:)")
"""The day of the last change of a password, in ``shadow``."""
_SALT = re.compile(rb"(?m)^([^:]*:\$[a-z0-9]+\$)[^:]*(?=:)")
"""A hashed password: its salt is made by chance."""


class Entry(NamedTuple):
    """One file or directory."""

    kind: str
    mode: int
    owner: int
    group: int
    content: str = ""
    """Digest of a file, target of a link."""


def tree_of(image: str) -> dict[str, Entry]:
    """Return the files of an image: path -> entry."""
    container = _docker("create", image, "true")
    try:
        with (
            subprocess.Popen(["docker", "export", container], stdout=subprocess.PIPE) as export,
            tarfile.open(fileobj=export.stdout, mode="r|") as archive,
        ):
            return dict(_entries(archive))
    finally:
        _docker("rm", container)


def _docker(*words: str) -> str:
    return subprocess.run(["docker", *words], check=True, text=True, capture_output=True).stdout.strip()


def _entries(archive: tarfile.TarFile) -> Iterator[tuple[str, Entry]]:
    for member in archive:
        path = member.name.removeprefix("./").rstrip("/")
        if not path or _TIME.search(path) or _TIME.search(f"{path}/"):
            continue
        content = member.linkname
        if member.isfile():
            stream = archive.extractfile(member)
            assert stream is not None
            data = stream.read()
            if path in ("etc/shadow", "etc/gshadow"):
                data = _SALT.sub(rb"\1", _DAYS.sub(rb"\1", data))
            content = hashlib.sha256(data).hexdigest()
        kind = {b"0": "file", b"1": "hard link", b"2": "link", b"5": "directory"}.get(member.type, "other")
        yield path, Entry(kind, member.mode, member.uid, member.gid, content)


def differences(theirs: Mapping[str, Entry], ours: Mapping[str, Entry]) -> list[str]:
    """Return what differs, a line for each path."""
    found = []
    for path in sorted(theirs.keys() | ours.keys()):
        left, right = theirs.get(path), ours.get(path)
        if left == right:
            continue
        if left is None or right is None:
            found.append(f"/{path}: only {'theirs' if left else 'ours'}")
            continue
        said = [
            f"{name} {_text(name, a)} and {_text(name, b)}"
            for name, a, b in zip(Entry._fields, left, right, strict=True) if a != b
        ]
        found.append(f"/{path}: {', '.join(said)}")
    return found


def _text(name: str, value: object) -> str:
    return f"{value:04o}" if name == "mode" else str(value)[:12]
