"""The module ``xml``: on texts, and on files of a machine that has nothing but busybox."""

# ruff: noqa: E501 - documents stand in one line

from __future__ import annotations

import subprocess
import sys
from typing import Any

import pytest
from harness import Machine

DECLARATION = "<?xml version='1.0' encoding='UTF-8'?>\n"
NAMES = {"x": "http://x.test", "z": "http://z.test"}

CHANGES: list[tuple[str, dict[str, Any], str]] = [
    ("<a><b/></a>", {"xpath": "/a/b", "value": "x"}, "<a><b>x</b></a>"),
    ("<a><b/><b c='1'>y</b></a>", {"xpath": "/a/b", "value": 11}, '<a><b>11</b><b c="1">11</b></a>'),
    ("<a><b/></a>", {"xpath": "/a/b", "attribute": "c", "value": True}, '<a><b c="true"/></a>'),
    ("<a><b c='1'/></a>", {"xpath": "/a/b/@c", "value": "2"}, '<a><b c="2"/></a>'),
    ("<a><b/></a>", {"xpath": "/a/b/@c"}, '<a><b c=""/></a>'),
    ("<a/>", {"xpath": "/a/b/c"}, "<a><b><c/></b></a>"),
    ("<a/>", {"xpath": "/a/b/c", "attribute": "d", "value": "e"}, '<a><b><c d="e"/></b></a>'),
    ("<a><b/></a>", {"xpath": "/a/b[@name='x]/y']/c/@e", "value": "v"}, '<a><b/><b name="x]/y"><c e="v"/></b></a>'),
    ("<a><b/></a>", {"xpath": '/a/b/c[text()="x"]'}, "<a><b><c>x</c></b></a>"),
    ("<a><b/></a>", {"xpath": '/a/b[c="x"][@f = "g"]/d', "value": "1"}, '<a><b/><b f="g"><c>x</c><d>1</d></b></a>'),
    ("<a><b c='1' d='2'/></a>", {"xpath": "/a/b/@c", "state": "absent"}, '<a><b d="2"/></a>'),
    ("<a>\n <b>x</b> t</a>", {"xpath": "/a/b", "state": "absent"}, "<a>\n  t</a>"),
    ("<a><c/><b>x</b>t<b/></a>", {"xpath": "/a/b", "state": "absent"}, "<a><c/>t</a>"),
    ("<a><b>x</b></a>", {"xpath": "/a/b/text()", "state": "absent"}, "<a><b/></a>"),
    ("<a><b>x</b></a>", {"xpath": "/a", "set_children": []}, "<a/>"),
    ("<a><b>x</b></a>", {"xpath": "/a", "set_children": [{"b": "y"}, "c"]}, "<a><b>y</b><c/></a>"),
    ("<!-- c --><a><!-- d --><b/></a>", {"xpath": "/a/b", "value": "q"}, "<!-- c --><a><!-- d --><b>q</b></a>"),
    ("<a><b><![CDATA[x<y]]></b></a>", {"xpath": "/a/c"}, "<a><b><![CDATA[x<y]]></b><c/></a>"),
    ("<a><b><![CDATA[x<y]]></b></a>", {"xpath": "/a/c", "strip_cdata_tags": True}, "<a><b>x&lt;y</b><c/></a>"),
    ("<a><b/></a>", {"xpath": "/a/b", "value": "x", "pretty_print": True}, "<a>\n  <b>x</b>\n</a>"),
    ("<a> <b/></a>", {"pretty_print": True}, "<a>\n  <b/>\n</a>"),
    ('<a xmlns="http://x.test"><b/></a>', {"xpath": "/x:a/x:b/x:c", "namespaces": NAMES, "value": "v"},
     '<a xmlns="http://x.test"><b><c>v</c></b></a>'),
    ('<a xmlns:y="http://z.test" y:my="true"/>', {"xpath": "/a", "namespaces": NAMES, "attribute": "z:my", "value": "false"},
     '<a xmlns:y="http://z.test" y:my="false"/>'),
    ('<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/passwd">]><a><b>&e;</b></a>', {"xpath": "/a/c"},
     '<!DOCTYPE a [\n<!ENTITY e SYSTEM "file:///etc/passwd">\n]>\n<a><b>&e;</b><c/></a>'),
]
ADDED: list[tuple[str, dict[str, Any], str]] = [
    ("<a><b/></a>", {"xpath": "/a", "add_children": ["c", {"d": "1"}, {"e": None}]}, "<a><b/><c/><d>1</d><e/></a>"),
    ("<a/>", {"xpath": "/a", "add_children": [{"b": {"c": 1, "+value": "x", "_": [{"d": "y"}, "e"]}}]},
     '<a><b c="1">x<d>y</d><e/></b></a>'),
    ("<a><b/><b/></a>", {"xpath": "/a/b", "add_children": ["c"]}, "<a><b><c/></b><b><c/></b></a>"),
    ("<a><b/><b/></a>", {"xpath": "/a/b", "insertbefore": True, "add_children": ["c", "d"]}, "<a><c/><d/><b/><b/></a>"),
    ("<a><b/><b/>\n</a>", {"xpath": "/a/b", "insertafter": True, "add_children": ["c", "d"]}, "<a><b/><b/>\n<c/><d/></a>"),
    ("<a/>", {"xpath": "/a", "input_type": "xml", "add_children": ['<c d="1">x</c>']}, '<a><c d="1">x</c></a>'),
    ('<a xmlns="http://x.test"/>', {"xpath": "/x:a", "namespaces": NAMES, "add_children": [{"x:b": "1"}]},
     '<a xmlns="http://x.test"><b>1</b></a>'),
]


