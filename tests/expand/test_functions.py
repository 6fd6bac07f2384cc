"""The functions of expressions: what is there, how it is called, and what the recorded cases say."""

from __future__ import annotations

import datetime as dt
import json
import math
import subprocess
import sys
from decimal import Decimal
from typing import Any

import jinja2
import pytest
from function_cases import recorded

from runner.expand import functions
from runner.expand.functions.error import FunctionError

PACKER = """
abs ceil floor log max min parseint pow signum sum chomp endswith format formatlist indent join lower regex regexall
regex_replace replace split startswith strcontains strrev substr title trim trimprefix trimspace trimsuffix upper
alltrue anytrue chunklist coalesce coalescelist compact concat contains distinct element flatten index keys length
lookup merge range reverse setintersection setproduct setunion slice sort values zipmap base64decode base64encode
base64gzip csvdecode jsondecode jsonencode textdecodebase64 textencodebase64 urlencode yamldecode yamlencode abspath
basename dirname file filebase64 fileexists fileset pathexpand templatefile formatdate legacy_isotime legacy_strftime
rfc3339_parse timeadd timestamp unix_timestamp_parse bcrypt md5 rsadecrypt sha1 sha256 sha512 uuidv4 uuidv5 cidrhost
cidrnetmask cidrsubnet cidrsubnets can convert try aws_secretsmanager aws_secretsmanager_raw consul_key vault
"""
BEYOND = """
tostring tonumber tobool tolist toset tomap one transpose matchkeys setsubtract filesha1 filesha256 filesha512 filemd5
filebase64sha256 filebase64sha512 base64sha256 base64sha512 timecmp plantimestamp templatestring cidrcontains
"""


def call(name: str, *args: Any) -> Any:
    found = functions.find(name)
    assert found is not None
    return found(*args)


@pytest.mark.parametrize("case", recorded())
def test_gives_what_the_judges_gave(case: dict[str, Any]) -> None:
    if "blames" in case:
        with pytest.raises(FunctionError) as caught:
            call(case["call"], *case["args"])
        assert caught.value.function == case["call"]
        assert caught.value.argument == case["blames"]
        return
    result = call(case["call"], *case["args"])
    wanted = math.copysign(math.inf, case["infinite"]) if "infinite" in case else case["want"]
    # 1 is not True, 1 is not 1.0, and the order of keys counts
    assert json.dumps(result) == json.dumps(wanted)


@pytest.mark.parametrize("name", (PACKER + BEYOND).split())
def test_every_function_is_there_and_says_what_it_does(name: str) -> None:
    found = functions.find(name)
    assert found is not None
    assert (found.__doc__ or "").strip()
    assert name in functions.names()


def test_nothing_else_is_there() -> None:
    assert functions.names() == set((PACKER + BEYOND).split())
    assert len(PACKER.split()) == 103
    assert functions.find("env") is None
    assert functions.find("Refused") is None


def test_context_is_needed_where_the_function_takes_it() -> None:
    for name in functions.names():
        found = functions.find(name)
        assert found is not None
        inner = getattr(found, "__wrapped__", found)
        assert functions.needs_context(name) == ("context" in inner.__code__.co_varnames), name


