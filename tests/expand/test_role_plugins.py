"""Filters, tests and look-ups that a role brings along, as files of Python."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from runner.diagnostics import Report
from runner.expand.dialect import Dialect
from runner.expand.error import ExpressionError, Late
from runner.expand.names import check_expressions
from runner.expand.render import render
from runner.expand.role_plugins import RolePlugins
from runner.expand.scope import Scope
from runner.expand.world import World, base_scope, lookup_functions
from runner.formats import documents
from runner.text import Node, SourceFile

FORM = """
class FilterModule(object):
    def filters(self):
        return {{'{name}': {what}}}
"""


def node_of(text: str) -> Node:
    found = documents.parse(SourceFile("values.yml", f'"{text}"'), Report())
    assert found is not None
    return found


def bring(place: Path, text: str, kind: str = "filter", name: str = "mine") -> Dialect:
    """Have a role with one file of plugins; return what expressions with them are written in."""
    directory = place / f"{kind}_plugins"
    directory.mkdir(parents=True, exist_ok=True)
    (directory / f"{name}.py").write_text(text)
    plugins = RolePlugins()
    plugins.add(place)
    return Dialect(plugins)


def rendered(template: str, dialect: Dialect, **names: Any) -> Any:
    return render(node_of(template), Scope(names, late={"later": "not yet"}, dialect=dialect))


def problem(template: str, dialect: Dialect) -> tuple[str, str]:
    with pytest.raises(ExpressionError) as caught:
        rendered(template, dialect)
    return caught.value.diagnostic.code, caught.value.diagnostic.message


def test_a_filter_and_a_test(tmp_path: Path) -> None:
    bring(tmp_path, "class TestModule:\n    def tests(self):\n        return dict(rp_small=lambda x: x < 9)\n", "test")
    twice = "def twice(x, plus=0):\n    return x * 2 + plus\n"
    dialect = bring(tmp_path, twice + FORM.format(name="rp_twice", what="twice"))
    assert rendered("{{ 4 | rp_twice(plus=1) }}", dialect) == 9
    assert rendered("{{ [1, 20] | map('rp_twice') | select('rp_small') | list }}", dialect) == [2]
    assert rendered("{{ 3 is rp_small }}", dialect) is True
    with pytest.raises(Late):
        rendered("{{ later | rp_twice }}", dialect)
    assert problem("{{ nothing | rp_twice }}", dialect) == ("E402", "'nothing' is not defined")
    assert problem("{{ 1 | rp_twice(3, 4) }}", dialect)[1].startswith("the expression fails: rp_twice: TypeError: ")


# What public roles import in their plugins.
@pytest.mark.parametrize(("lines", "what", "value"), [
    ("from ansible.errors import AnsibleFilterError", "lambda x: issubclass(AnsibleFilterError, ValueError)", True),
    ("from ansible.module_utils._text import to_text, to_native, to_bytes", "lambda x: to_native(to_bytes(x))", "7"),
    ("from ansible.module_utils.common.text.converters import to_text", "lambda x: to_text(b'a')", "a"),
    ("import ansible.module_utils.six", "lambda x: [k for k, v in ansible.module_utils.six.iteritems({1: 2})]", [1]),
    ("from ansible.module_utils.six import string_types", "lambda x: isinstance('', string_types)", True),
    ("from ansible.module_utils.six.moves.urllib.parse import quote", "lambda x: quote('a b')", "a%20b"),
    ("from ansible.module_utils.six.moves import urllib", "lambda x: urllib.parse.quote('a b')", "a%20b"),
    ("from six import text_type", "lambda x: text_type(x)", "7"),
    ("from ansible.module_utils.common._collections_compat import Mapping", "lambda x: isinstance({}, Mapping)", True),
    ("from ansible.module_utils.common.collections import is_sequence", "lambda x: is_sequence('a')", False),
    ("from ansible.module_utils.parsing.convert_bool import boolean", "lambda x: [boolean('yes'), boolean('x', False)]",
     [True, False]),
    ("from ansible.plugins.filter.core import combine, to_json", "lambda x: combine({1: 2}, {3: 4})", {1: 2, 3: 4}),
    ("from ansible.utils.display import Display\ndisplay = Display()", "lambda x: display.vvv(x)", None),
    ("from ansible.release import __version__", "lambda x: __version__[:2]", "2."),
    ("import os.path, re\nfrom collections import OrderedDict", "lambda x: os.path.basename('/a/b')", "b"),
])
def test_what_plugins_import(tmp_path: Path, lines: str, what: str, value: Any) -> None:
    dialect = bring(tmp_path, lines + FORM.format(name="mine", what=what))
    assert rendered("{{ 7 | mine }}", dialect) == value
    assert not any(each.partition(".")[0] == "ansible" for each in sys.modules)


# A role's plugins can be broken in every way that a file of Python can.
@pytest.mark.parametrize(("text", "said"), [
    (FORM.format(name="NAME", what="1 +"), "is broken: line 4: invalid syntax"),
    ("import nowhere\n" + FORM.format(name="NAME", what="len"), "ModuleNotFoundError: No module named 'nowhere'"),
    ("from ansible.inventory import x\n" + FORM.format(name="NAME", what="len"), "Ingot has no ansible.inventory"),
    ("from ansible.errors import Odd\n" + FORM.format(name="NAME", what="len"), "Ingot has no Odd of ansible.errors"),
    ("class Other: pass\n", "it has no class 'FilterModule'"),
    ("raise SystemError('odd')\n", "line 1: SystemError: odd"),
    ("def bad(x):\n    return {}[x]\n" + FORM.format(name="NAME", what="bad"), "line 2: KeyError: 1"),
    ("from ansible.errors import AnsibleFilterError\ndef bad(x):\n    raise AnsibleFilterError('not ' + str(x))\n"
     + FORM.format(name="NAME", what="bad"), "NAME: not 1"),
    ("def f(x): pass\nclass FilterModule:\n    def filters(self):\n        x = {'NAME': 1}\n        return {}[0]\n",
     "line 5: KeyError: 0"),
])
def test_a_broken_plugin(tmp_path: Path, text: str, said: str) -> None:
    dialect = bring(tmp_path, text.replace("NAME", "mine"))
    code, message = problem("{{ 1 | mine }}", dialect)
    assert code in ("E403", "E407")
    assert said.replace("NAME", "mine") in message


def test_a_check_runs_nothing(tmp_path: Path) -> None:
    ran = tmp_path / "ran"
    dialect = bring(tmp_path, f"open({str(ran)!r}, 'w')\n" + FORM.format(name="rp_idle", what="len"))
    assert list(check_expressions(node_of("{{ x | rp_idle }}"), None, dialect)) == []
    assert [each.code for each in check_expressions(node_of("{{ x | rp_idel }}"), None, dialect)] == ["E403"]
    assert not ran.exists()
    assert rendered("{{ 'ab' | rp_idle }}", dialect) == 2
    assert ran.exists()


def test_a_filter_that_looks_around(tmp_path: Path) -> None:
    dialect = bring(tmp_path, "from jinja2 import pass_context\n@pass_context\ndef look(context, name):\n"
                    "    return context.resolve(name)\n" + FORM.format(name="rp_look", what="look"))
    assert rendered("{{ 'other' | rp_look }}", dialect, other=5) == 5


LOOKUP = """
from ansible.errors import AnsibleLookupError
from ansible.plugins.lookup import LookupBase
DOCUMENTATION = '''
options:
  end: {{default: "."}}
  times: {{type: int, vars: [{{name: mine_times}}], env: [{{name: MINE_TIMES}}], default: 1}}
'''
class LookupModule(LookupBase):
    def run(self, terms, variables=None, **kwargs):
        self.set_options(var_options=variables, direct=kwargs)
        {body}
