"""Filters and tests beside what was recorded: names, messages, laws."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import jinja2
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jinja2.sandbox import SandboxedEnvironment

from runner.expand import filters, jinja_tests, lookups
from runner.expand.filters.error import FilterError

CASES = Path(__file__).parents[1] / "cases" / "filters"
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn", "Co"]), max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text("abc_", min_size=1, max_size=4), inner, max_size=3)
    ),
    max_leaves=12,
)  # fmt: skip
SMALL = st.lists(st.integers(-3, 3) | st.sampled_from(["a", "A", "b"]) | st.lists(st.integers(0, 1), max_size=1))


def call(name: str, *args: Any, **options: Any) -> Any:
    found = filters.find(name)
    assert found is not None
    return found(*args, **options)


@pytest.mark.parametrize("package", [filters, jinja_tests, lookups])
def test_every_name_is_found(package: Any) -> None:
    assert package.find("nope") is None
    assert package.find("ansible.builtin.nope") is None
    for name in package.names():
        assert callable(package.find(name)), name


@pytest.mark.parametrize(
    "name",
    ["ansible.builtin.combine", "ansible.builtin.upper", "community.general.json_query", "json_query", "ipaddr",
     "ansible.utils.ipaddr", "ansible.netcommon.ipaddr", "ansible.utils.remove_keys", "community.general.remove_keys",
     "ansible.builtin.default", "version_sort"],
)  # fmt: skip
def test_full_names_are_names(name: str) -> None:
    assert name in filters.names()


def test_jinja_keeps_its_own() -> None:
    assert not {"default", "min", "max", "groupby", "urlencode", "replace", "map", "length"} & filters.names()
    assert not {"defined", "in", "sameas"} & jinja_tests.names()


def test_a_filter_loads_only_what_it_needs() -> None:
    source = (
        "import sys\n"
        "from runner.expand import filters, jinja_tests, lookups\n"
        "for package in (filters, jinja_tests, lookups): package.names()\n"
        "light = 'jinja2' not in sys.modules and 'runner.expand.filters.text' not in sys.modules\n"
        "filters.find('basename'); lookups.find('env'); jinja_tests.find('version')\n"
        "heavy = {'yaml', 'ssl', 'bcrypt', 'cryptography', 'jmespath', 'packaging'} & sys.modules.keys()\n"
        "print(light, sorted(heavy))\n"
    )
    done = subprocess.run([sys.executable, "-c", source], capture_output=True, text=True, check=True)
    assert done.stdout.split(maxsplit=1)[1].strip() == "[]"
    assert done.stdout.startswith("True")


def test_ipaddr_answers_as_recorded() -> None:
    recorded = json.loads((CASES / "ipaddr.json").read_text(encoding="utf-8"))
    differs = {
        # a text of digits is an address; Ansible sometimes gives it a prefix of its own
        ("5", "private"), ("5", "unicast"), ("5", "ipv4"), ("5", "wrap"),
        # which of these are private is for Python's ipaddress to say
        ("::ffff:1.2.3.4", "private"), ("2002:c0a8:0101::1", "private"), ("2002:c0a8:0101::1", "public"),
        # a normal form, where Ansible keeps the text
        ("2002:c0a8:0101::1", "ipv6"), ("2002:c0a8:0101::1", "unicast"), ("2002:c0a8:0101::1", "6to4"),
    }  # fmt: skip
    found = 0
    for query, answers in recorded["queries"].items():
        for value, answer in zip(recorded["values"], answers, strict=True):
            failed = isinstance(answer, dict)
            # an address without a network has no usable ones; Ansible's filter breaks there
            if (value, query) in differs or (failed and query.endswith("usable")):
                continue
            found += 1
            if failed:
                with pytest.raises(FilterError):
                    call("ipaddr", value, query)
            else:
                assert (call("ipaddr", value, query), query, value) == (answer, query, value)
    assert found > 950


@pytest.mark.parametrize(
    ("name", "args", "message"),
    [
        ("combine", ({"a": 1}, 5), "combine: a mapping is wanted, not a number"),
        ("ansible.builtin.combine", ("x",), "ansible.builtin.combine: a mapping is wanted, not a text"),
        ("ternary", (1,), "ternary: missing a required argument: 'true_val'"),
        ("flatten", (None,), "flatten: a list is wanted, not null"),
        ("regex_replace", ("a", "(", "b"), "regex_replace: '(' is not a regular expression: missing ), unterminated"),
        ("regex_search", ("a", "a", "x"), "regex_search: 'x' names no group; groups are written \\1 or \\g<name>"),
        ("password_hash", (5,), "password_hash: a password is a text, not a number; quote it"),
        ("human_to_bytes", ("5 X",), "'X' is not a unit such as K, KB or kilobyte"),
        ("random", (0,), "random: there is no number from 0 up to 0"),
        ("log", (0,), "log: there is no logarithm of 0 to the base"),
        ("root", (-4,), "root: there is no square root of -4"),
        ("root", (4, 0), "root: there is no root of base 0"),
        ("pow", (1e300, 2), "pow: 1e+300 to the power of 2 is no number, or too large a one"),
        ("from_yaml", ("a: b: c",), "this is not YAML: mapping values are not allowed in this context (line 1, column"),
        ("to_nice_yaml", ({}, "2"), "to_nice_yaml: indent has to be a whole number, not '2'"),
        ("community.general.dict", ([["a"]],), "a pair has two items, unlike ['a']"),
        ("hwaddr", ("x", "bogus"), "hwaddr: query is one of bare, bool,"),
        ("ipaddr", ("10.0.0.1", "bogus"), "cannot be asked for 'bogus'; it can for a number, a network, 6to4"),
        ("usable_range", ("10.0.0.0/8",), "10.0.0.0/8 has 16777216 addresses; no more than 65536 are listed"),
        ("commonpath", ([],), "commonpath: an empty list has no common path"),
        ("json_query", ({}, "["), "json_query: the JMESPath expression fails: Invalid jmespath expression"),
        ("vault", ("x", "pw", None, "a;b"), "vault: 'a;b' is no vault id"),
        ("vault", ("x", "pw", None, "a", True), "vault: wrap_object makes an object that only Ansible has"),
        ("to_json", ({1, 2}.__iter__,), "to_json: a method-wrapper cannot be written as JSON"),
        ("get_path", (jinja2.Environment(), {}, "a["), "get_path: 'a[' is not a path such as users[0].name"),
    ],
)
def test_says_what_is_wrong(name: str, args: tuple[Any, ...], message: str) -> None:
    with pytest.raises(FilterError) as caught:
        call(name, *args)
    assert message in str(caught.value)


@pytest.mark.parametrize(
    ("expr", "message"),
    [
        ("nope | mandatory", "'nope' is not defined, and it has to be"),
        ("a.nope | mandatory", "'nope' is not defined"),
        ("nope | mandatory('set it')", "set it"),
        ("1 is version('')", "version: a version is empty"),
        ("'1.a' is version('1.1', '<')", "cannot be compared: a number stands where the other has letters"),
        ("'x' is failed", "failed: the result of a task, which is a mapping, is wanted, not a text"),
        ("'x' is search('(')", "search: '(' is not a regular expression"),
    ],
)
def test_expressions_say_what_is_wrong(expr: str, message: str) -> None:
    with pytest.raises(FilterError) as caught:
        evaluate(expr)
    assert message in str(caught.value)


def evaluate(expr: str) -> Any:
    environment = SandboxedEnvironment(undefined=jinja2.StrictUndefined, optimized=False)
    for name in ("mandatory", "combine", "type_debug", "unique", "random", "extract"):
        found = filters.find(name)
        assert found is not None
        environment.filters[name] = found
    for name in ("version", "failed", "search"):
        environment.tests[name] = jinja_tests.find(name)  # type: ignore[assignment] # these exist
    return environment.compile_expression(expr, undefined_to_none=False)(a={})


@pytest.mark.parametrize(
    "expr", ["nope | combine({})", "{} | combine(nope)", "nope is failed", "[1] | unique(attribute=nope)"]
)
def test_undefined_arguments_are_undefined_errors(expr: str) -> None:
    with pytest.raises(jinja2.UndefinedError, match="'nope' is undefined"):
        evaluate(expr)


def test_generators_are_lists() -> None:
    assert evaluate("[3, 3] | map('string') | unique") == ["3"]
    assert evaluate("[3] | map('string') | type_debug") == "list"
    assert evaluate("{'a': 1}.keys() | type_debug") == "list"


def test_bytes_that_are_no_text_survive() -> None:
    assert call("b64decode", "/w==") == "\udcff"
    assert call("b64encode", "\udcff") == "/w=="


@pytest.mark.parametrize("name", ["to_json", "to_nice_json", "to_yaml", "to_nice_yaml"])
def test_undefined_values_cannot_be_written(name: str) -> None:
    with pytest.raises(jinja2.UndefinedError, match="'nope' is undefined"):
        call(name, {"a": [jinja2.StrictUndefined(name="nope")]})


class TestLaws:
    @given(PLAIN)
    def test_json_comes_back(self, value: Any) -> None:
        for name in ("to_json", "to_nice_json"):
            assert call("from_json", call(name, value)) == value

    @given(PLAIN)
    def test_yaml_comes_back(self, value: Any) -> None:
        for name in ("to_yaml", "to_nice_yaml"):
            assert call("from_yaml", call(name, value)) == value

    @given(st.text())
    def test_encodings_come_back(self, text: str) -> None:
        if text.isprintable():
            assert call("b64decode", call("b64encode", text)) == text
            assert call("b64decode", call("b64encode", text, urlsafe=True), urlsafe=True) == text

    @given(st.text())
    def test_an_escaped_text_matches_itself(self, text: str) -> None:
        assert call("regex_findall", text, call("regex_escape", text) or "^$")[:1] == [text]
        assert call("regex_replace", text, "^(?s:(.*))$", r"\1") == text

    @given(st.text())
    def test_the_shell_reads_back_what_is_quoted(self, text: str) -> None:
        import shlex

        assert shlex.split(call("quote", text)) == [text]

    @given(SMALL, SMALL)
    def test_sets(self, first: list[Any], second: list[Any]) -> None:
        union, both = call("union", first, second), call("intersect", first, second)
        assert [value for value in union if value in first and value in second] == both
        assert all(value in union for value in first + second)
        assert all(union.count(value) == 1 for value in union)
        assert call("union", both, call("symmetric_difference", first, second)) == call(
            "union", both, call("difference", first, second) + call("difference", second, first)
        )
        assert call("difference", first, first) == []

    @given(st.dictionaries(st.text(max_size=2), st.integers()), st.dictionaries(st.text(max_size=2), st.integers()))
    def test_later_mappings_win(self, first: dict[str, int], second: dict[str, int]) -> None:
        kept = dict(first)
        assert call("combine", first, second) == {**first, **second}
        assert call("combine", [first, second]) == {**first, **second}
        assert first == kept
        assert call("items2dict", call("dict2items", first)) == first

    @given(st.lists(st.lists(st.integers(0, 99), min_size=1, max_size=4)))
    def test_versions_are_sorted_by_their_numbers(self, versions: list[list[int]]) -> None:
        texts = [".".join(map(str, version)) for version in versions]
        assert call("version_sort", texts) == [".".join(map(str, version)) for version in sorted(versions)]

    @given(st.integers(0, 2**70), st.sampled_from("KMGTPEZY"))
    def test_sizes_come_back(self, size: int, unit: str) -> None:
        assert call("human_to_bytes", f"{size}", unit) == size * 1024 ** ("KMGTPEZY".index(unit) + 1) or size > 2**53
        assert call("human_readable", 1024.0 ** ("KMGTPEZY".index(unit) + 1)) == f"1.00 {unit}B"

    @given(st.text(st.characters(exclude_characters="\n")), st.sampled_from(["plain", "erlang", "c"]))
    def test_every_line_is_a_comment(self, text: str, style: str) -> None:
        mark = {"plain": "#", "erlang": "%", "c": "//"}[style]
        lines = call("comment", f"{text}\n\n{text}", style).split("\n")
        assert all(line.startswith(mark) for line in lines)
        assert len(lines) == 5

    @given(SMALL, st.integers())
    def test_a_seed_decides(self, items: list[Any], seed: int) -> None:
        assert call("shuffle", items, seed) == call("shuffle", items, seed)
        assert sorted(map(str, call("shuffle", items))) == sorted(map(str, items))
        if items:
            assert call("random", items) in items
            assert call("random", items, seed=seed) == call("random", items, seed=seed)


def test_a_password_without_salt_is_salted() -> None:
    first, second = (call("password_hash", "pw", "sha256", rounds=1000) for _ in range(2))
    assert first != second
    salt = first.split("$")[3]
    assert len(salt) == 16
    assert call("password_hash", "pw", "sha256", salt, rounds=1000) == first
    assert len(call("password_hash", "pw", "md5", salt_size=4).split("$")[2]) == 4
    with pytest.raises(FilterError, match="salt_size is 1 to 8, not 9"):
        call("password_hash", "pw", "md5", salt_size=9)


@pytest.mark.parametrize(
    ("hashtype", "password", "salt", "rounds", "hashed"), json.loads((CASES / "crypt.json").read_text(encoding="utf-8"))
)
def test_hashes_are_those_of_crypt(hashtype: str, password: str, salt: str, rounds: int | None, hashed: str) -> None:
    """The file holds what crypt(3) of libxcrypt returned."""
    assert call("password_hash", password, hashtype, salt, rounds=rounds) == hashed


def test_a_random_hardware_address_is_one() -> None:
    made = {call("random_mac", "52:54") for _ in range(5)}
    assert all(re.fullmatch("52:54(:[0-9a-f]{2}){4}", each) for each in made)
    assert len(made) > 1
