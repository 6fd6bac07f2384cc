"""Modules that a role brings along in ``library``: in Python, and programs of other kinds."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from harness import Machine

from runner import registry
from runner.expand.role_plugins import RolePlugins
from runner.modules.support.role_python import program

HEAD = "from ansible.module_utils.basic import *\nmodule = AnsibleModule({spec})\n"
PYTHON = {"ansible_python_interpreter": ""}
SHOW = "module.exit_json(**module.params)\n"


def answered(source: str, args: dict[str, Any], utils: dict[str, str] | None = None) -> dict[str, Any]:
    """Return what a module in Python answers."""
    job = {"name": "mine", "source": source, "args": args, "utils": utils or {}}
    done = subprocess.run(
        [sys.executable, "-c", program()], input=json.dumps(job), capture_output=True,
        text=True, check=False,
    )
    assert not done.stderr, done.stderr
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    assert done.returncode == bool(found.get("failed"))
    return found


# What arguments come to; a text is the message of the failure. The values are those that ansible-core 2.19 gives.
@pytest.mark.parametrize(("spec", "args", "value"), [
    ("dict(a=dict())", {"a": 1}, "1"),
    ("dict(a=dict(default='x'))", {}, "x"),
    ("dict(a=dict(type='int'))", {"a": "12"}, 12),
    ("dict(a=dict(type='float'))", {"a": "1.5"}, 1.5),
    ("dict(a=dict(type='bool'))", {"a": "Yes"}, True),
    ("dict(a=dict(type='bool', default='no'))", {}, False),
    ("dict(a=dict(type='list'))", {"a": "x, y"}, ["x", "y"]),
    ("dict(a=dict(type='list', elements='int'))", {"a": ["1", 2]}, [1, 2]),
    ("dict(a=dict(type='dict'))", {"a": "x=1 y='a b'"}, {"x": "1", "y": "a b"}),
    ("dict(a=dict(type='dict'))", {"a": '{"x": [1]}'}, {"x": [1]}),
    ("dict(a=dict(type='json'))", {"a": {"x": 1}}, '{"x": 1}'),
    ("dict(a=dict(type='raw'))", {"a": [None, 1]}, [None, 1]),
    ("dict(a=dict(type='bytes'))", {"a": "2K"}, 2048),
    ("dict(a=dict(type='bits'))", {"a": "1Kb"}, 1024),
    ("dict(a=dict(type='path'))", {"a": "$INGOT_NOT_SET/x"}, "$INGOT_NOT_SET/x"),
    ("dict(a=dict(aliases=['b']))", {"b": "x"}, "x"),
    ("dict(a=dict(fallback=(env_fallback, ['PATH'])))", {}, ...),
    ("dict(a=dict(type='dict', options=dict(n=dict(type='int', default=3))))", {"a": {}}, {"n": 3}),
    ("dict(a=dict(type='list', elements='dict', options=dict(n=dict(type='int'))))", {"a": [{"n": "3"}]}, [{"n": 3}]),
    ("dict(a=dict(type='dict', apply_defaults=True, options=dict(n=dict(default=3))))", {}, {"n": "3"}),
])
def test_arguments(spec: str, args: dict[str, Any], value: Any) -> None:
    found = answered(HEAD.format(spec=spec) + SHOW, args)
    assert "failed" not in found, found
    assert found["a"] == value or (value is ... and found["a"])


@pytest.mark.parametrize(("spec", "args", "message"), [
    ("dict(a=dict(required=True), b=dict(required=True))", {}, "missing required arguments: a, b"),
    ("dict(a=dict(choices=['x', 'y']))", {"a": "z"}, "value of a must be one of: x, y, got: z"),
    ("dict(a=dict(aliases=['b']))", {"c": 1},
     "Unsupported parameters for (mine) module: c. Supported parameters include: a, b."),
    ("dict(a=dict(), b=dict()), mutually_exclusive=[['a', 'b']]", {"a": 1, "b": 2},
     "parameters are mutually exclusive: a|b"),
    ("dict(a=dict(), b=dict()), required_together=[['a', 'b']]", {"a": 1}, "parameters are required together: a, b"),
    ("dict(a=dict(), b=dict()), required_one_of=[['a', 'b']]", {}, "one of the following is required: a, b"),
    ("dict(a=dict(default='x'), b=dict()), required_if=[('a', 'x', ['b'])]", {},
     "a is x but all of the following are missing: b"),
    ("dict(a=dict(), b=dict()), required_by=dict(a='b')", {"a": 1}, "missing parameter(s) required by 'a': b"),
    ("dict(a=dict(type='int'))", {"a": "x"}, "argument 'a' is of type str and we were unable to convert to int: "),
    ("dict(a=dict(type='bool'))", {"a": "x"}, "argument 'a' is of type str and we were unable to convert to bool: "),
    ("dict(a=dict(type='dict', options=dict(n=dict(required=True))))", {"a": {}},
     "missing required arguments: n found in a"),
])
def test_arguments_that_do_not_fit(spec: str, args: dict[str, Any], message: str) -> None:
    found = answered(HEAD.format(spec=spec) + SHOW, args)
    assert found["failed"]
    assert found["msg"].startswith(message)


@pytest.mark.parametrize(("code", "value"), [
    ("rc, out, err = module.run_command(['echo', 'a  b'])\nmodule.exit_json(v=[rc, out, err])", [0, "a  b\n", ""]),
    ("module.exit_json(v=module.run_command('cat; exit 3', data='x', use_unsafe_shell=True)[:2])", [3, "x\n"]),
    ("module.exit_json(v=module.run_command('env', environ_update={'RM_A': 'b'})[1].splitlines().count('RM_A=b'))", 1),
    ("module.exit_json(v=module.get_bin_path('sh', True)[-3:])", "/sh"),
    ("module.exit_json(v=module.get_bin_path('no-such-program'))", None),
    ("open('t', 'w').write('x'); module.atomic_move('t', 'u'); module.exit_json(v=open('u').read())", "x"),
    ("open('t', 'w').write('x'); module.exit_json(v=module.sha1('t'))", "11f6ad8ec52a2984abaafd7c3b516503785c2072"),
    ("open('t', 'w'); change, args = module.set_fs_attributes_if_different, dict(path='t', mode='0600')\n"  # noqa: ISC004
     "module.exit_json(v=[change(args, False), change(args, False)])", [True, False]),
    ("module.warn('careful'); module.exit_json(v=module.check_mode)", False),
    ("from ansible.module_utils.mine import twice\nmodule.exit_json(v=twice(4))", 8),
    ("import ansible.module_utils.six as six\nmodule.exit_json(v=list(six.iteritems({1: 2})))", [[1, 2]]),
    ("from ansible.module_utils.six.moves.urllib.parse import quote\nmodule.exit_json(v=quote('a b'))", "a%20b"),
    ("from ansible.module_utils.common.text.converters import to_native\nmodule.exit_json(v=to_native(b'a'))", "a"),
    ("module.exit_json(v={b'a', 'a'} and [b'a', {1}])", ["a", [1]]),
])
def test_what_modules_call(tmp_path: Path, code: str, value: Any) -> None:
    source = f"import os\nos.chdir({str(tmp_path)!r})\n" + HEAD.format(spec="{}") + code
    found = answered(source, {}, {"mine": "def twice(x):\n    return 2 * x\n"})
    assert found.get("v") == value, found


@pytest.mark.parametrize(("code", "message"), [
    ("module.run_command('true', prompt_regex='x')", "prompt_regex and "  # noqa: ISC004
     "before_communicate_callback are not possible here"),
    ("module.set_fs_attributes_if_different(module.load_file_common_arguments(dict(path='/', setype='x')), False)",
     "modules of roles cannot set setype here"),
])
def test_what_modules_cannot_have(code: str, message: str) -> None:
    assert answered(HEAD.format(spec="{}") + code, {})["msg"] == message


def brought(role: Path, name: str, text: str) -> registry.Entry:
    """Have a role with a module; return it."""
    (role / "library").mkdir(parents=True, exist_ok=True)
    (role / "library" / name).write_text(text)
    return next(each for each in registry.brought(role) if each.name == Path(name).stem)


def test_a_program(machine: Machine, tmp_path: Path) -> None:
    name = brought(tmp_path, "rm_pairs.sh", '#!/bin/sh\n. "$1"\necho noise\n'
                   'echo "{\\"changed\\": true, \\"said\\": \\"$word\\", \\"rc\\": 0}"\n')
    done = machine.apply(name, {"word": "it's $HOME"})
    assert (done.changed, done.failed, done.values["said"]) == (True, False, "it's $HOME")
    name = brought(tmp_path, "rm_json", "#!/bin/sh\n# WANT_JSON\nprintf '{\"given\": %s}' \"$(cat \"$1\")\"\n")
    done = machine.apply(name, {"a": [1, {"b": None}]})
    assert (done.changed, done.values["given"]) == (False, {"a": [1, {"b": None}]})
    name = brought(tmp_path, "rm_facts", "#!/bin/sh\necho '{\"ansible_facts\": {\"ansible_x\": 1, \"y\": 2}}'\n")
    done = machine.apply(name, {})
    assert done.outcome is not None
    assert (done.outcome.facts, done.outcome.variables) == ({"x": 1, "y": 2}, {"ansible_x": 1, "y": 2})


def test_a_program_that_fails(machine: Machine, tmp_path: Path) -> None:
    name = brought(tmp_path, "rm_fails", "#!/bin/sh\necho '{\"failed\": true, \"msg\": \"no way\"}'; exit 1\n")
    done = machine.apply(name, {})
    assert (done.failed, done.values["msg"]) == (True, "no way")
    name = brought(tmp_path, "rm_mute", "#!/bin/sh\necho nothing; echo why >&2; exit 3\n")
    done = machine.apply(name, {})
    assert (done.failed, done.values["msg"], done.values["rc"]) == (True, "rm_mute answers with no JSON: why", 3)
    assert not machine.run_ok("ls /tmp/ingot.?????? 2>/dev/null | grep .")


def test_python_where_it_is(debian_machine: Machine, busybox_machine: Machine, tmp_path: Path) -> None:
    (tmp_path / "module_utils").mkdir()
    (tmp_path / "module_utils" / "rm_own.py").write_text("def loud(x):\n    return x.upper()\n")
    text = ("from ansible.module_utils.rm_own import loud\n" + HEAD.format(spec="dict(word=dict(required=True))")
            + "module.exit_json(changed=True, said=loud(module.params['word']))\n")
    name = brought(tmp_path, "rm_python.py", text)
    nothing = busybox_machine.apply(name, {"word": "a"}, variables=PYTHON)
    assert nothing.failed
    assert nothing.values["msg"] == "rm_python is a module in Python, and the machine has no Python"
    debian_machine.sh("command -v python3 >/dev/null || { apt-get update -qq && DEBIAN_FRONTEND=noninteractive "
                      "apt-get install -qq --no-install-recommends python3 >/dev/null; }")
    done = debian_machine.apply(name, {"word": "a"}, variables=PYTHON)
    assert (done.changed, done.failed, done.values["said"]) == (True, False, "A")
    refused = debian_machine.apply(name, {}, variables=PYTHON)
    assert (refused.failed, refused.values["msg"]) == (True, "missing required arguments: word")


def test_what_ingot_has_is_not_replaced(tmp_path: Path) -> None:
    brought(tmp_path / "one", "copy.py", "raise SystemExit\n")
    first = brought(tmp_path / "one", "twice", "one")
    brought(tmp_path / "two", "twice", "two")
    plugins = RolePlugins()
    plugins.add(tmp_path / "one")
    plugins.add(tmp_path / "two")
    assert plugins.module("copy") == registry.find("modules", "copy")
    assert plugins.module("twice") == first
    assert RolePlugins().module("twice") is None


def test_an_action_plugin_counts_before_a_module(tmp_path: Path) -> None:
    brought(tmp_path, "mine.py", "")
    (tmp_path / "action_plugins").mkdir()
    (tmp_path / "action_plugins" / "mine.py").write_text("")
    plugins = RolePlugins()
    plugins.add(tmp_path)
    found = plugins.module("mine")
    assert found is not None
    assert (found.origin, found.runs, str(found)) == ("action", False, "action plugin 'mine'")
    assert found.schema.get("additionalProperties") is not False  # only Ansible knows its options
