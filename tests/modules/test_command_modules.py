"""Modules that run commands, on real machines."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from runner import registry

if TYPE_CHECKING:
    from harness import Machine

STARTED: list[tuple[str, dict[str, Any], dict[str, Any]]] = [
    ("command", {"cmd": "printf 'a b\\n\\n'"}, {"cmd": ["printf", "a b\\n\\n"], "stdout": "a b", "rc": 0}),
    ("command", {"argv": ["printf", "%s", "$HOME", "a*"]},
     {"stdout": "/roota*", "cmd": ["printf", "%s", "$HOME", "a*"]}),
    ("command", {"argv": ["printf", "a\n\n"], "strip_empty_ends": False}, {"stdout_lines": ["a", ""]}),
    ("command", {"cmd": "echo ${HOME}/x $NOBODY_SET_THIS ~"}, {"stdout": "/root/x $NOBODY_SET_THIS /root"}),
    ("command", {"cmd": "echo $HOME", "expand_argument_vars": False}, {"stdout": "$HOME"}),
    ("command", {"cmd": "cat", "stdin": "typed"}, {"stdout": "typed", "stdout_lines": ["typed"]}),
    ("command", {"cmd": "cat", "stdin": "typed", "stdin_add_newline": False, "strip_empty_ends": False},
     {"stdout": "typed"}),
    ("command", {"cmd": "echo a", "strip_empty_ends": False}, {"stdout": "a\n"}),
    ("command", {"cmd": "pwd", "chdir": "~/"}, {"stdout": "/root"}),
    ("command", {"cmd": "echo x", "creates": "/bin/s?"}, {
        "stdout": "skipped, since /bin/s? exists", "rc": 0, "changed": False, "delta": None,
        "msg": "Did not run command since '/bin/s?' exists",
    }),
    ("command", {"cmd": "echo x", "creates": "s?", "chdir": "/bin"}, {"changed": False}),
    ("command", {"cmd": "echo x", "creates": "/bin/none*"}, {"stdout": "x", "changed": True}),
    ("command", {"cmd": "echo x", "removes": "/none"}, {"changed": False}),
    ("command", {"cmd": "echo x", "removes": "$HOME"}, {"changed": True}),
    ("command", {"cmd": "false"}, {"failed": True, "changed": True, "rc": 1, "msg": "non-zero return code"}),
    ("command", {"cmd": "nonesuch x"}, {"failed": True, "changed": False, "rc": 2, "cmd": ["nonesuch", "x"]}),
    ("command", {"cmd": "sh -c 'exit 127'"}, {"failed": True, "changed": True, "rc": 127}),
    ("command", {"cmd": "true", "chdir": "/none", "removes": "x"}, {"failed": True}),
    ("shell", {"cmd": "echo a; echo b >&2"}, {"cmd": "echo a; echo b >&2", "stdout": "a", "stderr": "b"}),
    ("shell", {"cmd": 'read x; echo "$x"', "stdin": "in"}, {"stdout": "in"}),
    ("shell", {"cmd": "echo $A", "env": {"A": "it's"}}, {"stdout": "it's"}),
    ("shell", {"cmd": "exit 3", "valid_exit_codes": [0, 3]}, {"rc": 3, "failed": False}),
    ("shell", {"cmd": "x", "executable": "/none/sh"}, {"rc": 2, "failed": True, "changed": False}),
    ("shell", {"cmd": "echo x", "creates": "/"}, {"changed": False}),
    ("shell", {"inline": ["echo a", "echo b"]}, {"cmd": ["echo a", "echo b"], "stdout": "a\nb"}),
    ("shell", {"inline": ["false", "echo b"]}, {"rc": 1, "failed": True, "stdout": ""}),
    ("shell", {"inline": ["false", "echo b"], "inline_shebang": "/bin/sh"}, {"rc": 0, "stdout": "b"}),
    ("shell", {"inline": ["#!/bin/cat", "echo b"]}, {"stdout": "#!/bin/cat\necho b"}),
    ("shell", {"inline": ["pwd"], "chdir": "/bin"}, {"stdout": "/bin"}),
    ("shell", {"inline": ['echo "$A|$B"'], "environment_vars": ["A=it's", "B=2"], "env": {"B": "3 4"}},
     {"stdout": "it's|3 4"}),
    ("shell", {"inline": ['echo "$A"'], "env": {"A": "b"}, "env_var_format": '%s="<%s>" '}, {"stdout": "<b>"}),
    ("shell", {"inline": ['echo "$A"'], "env": {"A": "it's"}, "use_env_var_file": True}, {"stdout": "it's"}),
    ("shell", {"inline": ["echo $PACKER_BUILD_NAME $PACKER_BUILDER_TYPE $PACKER_HTTP_PORT"]},
     {"stdout": "web docker 8000"}),
    ("shell", {"inline": ["echo $0"], "remote_folder": "/x", "execute_command": "{{ .Vars }} sh {{ .Path }}; echo z"},
     {"stdout": "/x/script_6cbfe704c04d.sh\nz"}),
    ("shell", {"inline": ["echo $0"], "remote_file": "ran", "execute_command": "{{.Path}}"}, {"stdout": "/tmp/ran"}),
    ("shell", {"inline": ["echo $0"], "remote_file": "run"}, {"stdout": "/tmp/run"}),
    ("shell", {"inline": ["echo $0"], "remote_path": "/x/y"}, {"stdout": "/x/y"}),
    ("raw", {"cmd": "echo a; exit 2"}, {"rc": 2, "stdout": "a\n", "failed": True, "stdout_lines": ["a"]}),
    ("raw", {"cmd": "echo a", "executable": "/bin/sh"}, {"rc": 0, "stdout": "a\n", "changed": True}),
    ("script", {"cmd": "hello.sh 'a b' c"}, {"rc": 0, "stdout": "a b,c in /\n"}),
    ("script", {"cmd": '"hello.sh" $HOME x >&2', "chdir": "/bin"}, {"stdout": "", "stderr": "/root,x in /bin\n"}),
    ("script", {"cmd": "data.txt", "executable": "cat"}, {"stdout": "one\r\ntwo\r\n"}),
    ("script", {"cmd": "hello.sh", "creates": "/bin"}, {"skipped": True, "changed": False}),
    ("script", {"cmd": "bad.sh"}, {"rc": 4, "failed": True}),
    ("shell", {"script": "hello.sh"}, {"cmd": ["hello.sh"], "stdout": ", in /"}),
    ("shell", {"scripts": ["hello.sh", "bad.sh", "hello.sh"]},
     {"stdout": ", in /", "rc": 4, "failed": True, "msg": "bad.sh: non-zero return code"}),
    ("shell", {"script": "data.txt", "execute_command": "cat {{.Path}}"}, {"stdout": "one\ntwo"}),
    ("shell", {"script": "data.txt", "execute_command": "cat {{.Path}}", "binary": True}, {"stdout": "one\r\ntwo"}),
]


KNOWN = {
    "[inventory_hostname, build.type, build.PackerHTTPAddr | default('')]": ["web", "docker", "192.0.2.1:8000"],
}


@pytest.fixture
def prepared(machine: Machine) -> Machine:
    machine.sh("mkdir -p /x /tmp; cd /")
    (machine.here / "hello.sh").write_text('#!/bin/sh\necho "$1,$2 in $(pwd)"\n')
    (machine.here / "bad.sh").write_text("#!/bin/sh\nexit 4\n")
    (machine.here / "data.txt").write_bytes(b"one\r\ntwo\r\n")
    return machine


@pytest.mark.parametrize(("module", "options", "values"), STARTED, ids=[f"{i}-{r[0]}" for i, r in enumerate(STARTED)])
def test_result_of_a_command(
    prepared: Machine, module: str, options: dict[str, Any], values: dict[str, Any]
) -> None:
    done = prepared.apply(module, options, variables=KNOWN)
    assert {name: done.values[name] for name in values} == values
    assert prepared.sh("ls -A /x; ls /tmp | grep -v '^ingot-'; :") == "", "something was left behind"


def test_a_script_may_stay(prepared: Machine) -> None:
    options = {"inline": ["echo a"], "remote_folder": "/x", "remote_file": "kept", "skip_clean": True}
    prepared.apply("shell", options, variables=KNOWN)
    assert prepared.sh("cat /x/kept; rm /x/kept") == "#!/bin/sh -e\necho a\n"


@pytest.mark.parametrize(("module", "options", "why"), [
    ("command", {"cmd": "echo 'a"}, "cut into words"),
    ("command", {"argv": []}, "no program"),
    ("script", {"cmd": "none.sh"}, "no script 'none.sh'"),
    ("shell", {"script": "none.sh"}, "no script 'none.sh'"),
    ("shell", {"inline": ["x"], "environment_vars": ["A"]}, "form NAME=value"),
    ("shell", {"inline": ["x"], "execute_command": "{{.Sudo}} {{.Path}}"}, "{{.Sudo}} is not known"),
])
def test_what_cannot_be_run(prepared: Machine, module: str, options: dict[str, Any], why: str) -> None:
    assert why in prepared.apply(module, options, variables=KNOWN).values["msg"]


@pytest.mark.parametrize(("options", "gap"), [
    ({"inline": ["x"], "expect_disconnect": True, "start_retry_timeout": "1m"}, False),
    ({"cmd": "x", "expect_disconnect": True}, False),
    ({"cmd": "x", "start_retry_timeout": "1m"}, True),
    ({"cmd": "x", "execute_command": "{{.Path}}"}, True),
    ({"cmd": "x", "chdir": "/"}, False),
])
def test_what_this_version_cannot_do(options: dict[str, Any], gap: bool) -> None:  # noqa: FBT001 - a table's column
    entry = registry.find("modules", "shell")
    assert entry is not None
    plugin: Any = entry.load()
    assert (plugin.gap(options) is not None) == gap
