"""Runs the module that standard input holds, in JSON, with the names that it imports from Ansible."""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import types
from typing import Any

from runner.modules.support.role_python.ansible_module import JOB, AnsibleModule
from runner.modules.support.role_python.files import FILE_ARGUMENTS
from runner.modules.support.role_python.functions import env_fallback, get_bin_path, missing_required_lib
from runner.sdk.module_utils import TEXTS, boolean, common_contents


def contents() -> "dict[str, dict[str, Any]]":
    """Return module of Ansible -> what is in it."""
    basic = {
        "AnsibleModule": AnsibleModule, "FILE_COMMON_ARGUMENTS": FILE_ARGUMENTS, "env_fallback": env_fallback,
        "missing_required_lib": missing_required_lib, "get_bin_path": get_bin_path, "boolean": boolean,
        "json": json, "os": os, "re": re, "shlex": shlex, "shutil": shutil, "subprocess": subprocess, "sys": sys,
        "tempfile": tempfile, **TEXTS,
    }
    found = {
        **common_contents(), "ansible.module_utils.basic": basic,
        "ansible.module_utils.common.process": {"get_bin_path": get_bin_path},
    }
    found["ansible.module_utils.common.text.converters"]["jsonify"] = json.dumps
    return found


def module_of(name: str) -> types.ModuleType:
    """Return the module of a name, which is made, with those above it, if it is not there."""
    if name not in sys.modules:
        module = sys.modules[name] = types.ModuleType(name)
        vars(module)["__path__"] = []
        above, _, own = name.rpartition(".")
        if above:
            setattr(module_of(above), own, module)
    return sys.modules[name]


def installed(utils: "dict[str, str]") -> None:
    """Have the names of Ansible, and the role's own ``module_utils``, found by ``import``."""
    for name, inside in contents().items():
        own = {key: value for key, value in inside.items() if not key.startswith("__") or key == "__version__"}
        vars(module_of(name)).update(own)
    modules = {name: module_of("ansible.module_utils." + name) for name in utils}
    for name, source in utils.items():
        exec(compile(source, name + ".py", "exec"), vars(modules[name]))


def main() -> None:
    """Run what standard input holds."""
    JOB.update(json.loads(sys.stdin.read()))
    with open(os.devnull) as nothing:
        os.dup2(nothing.fileno(), 0)
    installed(JOB["utils"])
    sys.argv = [JOB["name"]]
    space = {"__name__": "__main__", "__file__": JOB["name"] + ".py"}  # type: dict[str, Any]
    exec(compile(JOB["source"], JOB["name"] + ".py", "exec"), space)


if __name__ == "__main__":
    main()
