"""Ansible's Jinja filters, as plain Python.

A filter takes the value and its options and returns a value; it raises ``error.FilterError`` for what it cannot work
with. Behaviour is that of ansible-core 2.19 and later with two wishes of our own: the order of a result never depends
on a hash, and an option that does not exist is an error.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

_BUILTIN = {
    "collections_": "combine dict2items extract flatten items2dict rekey_on_member subelements",
    "combinatorics": "combinations permutations product zip zip_longest",
    "crypto": "password_hash unvault vault",
    "digests": "checksum hash md5 sha1 to_uuid",
    "encoding": "b64decode b64encode urldecode urlsplit",
    "math_": "log pow random root shuffle",
    "paths": (
        "basename commonpath dirname expanduser expandvars fileglob normpath path_join realpath relpath splitext"
        " win_basename win_dirname win_splitdrive"
    ),
    "serialisation": "from_json from_yaml from_yaml_all to_json to_nice_json to_nice_yaml to_yaml",
    "sets": "difference intersect symmetric_difference union unique",
    "sizes": "human_readable human_to_bytes",
    "text": "comment quote regex_escape regex_findall regex_replace regex_search split",
    "time_": "strftime to_datetime",
    "values": "bool mandatory ternary type_debug",
}
"""Module of this package -> the filters of ansible.builtin in it."""

_GENERAL = {
    "counting": "accumulate counter version_sort",
    "digests": "crc32",
    "mappings": "dict dict_kv groupby_as_dict json_query lists_mergeby",
    "hardware": "random_mac",
    "sets": "lists_difference lists_intersect lists_symmetric_difference lists_union",
    "tables": "from_csv from_ini to_ini",
    "text": "unicode_normalize",
    "time_": "to_days to_hours to_milliseconds to_minutes to_months to_seconds to_time_unit to_weeks to_years",
}
"""Module of this package -> the filters of community.general in it."""

_UTILS = {
    "hardware": "hwaddr macaddr slaac",
    "network": (
        "cidr_merge ip4_hex ipaddr ipmath ipsubnet ipv4 ipv6 ipwrap network_in_network network_in_usable"
        " next_nth_usable nthhost previous_nth_usable reduce_on_network usable_range"
    ),
    "structure": "get_path index_of to_paths",
}
"""Module of this package -> the filters of ansible.utils in it."""

_JINJA = (
    "abs attr batch capitalize center count d default dictsort e escape filesizeformat first float forceescape "
    "format groupby indent int items join last length list lower map max min pprint reject rejectattr replace "
    "reverse round safe select selectattr slice sort string striptags sum title tojson trim truncate upper "
    "urlencode urlize wordcount wordwrap xmlattr"
)
"""Filters that are Jinja's own; ansible.builtin lists them too, and they behave the same."""


def _table() -> dict[str, tuple[str, str]]:
    """Return each name a filter has -> its module and its name there."""
    table: dict[str, tuple[str, str]] = {}
    for collections, groups in (
        (("ansible.builtin", "ansible.legacy"), _BUILTIN),
        (("community.general",), _GENERAL),
        (("ansible.utils", "ansible.netcommon"), _UTILS),
    ):
        for module, names_ in groups.items():
            for name in names_.split():
                table[name] = module, name
                table.update({f"{collection}.{name}": (module, name) for collection in collections})
    for name in ("keep_keys", "remove_keys", "replace_keys"):  # two collections have them, with two meanings
        table[f"community.general.{name}"] = "keys_of_lists", name
        table[f"ansible.utils.{name}"] = "keys_deep", name
    for name in ("to_yaml", "to_nice_yaml"):
        table[f"community.general.{name}"] = "serialisation", name
    return table


_TABLE = _table()
_BY_JINJA = {f"ansible.builtin.{name}": name for name in _JINJA.split()}
_TAKES_UNDEFINED = frozenset({"mandatory", "type_debug"})


def names() -> frozenset[str]:
    """Return every name a filter can be used by, fully qualified ones included."""
    return frozenset(_TABLE) | frozenset(_BY_JINJA)


def find(name: str) -> Callable[..., Any] | None:
    """Return the filter called ``name``, or None; only the module it is in is imported."""
    if name in _BY_JINJA:
        from jinja2.filters import FILTERS

        jinjas: Callable[..., Any] = FILTERS[_BY_JINJA[name]]
        return jinjas
    if name not in _TABLE:
        return None
    from runner.expand.filters.guard import guarded

    module, own = _TABLE[name]
    functions = vars(import_module(f"{__name__}.{module}"))
    return guarded(name, functions.get(f"{own}_") or functions[own], takes_undefined=own in _TAKES_UNDEFINED)
