"""The ``xml`` module."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from runner.sdk import Alias, AtMostOne, ExactlyOne, Module, Requires, options


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
