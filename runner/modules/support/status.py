"""What ``stat`` tells of a file, by the names of Ansible's results."""

from __future__ import annotations

from typing import Any

from runner.modules.support.modes import octal

FORM = "%f %u %g %s %X %Y %Z %h %i %d %t %T %b %o %B\x1f%x\x1f%y\x1f%z\x1f%U\x1f%G"
"""What ``stat -c`` is to tell."""
_KINDS = {
    "isdir": 0o040000, "ischr": 0o020000, "isblk": 0o060000, "isreg": 0o100000, "isfifo": 0o010000, "islnk": 0o120000,
    "issock": 0o140000,
}
_PERMISSIONS = {
    f"{action}{who}": bit << shift
    for who, shift in (("usr", 6), ("grp", 3), ("oth", 0)) for action, bit in (("r", 4), ("w", 2), ("x", 1))
}


def status_of(text: str, path: str) -> dict[str, Any]:
    """Return what there is to know of a file whose ``stat`` is ``text``."""
    numbers, *times, owner, group = text.split("\x1f")
    words = numbers.split(" ")
    bits = int(words[0], 16)
    uid, gid, size, *seconds = (int(word) for word in words[1:7])
    links, inode, device = (int(word) for word in words[7:10])
    major, minor = (int(word or "0", 16) for word in words[10:12])
    access, change, status = (_exact(*pair) for pair in zip(seconds, times, strict=True))
    return {
        "path": path, "mode": octal(bits), "uid": uid, "gid": gid, "size": size, "inode": inode, "dev": device,
        "nlink": links, "atime": access, "mtime": change, "ctime": status,
        "pw_name": str(uid) if owner == "UNKNOWN" else owner, "gr_name": str(gid) if group == "UNKNOWN" else group,
        "blocks": int(words[12]), "block_size": int(words[13]), "device_type": (major << 8) | minor,
        "disk_usage_bytes": int(words[12]) * int(words[14] or "512"),
        "isuid": bool(bits & 0o4000), "isgid": bool(bits & 0o2000),
        **{name: bits & 0o170000 == kind for name, kind in _KINDS.items()},
        **{name: bool(bits & bit) for name, bit in _PERMISSIONS.items()},
    }


def _exact(seconds: int, text: str) -> float:
    """Return a time with the parts of a second that ``stat`` writes out only with the date."""
    _, dot, rest = text.partition(".")
    fraction = rest.split(" ", maxsplit=1)[0]
    return float(f"{seconds}.{fraction}") if dot and fraction.isdecimal() else float(seconds)
