"""The plugins of Packer that a template needs: which of them has a component, and where it comes from."""

from __future__ import annotations

from collections.abc import Iterator

from runner.formats.hcl.comments import head_of
from runner.formats.hcl.tree import Attribute, Block, Body, Item, Lit, Many
from runner.text import Span

_SOURCES = {
    **{name: f"github.com/hashicorp/{name}" for name in (
        "amazon", "ansible", "azure", "chef", "converge", "docker", "googlecompute", "hyperv", "inspec", "lxd",
        "openstack", "proxmox", "puppet", "qemu", "salt", "vagrant", "virtualbox", "vmware", "vsphere",
    )},
    "digitalocean": "github.com/digitalocean/digitalocean",
}  # fmt: skip
"""Plugin -> its source. Its components are called like it, or by its name, a dash and more; Packer has all others."""
_FIRST = ">= 1.0.0"


def with_required_plugins(body: Body) -> Body:
    """Return a template that requires the plugins whose components it uses; what it requires already stays."""
    packer = next(body.blocks("packer"), None)
    required = next(packer.body.blocks("required_plugins"), None) if packer else None
    names = {each.name for each in required.body.attributes()} if required else set()
    used = dict.fromkeys(plugin for each in _components(body) if (plugin := _plugin(each)) is not None)
    place = body.place
    added = tuple(_requirement(name, place) for name in sorted(used.keys() - names))
    if not added:
        return body
    if required is None:
        required = Block("required_plugins", (), Body((), place), place)
    whole = required._replace(body=_grown(required.body, added))
    if packer is None:
        head, rest = head_of(body)
        block = Block("packer", (), Body((whole,), place), place, head)
        first, *others = rest.items
        return rest._replace(items=(block, first._replace(gap=True), *others))
    kept = tuple(item for item in packer.body.items if not (isinstance(item, Block) and item.type == whole.type))
    changed = packer._replace(body=packer.body._replace(items=(*kept, whole)))
    return body._replace(items=tuple(changed if item is packer else item for item in body.items))


def _grown(body: Body, added: tuple[Attribute, ...]) -> Body:
    return body._replace(items=(*body.items, *added))


def _requirement(name: str, place: Span) -> Attribute:
    items = tuple(
        Item(Lit(text, place), Lit(key, place)) for key, text in (("version", _FIRST), ("source", _SOURCES[name]))
    )
    return Attribute(name, Many(items, keyed=True, place=place), place)


def _components(body: Body) -> Iterator[str]:
    for block in body.blocks():
        match block.type:
            case "source" | "data" | "provisioner" | "error-cleanup-provisioner" | "post-processor" if block.labels:
                yield block.labels[0]
            case "dynamic":
                labels = block.body.get("labels")
                items = labels.value.items if labels and isinstance(labels.value, Many) else ()
                yield from (str(item.value.value) for item in items if isinstance(item.value, Lit))
        yield from _components(block.body) if block.type in ("build", "post-processors", "dynamic", "content") else ()


def _plugin(component: str) -> str | None:
    name = component.partition("-")[0]
    return name if name in _SOURCES else None