def test_looking_a_name_up_loads_only_its_module() -> None:
    program = (
        "import sys; from runner.expand import functions\n"
        "assert 'abs' in functions.names() and functions.needs_context('file')\n"
        "before = set(sys.modules); functions.find('abs'); loaded = set(sys.modules) - before\n"
        "heavy = {'jinja2', 'yaml', 'boto3', 'bcrypt', 'cryptography', 'ssl', 'urllib.request', 'unicodedata'}\n"
        "print(sorted(heavy & set(sys.modules)), 'runner.expand.functions.text' in loaded)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[] False\n"


@pytest.mark.parametrize(
    ("name", "args", "message"),
    [
        ("signum", (1.5,), "signum(): argument 'number': a whole number between -2^63 and 2^63-1 is required, not 1.5"),
        ("abs", ("x",), "abs(): argument 'number': a number is required, not the string 'x'"),
        ("max", (), "max(): at least one number is required"),
        ("max", (1, "y"), "max(): argument 'numbers': a number is required, not the string 'y'"),
        ("upper", (), "upper(): argument 'string': it is missing"),
        ("upper", ("a", "b"), "upper(): it takes at most 1 argument, not 2"),
        ("split", (",", None), "split(): argument 'string': it must not be null"),
        ("join", (",", [["a"]]), "join(): argument 'lists': element 0: a string is required, not a list"),
        ("convert", ({"a": "x"}, "map(number)"), "convert(): entry 'a': a number is required, not the string 'x'"),
        ("coalesce", (True, 1), "coalesce(): all arguments must be of one type"),
        ("index", (["a"], "b"), "index(): argument 'value': the value is not in the list"),
    ],
)
def test_errors_say_which_function_which_argument_and_why(name: str, args: tuple[Any, ...], message: str) -> None:
    with pytest.raises(FunctionError) as caught:
        call(name, *args)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("name", "args", "wanted"),
    [
        ("join", (",", ("a", "b")), "a,b"),
        ("join", (",", {"b", "a"}), "a,b"),
        ("join", (",", range(3)), "0,1,2"),
        ("join", (",", {"k": "v"}.keys()), "k"),
        ("join", (",", (each for each in "xy")), "x,y"),
        ("concat", ((1, (2,)), [3]), [1, [2], 3]),
        ("jsonencode", (("a", {"b"}),), '["a",["b"]]'),
        ("jsonencode", ({1: "x", 2.5: None},), '{"1":"x","2.5":null}'),
        ("jsonencode", ({True: "x"},), '{"true":"x"}'),
        ("upper", (dt.date(2024, 2, 3),), "2024-02-03"),
        ("abs", (Decimal("-1.50"),), 1.5),
        ("jsonencode", (1e22,), "10000000000000000000000"),
        ("jsonencode", (2.0,), "2"),
        ("length", ("e\u0301",), 1),
        ("contains", ([True], 1), False),
        ("contains", ([1], 1.0), True),
        ("tostring", (-0.0,), "0"),
    ],
)
def test_accepts_what_jinja_makes_of_literals(name: str, args: tuple[Any, ...], wanted: Any) -> None:
    assert call(name, *args) == wanted


def test_a_value_without_counterpart_is_refused() -> None:
    with pytest.raises(FunctionError, match="a value of type object cannot be used here"):
        call("jsonencode", object())
    with pytest.raises(FunctionError, match="a mapping's key must be a string, not a list"):
        call("jsonencode", {(1,): 2})


def render(template: str, **variables: Any) -> Any:
    environment = jinja2.Environment(undefined=jinja2.StrictUndefined, autoescape=False)
    environment.globals.update({name: functions.find(name) for name in functions.names()})
    return environment.from_string(template).render(**variables)


@pytest.mark.parametrize(
    ("template", "wanted"),
    [
        ("{{ upper('a' ~ 1) }}", "A1"),
        ("{{ cidrsubnet('10.0.0.0/8', 8, 3) }}", "10.3.0.0/16"),
        ("{{ try(nowhere, 1) }}", "1"),
        ("{{ try(known.missing, known.there) }}", "yes"),
        ("{{ try(none, 1) }}", "None"),
        ("{{ can(nowhere) }} {{ can(known.there) }}", "False True"),
        ("{{ try(fails, 'otherwise') }}", "otherwise"),
        ("{{ try(works, 'otherwise') }}", "works"),
        ("{{ can(fails) }}", "False"),
        ("{{ convert('3', 'number') + 1 }}", "4"),
        ("{{ format('%s is %d', 'x', 4) }}", "x is 4"),
    ],
)
def test_works_as_a_global_of_jinja(template: str, wanted: str) -> None:
    def fails() -> None:
        raise FunctionError("fails", "always")

    assert render(template, known={"there": "yes"}, fails=fails, works=lambda: "works") == wanted


