"""Source text, places in it, and the document tree that remembers them."""

from runner.text.node import NOTHING, Key, Node, Plain, Scalar
from runner.text.source import SourceFile, Span

__all__ = ["NOTHING", "Key", "Node", "Plain", "Scalar", "SourceFile", "Span"]
