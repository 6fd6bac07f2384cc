"""The work of those fixers that do more than rename: each changes one component of a template in JSON."""

from __future__ import annotations

import re

from runner.packer.legacy.part import Part
from runner.text import Node

_NAMES = re.compile(r"clean_(?:ami|image)_name")
_CREATED = re.compile(r"\{\{\s*\.CreateTime\s*\}\}")
_ESCAPED = re.compile(r"`([$\"'`])")


def iso_md5(part: Part) -> None:
    """Put an MD5 checksum, which had an option of its own, where others are."""
    if isinstance(digest := part.get("iso_md5"), str):
        part.changed("iso_md5", "it is part of 'iso_checksum' now")
        part.options.pop("iso_checksum_type", None)
        part.put("iso_md5", "iso_checksum", f"md5:{digest}")


def create_time(part: Part) -> None:
    """Write the time as a function; it was a field once."""
    _in_texts(part, _CREATED, "{{timestamp}}", "'.CreateTime' is the function 'timestamp' now")


def clean_name(part: Part) -> None:
    """Call the function that is the same for all builders."""
    _in_texts(part, _NAMES, "clean_resource_name", "the function is called 'clean_resource_name' now")


def _in_texts(part: Part, old: re.Pattern[str], new: str, why: str) -> None:
    def put(node: Node) -> Node:
        if isinstance(node.value, str):
            return node._replace(value=old.sub(new, node.value)) if old.search(node.value) else node
        if isinstance(node.value, tuple):
            return node._replace(value=tuple(put(each) for each in node.value))
        if isinstance(node.value, dict):
            return node._replace(value={key: put(each) for key, each in node.value.items()})
        return node

    for key, node in part.options.items():
        made = put(node)
        if made != node:
            part.changed(str(key), why)
            part.options[key] = made


def guest_additions(part: Part) -> None:
    """Say as a mode whether guest additions are attached."""
    if isinstance(attach := part.get("guest_additions_attach"), bool):
        part.changed("guest_additions_attach", "it is a value of 'guest_additions_mode' now")
        part.put("guest_additions_attach", "guest_additions_mode", "attach" if attach else "upload")


def vagrant_override(part: Part) -> None:
    """Put the options for one provider into ``override``."""
    found = {key: part.options[key] for key in ("aws", "digitalocean", "virtualbox", "vmware") if key in part.options}
    if not found:
        return
    for key in found:
        part.changed(key, "it stands in 'override' now")
    first, *others = found
    for key in others:
        del part.options[key]
    before = part.options.get("override")
    part.put(first, "override", {**(dict(before.items()) if before else {}), **found})


def private_ip(part: Part) -> None:
    """Say in full which address ssh is used at."""
    given = part.get("ssh_private_ip")
    private = {"true": True, "false": False}.get(given) if isinstance(given, str) else given
    if isinstance(private, bool) and "ssh_interface" not in part.options:
        part.changed("ssh_private_ip", "it is a value of 'ssh_interface' now")
        part.put("ssh_private_ip", "ssh_interface", "private_ip" if private else "public_ip")


def source_cidr(part: Part) -> None:
    """Make a list of the only range of addresses."""
    old = "temporary_security_group_source_cidr"
    if isinstance(part.get(old), str):
        part.changed(old, f"it is called '{old}s' now, and is a list")
        node = part.options[old]
        part.put(old, f"{old}s", (node._replace(key_span=None),))


def docker_tag(part: Part) -> None:
    """Make a list of the only tag."""
    node = part.options.get("tag")
    if node is None:
        return
    part.changed("tag", "it is called 'tags' now, and is a list")
    tags = node.value.split(",") if isinstance(node.value, str) else node.elements()
    made = tuple(Node(each, node.span) if isinstance(each, str) else each for each in tags)
    before = part.options.get("tags")
    part.put("tag", "tags", (*(before.elements() if before else ()), *made))


def powershell_escapes(part: Part) -> None:
    """Take out the escapes of PowerShell, which Packer adds itself."""

    def plain(node: Node) -> Node:
        return node._replace(value=_ESCAPED.sub(r"\1", node.value)) if isinstance(node.value, str) else node

    for key in ("elevated_user", "elevated_password", "environment_vars"):
        node = part.options.get(key)
        if node is None or (key == "environment_vars" and not isinstance(node.value, tuple)):
            continue
        whole = node._replace(value=tuple(map(plain, node.value))) if isinstance(node.value, tuple) else plain(node)
        if whole != node:
            part.changed(key, "it is written without escapes now")
            part.options[key] = whole


def vmware_compaction(part: Part) -> None:
    """Skip what an ESXi host cannot do: make any but thin disks smaller."""
    thick = part.options.get("disk_type_id")
    if part.get("remote_type") != "esx5" or (thick and (not isinstance(thick.value, str) or thick.value == "thin")):
        return
    if isinstance(given := part.get("skip_compaction"), bool | None) and (thick is None or not given):
        part.changed("remote_type", "'skip_compaction' goes with it: such disks cannot be made smaller")
        place = part.options["remote_type"].span
        if thick is None:
            part.options["disk_type_id"] = Node("zeroedthick", place)
        part.options["skip_compaction"] = Node(value=True, span=place)


def qemu_disk_size(part: Part) -> None:
    """Give a size its unit."""
    size = part.get("disk_size")
    if isinstance(size, int | float) and not isinstance(size, bool):
        part.changed("disk_size", "it has a unit now")
        part.replace("disk_size", f"{int(size)}M")


def iso_checksum(part: Part) -> None:
    """Put a checksum, its kind and the file that it is in into one option."""
    url, kind, given = part.get("iso_checksum_url"), part.get("iso_checksum_type"), part.get("iso_checksum")
    old = [key for key in ("iso_checksum_url", "iso_checksum_type") if key in part.options]
    if not old:
        return
    for key in old:
        part.changed(key, "it is part of 'iso_checksum' now")
    made = None
    if isinstance(kind, str) and kind.lower() == "none" and not url:
        made = "none"
    elif isinstance(url, str) and url:
        made = f"file:{url}"
    elif isinstance(kind, str) and kind and isinstance(given, str) and given:
        made = f"{kind}:{given}"
    if made is not None:
        if "iso_checksum" in part.options:
            part.replace("iso_checksum", made)
        else:
            part.put(old[0], "iso_checksum", made)
    for key in old:
        part.options.pop(key, None)


def azure_typo(part: Part) -> None:
    """Spell an option right."""
    node = part.options.get("shared_image_destination")
    if node and node.get("exlude_from_latest"):
        part.changed("shared_image_destination", "'exlude_from_latest' in it is spelt 'exclude_from_latest'")
        inner = dict(node.items())
        inner["exclude_from_latest"] = inner.pop("exlude_from_latest")
        part.options["shared_image_destination"] = node._replace(value=inner)