@pytest.mark.parametrize("template", ["{{ upper(nowhere) }}", "{{ jsonencode([nowhere]) }}", "{{ coalesce(a.b, 1) }}"])
def test_an_undefined_variable_is_jinjas_own_error(template: str) -> None:
    with pytest.raises(jinja2.UndefinedError, match=r"nowhere|has no attribute 'b'"):
        render(template, a={})


def test_try_and_can_complain_when_nothing_works() -> None:
    with pytest.raises(FunctionError, match="none of the arguments has a value"):
        render("{{ try(nowhere, neither) }}")
    with pytest.raises(FunctionError, match="at least one argument"):
        call("try")
    with pytest.raises(FunctionError, match="takes one argument"):
        call("can", 1, 2)


@pytest.mark.parametrize(
    ("type_", "value", "wanted"),
    [
        ("object({a=string,b=optional(number,1)})", {"a": 1}, {"a": "1", "b": 1}),
        ("object({ a = string, b = optional(number) })", {"a": "x", "b": None}, {"a": "x", "b": None}),
        ('object({a=optional(string, "d")})', {"a": None}, {"a": "d"}),
        ("object({a=optional(list(string), [1, 2])})", {}, {"a": ["1", "2"]}),
        ('object({a=optional(map(number), {x = "1", y: 2})})', {}, {"a": {"x": 1, "y": 2}}),
        ("object({a=optional(bool, true), b=optional(any, null)})", {}, {"a": True, "b": None}),
        ("object({a = string\n b = number})", {"a": 1, "b": "2"}, {"a": "1", "b": 2}),
        (" list( map( set(string) ) ) ", [{"k": [2, 1]}], [{"k": ["1", "2"]}]),
        ("tuple([string, number, bool])", [1, "2", "true"], ["1", 2, True]),
        ("object({})", {"a": 1}, {}),
    ],
)
def test_types_are_read_from_strings(type_: str, value: Any, wanted: Any) -> None:
    assert call("convert", value, type_) == wanted


@pytest.mark.parametrize(
    ("type_", "reason"),
    [
        ("strin", "there is no type 'strin'"),
        ("list", r"'\(' is missing"),
        ("list(", "it ends too early"),
        ("list(string", r"'\)' is missing"),
        ("list(string) x", "'the end' is missing before 'x'"),
        ("object({a})", "'=' is missing before '}'"),
        ("object({1=string})", "'1' cannot name an attribute"),
        ('object({a=optional(number, "x")})', "the default of 'a' does not fit: a number is required"),
        ("object({a=optional(number, b)})", "'b' is no literal"),
        ("optional(string)", "there is no type 'optional'"),
        ("tuple(string)", r"'\[' is missing"),
        ("list(string;)", "';' has no place in it"),
        ("", "it ends too early"),
    ],
)
def test_malformed_types_are_explained(type_: str, reason: str) -> None:
    with pytest.raises(FunctionError, match=reason):
        call("convert", 1, type_)


@pytest.mark.parametrize(
    ("outer", "inner", "wanted"),
    [
        ("10.0.0.0/8", "10.1.0.0/16", True),
        ("10.0.0.0/8", "10.255.255.255", True),
        ("10.0.0.0/8", "11.0.0.0", False),
        ("10.0.0.0/16", "10.0.0.0/8", False),
        ("fd00::/8", "fd12::1", True),
        ("::/0", "::/0", True),
    ],
)
def test_cidrcontains(outer: str, inner: str, wanted: bool) -> None:  # noqa: FBT001 - a table's column
    assert call("cidrcontains", outer, inner) is wanted


@pytest.mark.parametrize(("outer", "inner"), [("10.0.0.0/8", "fd00::1"), ("10.0.0.0", "10.0.0.1"), ("10.0.0.0/8", "x")])
def test_cidrcontains_refuses(outer: str, inner: str) -> None:
    with pytest.raises(FunctionError):
        call("cidrcontains", outer, inner)