"""


# What the look-up plugins of public roles do.
@pytest.mark.parametrize(("body", "template", "value"), [
    ("return [each.upper() for each in terms]", "{{ lookup('mine', 'a', 'b') }}", "A,B"),
    ("return [each.upper() for each in terms]", "{{ query('mine', 'a', 'b') }}", ["A", "B"]),
    ("return self._flatten(terms)", "{{ q('mine', ['a', 'b'], 'c') }}", ["a", "b", "c"]),
    ("return [terms[0] + self.get_option('end')]", "{{ lookup('mine', 'a') }}", "a."),
    ("return [terms[0] + self.get_option('end')]", "{{ lookup('mine', 'a', end='!') }}", "a!"),
    ("return [self.get_option('times')]", "{{ lookup('mine') }}", 1),
    ("return [self.get_option('times')]", "{{ lookup('mine', times='2') }}", 2),
    ("return [self.get_option('times')]", "{{ lookup('mine', mine_times=3) }}", 1),
    ("return [variables['word']]", "{{ lookup('mine') }}", "hello"),
    ("return [self._templar.template('{{{{ word }}}}!')]", "{{ lookup('mine') }}", "hello!"),
    ("return [self._templar.available_variables['word']]", "{{ lookup('mine') }}", "hello"),
    ("return [open(self.find_file_in_search_path(variables, 'files', terms[0])).read()]",
     "{{ lookup('mine', 'note') }}", "noted"),
    ("return [self.find_file_in_search_path(variables, 'files', terms[0], ignore_missing=True)]",
     "{{ lookup('mine', 'nowhere') is none }}", True),
    ("raise AnsibleLookupError('no ' + terms[0])", "{{ lookup('mine', 'luck', errors='ignore') is none }}", True),
])
def test_a_lookup(tmp_path: Path, body: str, template: str, value: Any) -> None:
    assert looked_up(tmp_path, body, template) == value


@pytest.mark.parametrize(("body", "said"), [
    ("raise AnsibleLookupError('no luck')", "mine: no luck"),
    ("return 5", "mine: it gives int, and a list is wanted"),
    ("return {{}}[1]", "line 12: KeyError: 1"),
    ("return [self.find_file_in_search_path(variables, 'files', 'nowhere')]", "there is no file 'nowhere'"),
    ("return [self.get_option('other')]", "Requested entry (option: other) was not defined in configuration."),
])
def test_a_lookup_that_fails(tmp_path: Path, body: str, said: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        looked_up(tmp_path, body, "{{ lookup('mine') }}")
    assert said in caught.value.diagnostic.message


def looked_up(place: Path, body: str, template: str) -> Any:
    """Return the value of a template with the look-up plugin ``mine``, whose ``run`` ends with ``body``."""
    dialect = bring(place, LOOKUP.format(body=body.format()), "lookup")
    (place / "files").mkdir()
    (place / "files" / "note").write_text("noted")
    world = World(place, place, {}, datetime(2023, 11, 14, tzinfo=UTC), dialect.plugins)
    names: dict[str, Any] = {"word": "hello"}
    scope = base_scope(world).with_layers(names)
    names |= lookup_functions(world, scope)
    return render(node_of(template), scope)


def test_a_run_knows_nothing_of_another(tmp_path: Path) -> None:
    first = bring(tmp_path / "one", FORM.format(name="mine", what="lambda x: 'one'"))
    second = bring(tmp_path / "two", FORM.format(name="mine", what="lambda x: 'two'"))
    assert rendered("{{ 1 | mine }}", first) == "one"
    assert rendered("{{ 1 | mine }}", second) == "two"
    assert problem("{{ 1 | mine }}", Dialect()) == ("E403", "unknown filter 'mine'")
