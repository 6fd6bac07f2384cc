"""The ``xml`` module."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any, Literal

from runner.modules.shared import Edited
from runner.modules.support.editing import opened, saved
from runner.sdk import Alias, AtMostOne, ExactlyOne, Failed, Module, Outcome, Requires, Work, options

if TYPE_CHECKING:
    from runner.modules.support.xml_tree import Document


@options(
    ExactlyOne("path", "xmlstring"),
    AtMostOne("add_children", "content", "count", "print_match", "set_children", "value"),
    AtMostOne("insertbefore", "insertafter"),
    Requires("attribute", "value"),
    Requires("value", "xpath"),
    Requires("content", "xpath"),
    Requires("add_children", "xpath"),
    Requires("set_children", "xpath"),
)
class Options:
    """What ``xml`` accepts."""

    path: Annotated[str | None, Alias("dest", "file")] = None
    """Which file."""
    xmlstring: str | None = None
    """XML text to work on instead of a file."""
    xpath: str | None = None
    """Which elements or attributes, as an XPath expression."""
    namespaces: dict[str, Any] | None = None
    """Prefixes in the expression and the namespaces that they stand for."""
    state: Annotated[Literal["absent", "present"], Alias("ensure")] = "present"
    """Whether what the expression finds is to be there."""
    value: Any = None
    """Text that the element or attribute is to have."""
    attribute: str | None = None
    """Attribute that gets the value."""
    add_children: list[Any] | None = None
    """Elements to add."""
    set_children: list[Any] | None = None
    """Elements to have as the only ones."""
    input_type: Literal["xml", "yaml"] = "yaml"
    """Whether these elements are written as YAML or XML."""
    insertbefore: bool = False
    """Add them before the first element found."""
    insertafter: bool = False
    """Add them after the last element found."""
    content: Literal["attribute", "text"] | None = None
    """Return text or attributes of the elements."""
    count: bool = False
    """Return how many elements there are."""
    print_match: bool = False
    """Return the elements' paths."""
    pretty_print: bool = False
    """Write the file with indents."""
    strip_cdata_tags: bool = False
    """Write CDATA sections as plain text."""
    backup: bool = False
    """Keep a copy of the former file, with the time in its name."""


class Xml(Module[Options]):
    """Read and change XML files."""

    name = "xml"

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Read the document, look into it or change it, and write it back. Raises ``Failed``."""
        del facts
        wanted = self.options
        values: dict[str, Any] = {}
        if wanted.xpath is not None:
            named = {"xpath": wanted.xpath, "namespaces": wanted.namespaces or {}, "state": wanted.state}
            values["actions"] = named
        if wanted.path is None:
            document = self._read((wanted.xmlstring or "").encode(), "xml_string")
            told = self._told(document)
            changed = told is None and self._changed(document, (wanted.xmlstring or "").encode())
            return Outcome({**values, **(told or {}), "xmlstring": document.text.rstrip("\n")}, changed=changed)
        options = Edited(backup=wanted.backup)
        found, former = yield from opened(wanted.path, options)
        if former is None:
            raise Failed(f"The target XML source '{wanted.path}' does not exist.")
        document = self._read(former, wanted.path)
        told = self._told(document)
        if told is not None or not self._changed(document, former):
            return Outcome({**values, **(told or {})}, changed=False)
        end = "\n" if former.endswith(b"\n") else ""
        content = f"{document.text.rstrip()}{end}".encode()
        changed, _, backup = yield from saved(found, former, content, options, "")
        return Outcome({**values, **({"backup_file": backup} if backup else {})}, changed=changed)

    def _read(self, text: bytes, name: str) -> Document:
        from runner.modules.support.xml_tree import Document

        wanted = self.options
        namespaces = {prefix: str(uri) for prefix, uri in (wanted.namespaces or {}).items()}
        return Document(text, name, namespaces, pretty=wanted.pretty_print, strip_cdata=wanted.strip_cdata_tags)

    def _told(self, document: Document) -> dict[str, Any] | None:
        """Return what was asked of the document; nothing when it is to be changed. Raises ``Failed``."""
        wanted = self.options
        if wanted.count:
            count = len(document.find(wanted.xpath or "/*"))
            return {"count": count, "msg": f"found {count} nodes"}
        if wanted.print_match:
            paths = document.paths(wanted.xpath or "/*")
            shown = ", ".join(f'"{path}"' for path in paths)
            return {"matches": paths, "msg": f"selector '{wanted.xpath}' match: [{shown}]"}
        if wanted.content is not None:
            found = document.elements(wanted.xpath or "/*")
            text = wanted.content == "text"
            matches = [{each.tag: each.text if text else dict(each.attrib)} for each in found]
            return {"count": len(found), "matches": matches, "msg": len(found)}
        return None

    def _changed(self, document: Document, former: bytes) -> bool:
        """Change the document; return whether it is another one then. Raises ``Failed``."""
        from runner.modules.support.xml_tree import changed_by

        xpath = self.options.xpath
        if xpath is not None:
            return changed_by(lambda: self._change(document, xpath))
        return self.options.pretty_print and document.text.strip() != former.decode(errors="replace").strip()

    def _change(self, document: Document, xpath: str) -> bool:
        from runner.modules.support.xml_tree import text_of

        wanted = self.options
        children = document.read if wanted.input_type == "xml" else document.made
        if wanted.state == "absent":
            return document.remove(xpath)
        if wanted.set_children is not None:
            return document.set_children(xpath, children(wanted.set_children))
        if wanted.add_children is not None:
            place = "before" if wanted.insertbefore else "after" if wanted.insertafter else "within"
            return document.add_children(xpath, children(wanted.add_children), place)
        made = document.ensure(xpath)
        if wanted.value is None:
            return made
        return document.set_value(xpath, wanted.attribute, text_of(wanted.value)) or made
