"""Facts of the system: its kernel, names, users, time, and what runs its services."""

from __future__ import annotations

import configparser
import json
import re
from datetime import datetime, timedelta, timezone
from pathlib import PurePosixPath
from typing import Any

from runner.sdk.facts.distribution import distribution, distribution_names
from runner.sdk.facts.parts import Parts, assignments, below, first, lines, there, whole

_NUMBERED = 5
"""How many parts Python's version has."""


def system(parts: Parts) -> dict[str, Any]:
    """Return the facts of the system."""
    return {
        **_kernel(parts), **_names(parts), **distribution(parts), **_user(parts), **_time(parts), **_python(parts),
        **_host_keys(parts), "env": _environment(parts),
        "cmdline": _kernel_options(parts), "proc_cmdline": _kernel_options(parts),
        "service_mgr": _service_manager(parts), "lsb": _lsb(parts),
        "selinux": _selinux(parts), "selinux_python_present": True,
        "apparmor": {"status": "enabled" if "/sys/kernel/security/apparmor" in there(parts) else "disabled"},
        "fips": first(parts, "/proc/sys/crypto/fips_enabled") == "1",
        "local": {PurePosixPath(path).stem: _local(text) for path, text in below(parts, "fact ").items()},
        "machine_id": first(parts, "/etc/machine-id"),
    }


def _kernel(parts: Parts) -> dict[str, Any]:
    told = [*lines(parts, "uname"), "", ""]
    name, node, release, machine = (told[0].split() + [""] * 4)[:4]
    architecture = "i386" if re.fullmatch(r"i\d86", machine) else machine
    bits = first(parts, "bits") or ("64" if "64" in machine or machine == "s390x" else "32")
    narrow = {"x86_64": "i386", "aarch64": "armv7l"}
    return {
        "system": name, "nodename": node, "kernel": release, "machine": machine, "kernel_version": told[1],
        "architecture": architecture, "userspace_bits": bits,
        "userspace_architecture": architecture if bits == "64" else narrow.get(architecture, architecture),
    }


def _names(parts: Parts) -> dict[str, Any]:
    """Return the host's names: the full one is looked up in /etc/hosts alone, as a name server may not answer."""
    node = next(iter([*lines(parts, "uname")[:1], ""])).split()[1:2]
    name = node[0] if node else ""
    rows = [line.partition("#")[0].split()[1:] for line in lines(parts, "/etc/hosts")]
    full = next((each for row in rows if name in row for each in row if "." in each), name)
    return {"hostname": name.split(".")[0], "fqdn": full, "domain": full.partition(".")[2]}


def _user(parts: Parts) -> dict[str, Any]:
    numbers = [whole(line) for line in lines(parts, "id")]
    uid, real, gid, real_gid = (numbers + [0] * 4)[:4]
    entry = first(parts, "passwd").split(":")
    name, _, _, group, about, home, shell = entry if len(entry) == 7 else [str(uid), "", "", str(gid), "", "", ""]  # noqa: PLR2004 - fields of passwd(5)
    return {
        "user_id": name, "user_uid": uid, "user_gid": whole(group), "user_gecos": about, "user_dir": home,
        "user_shell": shell, "effective_user_id": uid, "effective_group_id": gid, "real_user_id": real,
        "real_group_id": real_gid,
    }


def _environment(parts: Parts) -> dict[str, str]:
    pairs = (each.partition("=") for each in parts.get("environment", "").split("\x1f"))
    return {name: value for name, equals, value in pairs if equals}


def _kernel_options(parts: Parts) -> dict[str, Any]:
    pairs = (each.partition("=") for each in first(parts, "/proc/cmdline").split())
    return {name: value if equals else True for name, equals, value in pairs}


def _time(parts: Parts) -> dict[str, Any]:
    told = first(parts, "date").split()
    if len(told) != 3:  # noqa: PLR2004 - seconds, offset and zone are asked for
        return {}
    seconds, offset, zone = told
    shift = timedelta(hours=int(offset[1:3]), minutes=int(offset[3:5])) * (-1 if offset.startswith("-") else 1)
    here = datetime.fromtimestamp(int(seconds), timezone(shift, zone))
    utc = here.astimezone(timezone.utc)  # noqa: UP017 - beside the other zone
    found = {
        "year": "%Y", "month": "%m", "weekday": "%A", "weekday_number": "%w", "weeknumber": "%W", "day": "%d",
        "hour": "%H", "minute": "%M", "second": "%S", "date": "%Y-%m-%d", "time": "%H:%M:%S",
        "iso8601_basic": "%Y%m%dT%H%M%S%f", "iso8601_basic_short": "%Y%m%dT%H%M%S",
    }
    return {"date_time": {
        **{name: here.strftime(form) for name, form in found.items()},
        "iso8601": utc.strftime("%Y-%m-%dT%H:%M:%SZ"), "iso8601_micro": utc.strftime("%Y-%m-%dT%H:%M:%S.%fZ"),
        "epoch": seconds, "epoch_int": seconds, "tz": zone, "tz_dst": zone, "tz_offset": offset,
    }}


