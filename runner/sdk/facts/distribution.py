"""Facts of the distribution: its name, version, family and package manager."""

from __future__ import annotations

import re
from typing import Any

from runner.sdk.facts.parts import Parts, assignments, first, there

_NAMES = {
    "debian": ("Debian", "Debian"), "ubuntu": ("Ubuntu", "Debian"), "raspbian": ("Debian", "Debian"),
    "linuxmint": ("Linux Mint", "Debian"), "kali": ("Kali", "Debian"), "devuan": ("Devuan", "Debian"),
    "neon": ("KDE neon", "Debian"), "pop": ("Pop!_OS", "Debian"), "parrot": ("Parrot", "Debian"),
    "deepin": ("Deepin", "Debian"), "uos": ("Uos", "Debian"), "osmc": ("OSMC", "Debian"),
    "steamos": ("SteamOS", "Debian"), "cumulus-linux": ("Cumulus Linux", "Debian"),
    "rhel": ("RedHat", "RedHat"), "fedora": ("Fedora", "RedHat"), "centos": ("CentOS", "RedHat"),
    "rocky": ("Rocky", "RedHat"), "almalinux": ("AlmaLinux", "RedHat"), "ol": ("OracleLinux", "RedHat"),
    "amzn": ("Amazon", "RedHat"), "cloudlinux": ("CloudLinux", "RedHat"), "virtuozzo": ("Virtuozzo", "RedHat"),
    "scientific": ("Scientific", "RedHat"), "tencentos": ("TencentOS", "RedHat"), "eurolinux": ("EuroLinux", "RedHat"),
    "alinux": ("Alibaba", "RedHat"), "openEuler": ("openEuler", "RedHat"), "miraclelinux": ("MIRACLE", "RedHat"),
    "sles": ("SLES", "Suse"), "sled": ("SLED", "Suse"), "sles_sap": ("SLES_SAP", "Suse"),
    "opensuse-leap": ("openSUSE Leap", "Suse"), "opensuse-tumbleweed": ("openSUSE Tumbleweed", "Suse"),
    "opensuse-microos": ("openSUSE MicroOS", "Suse"), "sl-micro": ("SL-Micro", "Suse"),
    "arch": ("Archlinux", "Archlinux"), "archarm": ("Archlinux", "Archlinux"), "manjaro": ("Manjaro", "Archlinux"),
    "antergos": ("Antergos", "Archlinux"), "alpine": ("Alpine", "Alpine"), "gentoo": ("Gentoo", "Gentoo"),
    "void": ("Void", "Void"), "nixos": ("NixOS", "NixOS"), "openwrt": ("OpenWrt", "OpenWrt"),
    "flatcar": ("Flatcar", "Flatcar"), "coreos": ("Coreos", "Coreos"), "clear-linux-os": ("ClearLinux", "ClearLinux"),
    "slackware": ("Slackware", "Slackware"), "altlinux": ("Altlinux", "Altlinux"),
}
"""ID in /etc/os-release -> what Ansible calls the distribution, and its family."""
_FILES = {
    "Debian": "/etc/os-release", "RedHat": "/etc/redhat-release", "Alpine": "/etc/alpine-release",
    "Suse": "/etc/os-release", "Archlinux": "/etc/arch-release",
}
_MANAGERS = {
    "Debian": ("apt",), "RedHat": ("dnf5", "dnf", "yum"), "Suse": ("zypper",), "Archlinux": ("pacman",),
    "Alpine": ("apk",), "Gentoo": ("portage",),
}
"""Family -> its package managers, the one to prefer first."""
_PROGRAMS = {
    "apt": ("/usr/bin/apt-get",), "dnf5": ("/usr/bin/dnf5",),
    "dnf": ("/usr/bin/dnf-3", "/usr/bin/dnf", "/usr/bin/microdnf"), "yum": ("/usr/bin/yum",),
    "zypper": ("/usr/bin/zypper",), "pacman": ("/usr/bin/pacman",), "apk": ("/sbin/apk", "/usr/bin/apk"),
    "portage": ("/usr/bin/emerge",), "xbps": ("/usr/bin/xbps-install",), "opkg": ("/bin/opkg",),
}


def distribution(parts: Parts) -> dict[str, Any]:
    """Return the facts of the distribution."""
    name, family = distribution_names(parts)
    version, release = _version(parts, name), _release(parts, name)
    major, _, rest = version.partition(".")
    found = {
        "distribution": name, "os_family": family, "distribution_version": version, "distribution_release": release,
        "distribution_major_version": major, "pkg_mgr": _package_manager(parts, family),
        "distribution_file_variety": family if family in _FILES else name,
        "distribution_file_path": _FILES.get(family, "/etc/os-release"), "distribution_file_parsed": True,
    }
    if rest:
        found["distribution_minor_version"] = rest.partition(".")[0]
    return found


def distribution_names(parts: Parts) -> tuple[str, str]:
    """Return the name of the distribution and that of its family."""
    told = assignments(parts, "/etc/os-release")
    own = told.get("ID", "")
    if own in _NAMES:
        return _NAMES[own]
    family = next((_NAMES[each][1] for each in told.get("ID_LIKE", "").split() if each in _NAMES), None)
    name = told.get("NAME") or "OtherLinux"
    return name, family or name


def _version(parts: Parts, name: str) -> str:
    told = assignments(parts, "/etc/os-release")
    exact = first(parts, "/etc/debian_version")
    if name == "Debian" and re.fullmatch(r"\d+(\.\d+)*", exact):
        return exact
    return told.get("VERSION_ID") or ("rolling" if name == "Archlinux" else "NA")


def _release(parts: Parts, name: str) -> str:
    told = assignments(parts, "/etc/os-release")
    if told.get("VERSION_CODENAME"):
        return told["VERSION_CODENAME"]
    if name == "CentOS" and "Stream" in told.get("NAME", ""):
        return "Stream"
    if name.startswith(("SLES", "SLED", "openSUSE Leap")):
        return told.get("VERSION_ID", "").partition(".")[2] or "0"
    bracketed = re.search(r"\(([^)]+)\)", told.get("VERSION", "") or first(parts, "/etc/redhat-release"))
    return bracketed[1] if bracketed and name != "Fedora" else "" if name == "Fedora" else "NA"


def _package_manager(parts: Parts, family: str) -> str:
    seen = there(parts)
    if "/run/ostree-booted" in seen and "/usr/bin/rpm-ostree" in seen:
        return "atomic_container"
    prefer = _MANAGERS.get(family, ())
    # dnf5 can be there beside dnf: it is the one to use where dnf means it.
    if "/usr/bin/dnf-3" in seen and first(parts, "dnf") != "dnf5":
        prefer = tuple(each for each in prefer if each != "dnf5")
    return next((each for each in (*prefer, *_PROGRAMS) if seen.intersection(_PROGRAMS[each])), "unknown")