@pytest.mark.parametrize(("text", "options", "wanted"), CHANGES)
def test_a_change(busybox_machine: Machine, text: str, options: dict[str, Any], wanted: str) -> None:
    done = busybox_machine.apply("xml", {"xmlstring": text, **options})
    assert not done.failed, done.values
    assert done.values["xmlstring"] == DECLARATION + wanted
    assert done.changed
    again = busybox_machine.apply("xml", {"xmlstring": done.values["xmlstring"], **options})
    assert not again.changed
    assert again.values["xmlstring"] == done.values["xmlstring"]


@pytest.mark.parametrize(("text", "options", "wanted"), ADDED)
def test_children_are_added_each_time(busybox_machine: Machine, text: str, options: dict[str, Any], wanted: str) -> None:
    done = busybox_machine.apply("xml", {"xmlstring": text, **options})
    assert done.values.get("xmlstring") == DECLARATION + wanted, done.values
    assert done.changed
    assert busybox_machine.apply("xml", {"xmlstring": wanted, **options}).changed


BEER = "<a><b c='1'>x</b><b/></a>"
ASKED: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({"xpath": "/a/b", "count": True}, {"count": 2, "msg": "found 2 nodes"}),
    ({"xpath": "/a/z", "count": True}, {"count": 0, "msg": "found 0 nodes"}),
    ({"xpath": "/a/b", "content": "text"}, {"count": 2, "matches": [{"b": "x"}, {"b": None}], "msg": 2}),
    ({"xpath": "/a/b", "content": "attribute"}, {"matches": [{"b": {"c": "1"}}, {"b": {}}]}),
    ({"xpath": "/a/b", "print_match": True},
     {"matches": ["/a/b[1]", "/a/b[2]"], "msg": """selector '/a/b' match: ["/a/b[1]", "/a/b[2]"]"""}),
    ({"xpath": "/a/b[1]"}, {"actions": {"xpath": "/a/b[1]", "namespaces": {}, "state": "present"}}),
    ({"xpath": "/a/z", "state": "absent"}, {"actions": {"xpath": "/a/z", "namespaces": {}, "state": "absent"}}),
    ({"xpath": "/a/z", "add_children": ["c"]}, {}),
    ({"xpath": "/a", "set_children": [{"b": {"c": "1", "+value": "x"}}, "b"]}, {}),
    ({}, {"xmlstring": f'{DECLARATION}<a><b c="1">x</b><b/></a>'}),
]


@pytest.mark.parametrize(("options", "values"), ASKED)
def test_nothing_is_changed(busybox_machine: Machine, options: dict[str, Any], values: dict[str, Any]) -> None:
    done = busybox_machine.apply("xml", {"xmlstring": BEER, **options})
    assert not done.failed, done.values
    assert not done.changed
    assert {name: done.values[name] for name in values} == values


REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"xpath": "/a["}, "Syntax error in xpath expression: /a[ (Invalid expression)"),
    ({"xpath": "/x:a/b"}, "Syntax error in xpath expression: /x:a/b (Undefined namespace prefix)"),
    ({"xpath": "count(/a)"}, "does not reference a node!"),
    ({"xpath": "/a/z", "content": "text"}, "Xpath /a/z does not reference a node!"),
    ({"xpath": "//q", "value": "1"}, "Can't process Xpath //q in order to spawn nodes!"),
    ({"xpath": "/a/b[7]", "value": "1"}, "Can't process Xpath /a/b[7] in order to spawn nodes!"),
    ({"xpath": "/other/b"}, "Can't process Xpath /other/b in order to spawn nodes!"),
    ({"xpath": "/a", "state": "absent"}, "the root of a document cannot be removed"),
    ({"xpath": "/a", "add_children": ["b"], "insertafter": True}, "Xpath /a is the root: nothing can stand beside it"),
    ({"xpath": "/a", "add_children": ["no name"]}, "the document cannot be changed so: Invalid tag name 'no name'"),
    ({"xpath": "/a", "add_children": ["q:n"]}, "the prefix of q:n stands for no namespace"),
    ({"xpath": "/a", "add_children": [{"b": 1, "c": 2}]}, "a child is one name with its value"),
    ({"xpath": "/a", "add_children": ["<b"], "input_type": "xml"}, "Error while parsing child element"),
    ({"xpath": "/a", "value": "\0"}, "the document cannot be changed so: All strings must be XML compatible"),
    ({"xmlstring": "<a><b", "xpath": "/a"}, "Error while parsing document: xml_string (Couldn't find end"),
]


@pytest.mark.parametrize(("options", "message"), REFUSED)
def test_what_cannot_be(busybox_machine: Machine, options: dict[str, Any], message: str) -> None:
    done = busybox_machine.apply("xml", {"xmlstring": BEER, **options})
    assert done.failed
    assert message in done.values["msg"]


@pytest.mark.parametrize("end", ["", "\n"])
def test_a_file(busybox_machine: Machine, end: str) -> None:
    busybox_machine.put("/tmp/a.xml", f"<a>\n  <b>é</b>\n</a>{end}".encode())
    busybox_machine.sh("chmod 640 /tmp/a.xml; rm -f /tmp/a.xml.*")
    wanted = {"path": "/tmp/a.xml", "xpath": "/a/b", "value": "ü", "backup": True}
    assert busybox_machine.apply("xml", wanted, check=True).changed
    done = busybox_machine.apply("xml", wanted)
    assert done.changed
    assert busybox_machine.sh("cat /tmp/a.xml") == f"{DECLARATION}<a>\n  <b>ü</b>\n</a>{end}"
    assert busybox_machine.sh("stat -c %a /tmp/a.xml").strip() == "640"
    assert busybox_machine.sh('cat "$1"', done.values["backup_file"]) == f"<a>\n  <b>é</b>\n</a>{end}"
    assert not busybox_machine.apply("xml", wanted).changed
    busybox_machine.sh("rm -f /tmp/a.xml*")


def test_no_file(busybox_machine: Machine) -> None:
    done = busybox_machine.apply("xml", {"path": "/tmp/none.xml", "xpath": "/a"})
    assert done.values["msg"] == "The target XML source '/tmp/none.xml' does not exist."


WITHOUT = """
import sys
sys.modules["lxml"] = None
from runner.modules.xml import Options, Xml
from runner.sdk import Failed
try:
    next(Xml(Options(xmlstring="<a/>", xpath="/a")).apply({}))
except Failed as error:
    print(error, "|", error.hint)
"""


def test_without_the_library() -> None:
    done = subprocess.run([sys.executable, "-c", WITHOUT], capture_output=True, text=True, check=True)
    assert done.stdout == "xml needs the library lxml on this computer | install it beside ingot: pip install 'ingot[xml]'\n"
