"""The post-processors of a play -> chains of records."""

from __future__ import annotations

from functools import cache

from runner import registry
from runner.model.playbook import PostProcessor
from runner.reading.calls import with_strays
from runner.reading.context import Context, only
from runner.schema.check import check, unknown_word
from runner.schema.published import definition
from runner.schema.words import listed
from runner.text import Node


@cache
def _post_processor_keywords() -> frozenset[str]:
    return frozenset(definition("post_processor")["properties"])


def read_post_processors(node: Node | None, context: Context) -> tuple[tuple[PostProcessor, ...], ...]:
    """Return the chains of a play's ``post_processors``."""
    chains = []
    for each in node.elements() if node else ():
        links = each.value if isinstance(each.value, tuple) else (each,)
        chain = tuple(link for link in (_read_post_processor(link, context) for link in links) if link)
        if chain:
            chains.append(chain)
    return tuple(chains)


def _read_post_processor(node: Node, context: Context) -> PostProcessor | None:
    report = context.report
    if isinstance(node.value, str):
        node = Node({node.value: Node(None, node.span, node.span)}, node.span)
    if not isinstance(node.value, dict):
        report.add("E132", "a post-processor is a name, or a name with options", node.span)
        return None
    keywords = _post_processor_keywords()
    check(only(node, keywords), definition("post_processor"), report, what="keyword")
    words = [(word, child) for word, child in node.items() if word not in keywords and isinstance(word, str)]
    known = [(word, child) for word, child in words if registry.find_required("post_processors", word, context.packer)]
    if not words:
        report.add("E132", "the entry names no post-processor", node.span, hint="write 'NAME: {option: value}'")
        return None
    if len(known) > 1:
        names = listed([word for word, _ in known], "and")
        hint = "begin each with '- '; a chain is a list of them"
        report.add("E132", f"an entry is one post-processor, and this is {names}", known[1][1].place, hint=hint)
        return None
    if not known:
        for word, child in words:
            unknown_word(
                "E204", "post-processor", word, registry.names("post_processors"), child.place, report,
                otherwise="`ingot doc --kind post_processors` lists the post-processors",
            )
        return None
    word, options = known[0]
    entry = registry.find_required("post_processors", word, context.packer)
    assert entry is not None
    if options.value is None:
        options = options._replace(value={})
    strays = {other: child for other, child in words if other != word}
    options = with_strays(word, options, strays, entry, report, keywords)
    check(options, entry.schema, report)
    present = {str(key): child for key, child in node.items() if key in keywords}
    return PostProcessor(options.place, entry.name, options, present)
