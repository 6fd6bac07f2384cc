"""``AnsibleModule``: what a module talks to."""

import json
import os
import shlex
import subprocess
import sys
import tempfile
from typing import Any

from runner.modules.support.role_python.arguments import Arguments, Wrong
from runner.modules.support.role_python.files import FILE_ARGUMENTS, FileMethods
from runner.modules.support.role_python.functions import get_bin_path
from runner.sdk.module_utils import VERSION, boolean, to_bytes, to_text

JOB = {}  # type: dict[str, Any]
"""What is to be run: ``name``, ``source``, ``args``, and in ``utils`` the texts of the role's ``module_utils``."""


class AnsibleModule(FileMethods):
    """What a module talks to: its arguments, and the ways to end."""

    def __init__(
        self, argument_spec: "dict[str, Any]", bypass_checks: bool = False, no_log: bool = False,
        mutually_exclusive: "Any" = None, required_together: "Any" = None, required_one_of: "Any" = None,
        add_file_common_args: bool = False, supports_check_mode: bool = False, required_if: "Any" = None,
        required_by: "Any" = None,
    ) -> None:
        super().__init__()
        self._name = JOB.get("name", "module")
        self.check_mode = False
        self.supports_check_mode = supports_check_mode
        self.no_log = no_log
        self._diff = False
        self._debug = False
        self._verbosity = 0
        self._warnings = []  # type: list[str]
        self._tmpdir = None  # type: str | None
        self.ansible_version = VERSION
        self.argument_spec = dict(argument_spec)
        if add_file_common_args:
            self.argument_spec = {**FILE_ARGUMENTS, **self.argument_spec}
        self.params = dict(JOB.get("args", {}))
        rules = {
            "mutually_exclusive": mutually_exclusive, "required_together": required_together,
            "required_one_of": required_one_of, "required_if": required_if, "required_by": required_by,
        }
        if not bypass_checks:
            try:
                self.params = Arguments(self.argument_spec, self.params).checked(rules, self._name)
            except Wrong as wrong:
                self.fail_json(msg=str(wrong))

    @property
    def tmpdir(self) -> str:
        """A directory that goes when the module ends."""
        if self._tmpdir is None:
            self._tmpdir = tempfile.mkdtemp(prefix="ingot-module-")
        return self._tmpdir

    def exit_json(self, **values: "Any") -> None:
        """End well."""
        self._end({"changed": False, **values})

    def fail_json(self, msg: str = "", **values: "Any") -> None:
        """End with a failure."""
        self._end({"msg": msg, **values, "failed": True}, 1)

    def _end(self, values: "dict[str, Any]", status: int = 0) -> None:
        if self._warnings:
            values.setdefault("warnings", self._warnings)
        for path in [*self.cleanup_files, *([self._tmpdir] if self._tmpdir else [])]:
            self.cleanup(path)
        print("\n" + json.dumps(values, default=plain))
        sys.stdout.flush()
        sys.exit(status)

    def run_command(
        self, args: "Any", check_rc: bool = False, close_fds: bool = True, executable: "str | None" = None,
        data: "Any" = None, binary_data: bool = False, path_prefix: "str | None" = None, cwd: "str | None" = None,
        use_unsafe_shell: bool = False, prompt_regex: "Any" = None, environ_update: "dict[str, str] | None" = None,
        umask: "int | None" = None, encoding: "str | None" = "utf-8", errors: str = "surrogateescape",
        expand_user_and_vars: bool = True, pass_fds: "Any" = None, before_communicate_callback: "Any" = None,
        ignore_invalid_cwd: bool = True, handle_exceptions: bool = True,
    ) -> "tuple[int, Any, Any]":
        """Run a program; return its status and what it wrote."""
        if prompt_regex or before_communicate_callback:
            self.fail_json(msg="prompt_regex and before_communicate_callback are not possible here", cmd=args)
        environment = {**os.environ, **{name: str(value) for name, value in (environ_update or {}).items()}}
        if path_prefix:
            environment["PATH"] = "{}:{}".format(path_prefix, environment.get("PATH", ""))
        if isinstance(args, (str, bytes)) and not use_unsafe_shell:
            args = shlex.split(to_text(args))
        if isinstance(args, list):
            args = [to_text(each) for each in args]
            if use_unsafe_shell:
                args = " ".join(shlex.quote(each) for each in args)
            elif expand_user_and_vars:
                args = [os.path.expanduser(os.path.expandvars(each)) for each in args]
        if data is not None:
            data = to_bytes(data) + (b"" if binary_data else b"\n")
        if cwd is not None and ignore_invalid_cwd and not os.path.isdir(cwd):
            cwd = None
        try:
            done = subprocess.run(
                args, input=data, stdin=subprocess.DEVNULL if data is None else None, stdout=subprocess.PIPE,
                stderr=subprocess.PIPE, cwd=cwd, env=environment, shell=use_unsafe_shell, check=False,
                executable=executable or ("/bin/sh" if use_unsafe_shell else None), close_fds=close_fds,
                pass_fds=pass_fds or (), preexec_fn=None if umask is None else lambda: os.umask(umask) and None,
            )
        except OSError as error:
            if not handle_exceptions:
                raise
            self.fail_json(
                rc=error.errno, stdout="", stderr="", msg=f"Error executing command: {error}", cmd=args
            )
            raise
        out = done.stdout.decode(encoding, errors) if encoding else done.stdout
        err = done.stderr.decode(encoding, errors) if encoding else done.stderr
        if check_rc and done.returncode:
            self.fail_json(
                cmd=args, rc=done.returncode, stdout=out, stderr=err, msg=to_text(err).rstrip() or to_text(out).rstrip()
            )
        return done.returncode, out, err

    def get_bin_path(self, name: str, required: bool = False, opt_dirs: "Any" = None) -> "str | None":
        """Return where a program is; nothing when it is nowhere, which fails if it is ``required``."""
        try:
            return get_bin_path(name, opt_dirs)
        except ValueError as error:
            if required:
                self.fail_json(msg=str(error))
            return None

    def boolean(self, value: "Any") -> bool:
        """Return whether a value says yes."""
        try:
            return boolean(value)
        except TypeError as error:
            self.fail_json(msg=str(error))
            raise

    def jsonify(self, data: "Any") -> str:
        """Return data as JSON."""
        return json.dumps(data, default=plain)

    def from_json(self, text: str) -> "Any":
        """Return what JSON says."""
        return json.loads(text)

    def warn(self, warning: str) -> None:
        """Tell what may be wrong."""
        self._warnings.append(str(warning))

    def deprecate(self, msg: str, *_: "Any", **__: "Any") -> None:
        """Tell what will go."""
        self._warnings.append(str(msg))

    def log(self, *_: "Any", **__: "Any") -> None:
        """Note something, for which an image has no log."""

    debug = log


def plain(value: "Any") -> "Any":
    """Return what JSON does not know as something that it does."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    return list(value) if isinstance(value, (set, frozenset, tuple)) or hasattr(value, "__next__") else str(value)
