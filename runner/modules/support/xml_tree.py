"""A document of XML that is read, searched, changed and written. The library for it is an extra of the package."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from runner.modules.support.xml_paths import Step, steps_of
from runner.sdk import Failed

try:
    from lxml import etree
except ImportError:
    etree = None  # type: ignore[assignment]  # nobody gets past the making of a document then

_DECLARATION = "<?xml version='1.0' encoding='UTF-8'?>\n"


class Document:
    """A document; ``namespaces`` has what prefixes in expressions and in names stand for. Raises ``Failed``."""

    def __init__(
        self, text: bytes, name: str, namespaces: Mapping[str, str], *, pretty: bool, strip_cdata: bool
    ) -> None:
        if etree is None:
            raise Failed("xml needs the library lxml on this computer",
                         "install it beside ingot: pip install 'ingot[xml]'")
        # What entities stand for may lie in files of this computer: they are left as they are written.
        parser = etree.XMLParser(remove_blank_text=pretty, strip_cdata=strip_cdata, resolve_entities=False)
        try:
            root = etree.fromstring(text, parser)
        except etree.XMLSyntaxError as error:
            raise Failed(f"Error while parsing document: {name} ({error})") from None
        self._tree = root.getroottree()
        self._namespaces = dict(namespaces)
        self._pretty = pretty

    @property
    def text(self) -> str:
        """The document, written."""
        return _DECLARATION + etree.tostring(self._tree, encoding="unicode", pretty_print=self._pretty)

    def find(self, xpath: str) -> list[Any]:
        """Return the elements, attributes and texts that an expression finds. Raises ``Failed``."""
        try:
            found: Any = self._tree.xpath(xpath, namespaces=self._namespaces)
        except etree.XPathError as error:
            raise Failed(f"Syntax error in xpath expression: {xpath} ({error})") from None
        if not isinstance(found, list):
            raise Failed(f"Xpath {xpath} does not reference a node!", "it comes to a value")
        return found

    def elements(self, xpath: str) -> list[Any]:
        """Return the elements that an expression finds. Raises ``Failed`` when it finds none."""
        found = [each for each in self.find(xpath) if isinstance(each, etree._Element)]  # noqa: SLF001 - its only name
        if not found:
            raise Failed(f"Xpath {xpath} does not reference a node!")
        return found

    def paths(self, xpath: str) -> list[str]:
        """Return where the elements are that an expression finds, as paths."""
        return [self._tree.getpath(_owner(each)) for each in self.find(xpath)]

    def remove(self, xpath: str) -> bool:
        """Remove what an expression finds; return whether that is anything. Raises ``Failed`` for the root."""
        found = self.find(xpath)
        for each in found:
            if not isinstance(each, str):
                _remove(each)
            elif getattr(each, "is_attribute", False):
                del _owner(each).attrib[each.attrname]  # type: ignore[attr-defined]  # lxml's own kind of text
            elif getattr(each, "is_tail", False):
                _owner(each).tail = None
            else:
                _owner(each).text = None
        return bool(found)

    def ensure(self, xpath: str) -> bool:
        """Make what a path leads to where it is missing; return whether anything was made. Raises ``Failed``."""
        if self.find(xpath):
            return False
        steps = steps_of(xpath)
        for end in range(1, len(steps) + 1):
            path = "".join(step.text for step in steps[:end])
            if self.find(path):
                continue
            if end == 1:
                raise Failed(f"Can't process Xpath {xpath} in order to spawn nodes!", "the document has another root")
            for parent in self.elements("".join(step.text for step in steps[: end - 1])):
                self._spawn(parent, steps[end - 1])
        return True

    def set_value(self, xpath: str, attribute: str | None, value: str) -> bool:
        """Give elements, or an attribute of theirs, a value; return whether it is another one. Raises ``Failed``."""
        changed = False
        for each in self.find(xpath):
            owner = _owner(each)
            name = getattr(each, "attrname", None) if attribute is None else self._name(attribute)
            if name is not None:
                changed |= owner.get(name) != value
                owner.set(name, value)
            else:
                changed |= (owner.text or "") != value
                owner.text = value
        return changed

    def add_children(self, xpath: str, children: Sequence[Any], place: str) -> bool:
        """Add elements to what is found, ``before`` the first of it, or ``after`` the last. Raises ``Failed``."""
        found = [each for each in self.find(xpath) if not isinstance(each, str)]
        if not found or not children:
            return False
        if place == "within":
            for each in found:
                each.extend(copy.deepcopy(child) for child in children)
            return True
        node = found[0] if place == "before" else found[-1]
        parent = node.getparent()
        if parent is None:
            raise Failed(f"Xpath {xpath} is the root: nothing can stand beside it")
        index = parent.index(node) + (place == "after")
        parent[index:index] = children
        return True

    def set_children(self, xpath: str, children: Sequence[Any]) -> bool:
        """Give elements these children and no others; return whether they had others. Raises ``Failed``."""
        changed = False
        for each in self.elements(xpath):
            if not _alike(list(each), children):
                each[:] = [copy.deepcopy(child) for child in children]
                changed = True
        return changed

    def made(self, children: Iterable[Any]) -> list[Any]:
        """Return elements made of names, and of names with their values. Raises ``Failed``."""
        return [self._made(each) for each in children]

    def read(self, children: Iterable[Any]) -> list[Any]:
        """Return elements that are written as XML. Raises ``Failed``."""
        try:
            return [etree.fromstring(str(each)) for each in children]
        except etree.XMLSyntaxError as error:
            raise Failed(f"Error while parsing child element: {error}") from None

    def _made(self, child: Any) -> Any:
        if not isinstance(child, Mapping):
            return etree.Element(self._name(str(child)))
        if len(child) != 1:
            raise Failed(f"a child is one name with its value, and this has {len(child)}: {', '.join(child)}")
        [(name, value)] = child.items()
        element = etree.Element(self._name(name))
        if not isinstance(value, Mapping):
            element.text = None if value is None else text_of(value)
            return element
        for key, each in value.items():
            if key == "_":
                element.extend(self._made(below) for below in each or ())
            elif key == "+value":
                element.text = text_of(each)
            else:
                element.set(self._name(key), text_of(each))
        return element

    def _spawn(self, parent: Any, step: Step) -> None:
        """Make the element or attribute of a step."""
        if step.attribute:
            parent.set(self._name(step.name), "")
            return
        element = etree.SubElement(parent, self._name(step.name))
        for name, value in step.attributes.items():
            element.set(self._name(name), value)
        for name, value in step.children.items():
            etree.SubElement(element, self._name(name)).text = value
        if step.value is not None:
            element.text = step.value

    def _name(self, name: str) -> str:
        """Return a name with its namespace in place of the prefix. Raises ``Failed``."""
        prefix, colon, plain = name.partition(":")
        if not colon or name.startswith("{"):
            return name
        if prefix not in self._namespaces:
            raise Failed(f"the prefix of {name} stands for no namespace", "name it in namespaces")
        return f"{{{self._namespaces[prefix]}}}{plain}"


def text_of(value: Any) -> str:
    """Return a value as XML has it."""
    return str(value).lower() if isinstance(value, bool) else str(value)


def changed_by(change: Callable[[], bool]) -> bool:
    """Make a change; return whether it is one. Raises ``Failed`` for what no document can hold."""
    try:
        return change()
    except (ValueError, TypeError) as error:
        raise Failed(f"the document cannot be changed so: {error}") from None


def _owner(found: Any) -> Any:
    """Return the element that was found, or that has what was found."""
    return found if isinstance(found, etree._Element) else found.getparent()  # noqa: SLF001 - its only name


def _remove(element: Any) -> None:
    """Remove an element, but not the text behind it."""
    parent, tail = element.getparent(), element.tail
    if parent is None:
        raise Failed("the root of a document cannot be removed")
    before = element.getprevious()
    parent.remove(element)
    if tail is None or not tail.strip():
        return
    if before is None:
        parent.text = (parent.text or "") + tail
    else:
        before.tail = (before.tail or "") + tail


def _alike(some: Sequence[Any], others: Sequence[Any]) -> bool:
    """Return whether elements are the same, but for blanks around them."""
    return len(some) == len(others) and all(
        one.tag == other.tag and dict(one.attrib) == dict(other.attrib)
        and (one.text or "").strip() == (other.text or "").strip() and _alike(list(one), list(other))
        for one, other in zip(some, others, strict=True)
    )