def _python(parts: Parts) -> dict[str, Any]:
    """Return the facts of the machine's Python, if it has one: none is needed."""
    for path, told in below(parts, "python ").items():
        match = re.match(r"Python (\d+)\.(\d+)\.(\d+)", told)
        if match:
            numbers = dict(zip(("major", "minor", "micro"), map(int, match.groups()), strict=True))
            return {"python_version": ".".join(match.groups()), "python": {
                "executable": path, "type": "cpython", "has_sslcontext": True,
                "version": {**numbers, "releaselevel": "final", "serial": 0},
                "version_info": [*numbers.values(), "final", 0],
            }}
    return {}


def _host_keys(parts: Parts) -> dict[str, str]:
    found = {}
    for path, line in below(parts, "hostkey ").items():
        kind, _, rest = line.partition(" ")
        name = path.split("ssh_host_")[-1].removesuffix("_key.pub")
        found[f"ssh_host_key_{name}_public"] = rest.split()[0] if rest.split() else ""
        found[f"ssh_host_key_{name}_public_keytype"] = kind
    return found


def _service_manager(parts: Parts) -> str:
    """Return what starts services: the first process if it tells, or else what the machine has for it."""
    seen, name = there(parts), first(parts, "/proc/1/comm")
    known = {"procd": "openwrt_init", "runit-init": "runit", "svscan": "svc", "openrc-init": "openrc"}
    if name and name != "init" and not name.endswith("sh"):
        return known.get(name, name)
    running = {"/run/systemd/system", "/dev/.run/systemd", "/dev/.systemd"} & seen
    tools = {"/usr/bin/systemctl", "/bin/systemctl"} & seen
    ways = (
        (tools and running, "systemd"),
        ("/sbin/initctl" in seen and "/etc/init" in seen, "upstart"),
        ("/sbin/openrc" in seen, "openrc"),
        (tools and first(parts, "init").endswith("systemd"), "systemd"),
        ("/etc/init.d" in seen, "sysvinit"),
        ("/sbin/dinitctl" in seen, "dinit"),
    )
    return next((manager for holds, manager in ways if holds), "service")


def _lsb(parts: Parts) -> dict[str, str]:
    told = assignments(parts, "/etc/lsb-release")
    if "/usr/bin/lsb_release" in there(parts):
        release = assignments(parts, "/etc/os-release")
        told = {
            "DISTRIB_ID": distribution_names(parts)[0], "DISTRIB_RELEASE": release.get("VERSION_ID", "n/a"),
            "DISTRIB_DESCRIPTION": release.get("PRETTY_NAME", ""),
            "DISTRIB_CODENAME": release.get("VERSION_CODENAME", "n/a"),
        } | told
    if "DISTRIB_ID" not in told:
        return {}
    found = {key: told.get(f"DISTRIB_{key.upper()}", "") for key in ("id", "release", "description", "codename")}
    return {**found, "major_release": found["release"].split(".")[0]}


def _selinux(parts: Parts) -> dict[str, Any]:
    if "selinux-enforce" not in parts:
        return {"status": "disabled"}
    wanted = assignments(parts, "/etc/selinux/config")
    return {
        "status": "enabled", "mode": "enforcing" if first(parts, "selinux-enforce") == "1" else "permissive",
        "config_mode": wanted.get("SELINUX", "unknown"), "type": wanted.get("SELINUXTYPE", "unknown"),
        "policyvers": whole(first(parts, "selinux-version")) or "unknown",
    }


def _local(text: str) -> Any:
    """Return what a file of the machine's own facts says: JSON, or sections of settings."""
    try:
        return json.loads(text)
    except ValueError:
        pass
    reader = configparser.ConfigParser(interpolation=None)
    try:
        reader.read_string(text)
    except configparser.Error as error:
        return f"error loading facts as JSON or ini: {str(error).splitlines()[0]}"
    return {name: dict(reader[name]) for name in reader.sections()}
