"""Runs on the machine: a role's own module in Python, with the names that such modules import from Ansible.

It stands alone, for the machine has nothing of Ingot, and Python 3.6 is enough for it. What is to be run it reads from
its standard input, as JSON: ``name``, ``source``, ``args``, and in ``utils`` the texts of the role's ``module_utils``.
"""

import collections.abc
import hashlib
import io
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tempfile
import types
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

TRUE = frozenset(("y", "yes", "on", "1", "true", "t", "1.0"))
FALSE = frozenset(("n", "no", "off", "0", "false", "f", "0.0"))
SIZES = {"": 1, "K": 1 << 10, "M": 1 << 20, "G": 1 << 30, "T": 1 << 40, "P": 1 << 50}
FILE_ARGUMENTS = {
    "mode": {"type": "raw"}, "owner": {"type": "str"}, "group": {"type": "str"}, "seuser": {"type": "str"},
    "serole": {"type": "str"}, "selevel": {"type": "str"}, "setype": {"type": "str"},
    "attributes": {"type": "str", "aliases": ["attr"]}, "unsafe_writes": {"type": "bool", "default": False},
}  # type: dict[str, dict[str, Any]]
JOB = {}  # type: dict[str, Any]


class Wrong(Exception):  # noqa: N818 - it reads as what it says
    """The arguments do not fit."""


def to_text(value: "Any", encoding: str = "utf-8", errors: "str | None" = None, nonstring: str = "simplerepr") -> "Any":
    """Return a value as text."""
    if isinstance(value, bytes):
        return value.decode(encoding, _handler(errors))
    if isinstance(value, str) or nonstring == "passthru":
        return value
    return "" if nonstring == "empty" else str(value)


def to_bytes(
    value: "Any", encoding: str = "utf-8", errors: "str | None" = None, nonstring: str = "simplerepr"
) -> "Any":
    """Return a value as bytes."""
    if isinstance(value, bytes) or (nonstring == "passthru" and not isinstance(value, str)):
        return value
    return to_text(value, nonstring=nonstring).encode(encoding, _handler(errors))


def _handler(errors: "str | None") -> str:
    return "surrogateescape" if errors is None or errors.startswith("surrogate_") else errors


def boolean(value: "Any", strict: bool = True) -> bool:
    """Return whether a value says yes."""
    text = str(value).lower().strip()
    if strict and text not in TRUE and text not in FALSE:
        raise TypeError(f"The value '{value}' is not a valid boolean.")
    return text in TRUE


def is_iterable(value: "Any", include_strings: bool = False) -> bool:
    """Return whether a value can be gone through."""
    return isinstance(value, collections.abc.Iterable) and (include_strings or not isinstance(value, (str, bytes)))


def is_sequence(value: "Any", include_strings: bool = False) -> bool:
    """Return whether a value is a list or its like."""
    return isinstance(value, collections.abc.Sequence) and (include_strings or not isinstance(value, (str, bytes)))


def env_fallback(*names: str, **_: "Any") -> str:
    """Return the first of these variables of the environment that is set."""
    for name in names:
        if name in os.environ:
            return os.environ[name]
    raise KeyError(names)


def missing_required_lib(library: str, reason: "str | None" = None, url: "str | None" = None) -> str:
    """Say that a library of Python is not there."""
    more = (f" This is required {reason}." if reason else "") + (f" See {url}." if url else "")
    where = f"{os.uname().nodename}'s Python {sys.executable}"
    return f"Failed to import the required Python library ({library}) on {where}.{more}"


def get_bin_path(name: str, opt_dirs: "Any" = None, required: "Any" = None) -> str:
    """Return where a program is. Raises ``ValueError`` when it is nowhere."""
    del required
    dirs = [*(opt_dirs or ()), *os.environ.get("PATH", "").split(os.pathsep), "/sbin", "/usr/sbin", "/usr/local/sbin"]
    found = shutil.which(name, path=os.pathsep.join(dirs))
    if found is None:
        raise ValueError(f'Failed to find required executable "{name}" in paths: {os.pathsep.join(dirs)}')
    return found


def _of_pairs(text: str) -> "dict[str, Any]":
    """Return what a text says as a mapping: JSON, or ``a=b c=d``. Raises ``Wrong``."""
    if text.lstrip().startswith("{"):
        try:
            return dict(json.loads(text))
        except ValueError:
            raise Wrong("unable to evaluate string as dictionary") from None
    pairs = [each.partition("=") for each in shlex.split(text.replace(",", " "))]
    if not all(equals for _, equals, _ in pairs):
        raise Wrong("dictionary requested, could not parse JSON or key=value")
    return {name: value for name, _, value in pairs}


def _size(text: "Any", *, bits: bool) -> int:
    match = re.match(r"^\s*([0-9.]+)\s*([KMGTP]?)(i?[Bb])?\s*$", str(text).upper().replace("B", "b" if bits else "B"))
    if match is None:
        raise Wrong(f"'{text}' is no size")
    return round(float(match.group(1)) * SIZES[match.group(2)])


def typed(value: "Any", kind: "Any") -> "Any":  # noqa: PLR0911, PLR0912 - one case a kind
    """Return a value as the type that is wanted. Raises ``Wrong``, ``TypeError`` or ``ValueError``."""
    if callable(kind):
        return kind(value)
    if kind == "raw":
        return value
    if kind == "bool":
        return value if isinstance(value, bool) else boolean(value)
    if kind in ("int", "float"):
        if isinstance(value, bool) or (kind == "int" and isinstance(value, float) and not value.is_integer()):
            raise Wrong(f"'{value}' is no {kind}")
        return int(value) if kind == "int" else float(value)
    if kind == "list":
        if isinstance(value, (list, tuple)):
            return list(value)
        if isinstance(value, dict):
            raise Wrong(f"'{value}' is no list")
        return [each.strip() for each in value.split(",")] if isinstance(value, str) else [str(value)]
    if kind == "dict":
        if isinstance(value, str):
            return _of_pairs(value)
        if not isinstance(value, dict):
            raise Wrong(f"'{value}' is no dictionary")
        return value
    if kind in ("json", "jsonarg"):
        return value.strip() if isinstance(value, str) else json.dumps(value)
    if kind in ("bytes", "bits"):
        return _size(value, bits=kind == "bits")
    text = value if isinstance(value, str) else str(value)
    return os.path.expanduser(os.path.expandvars(text)) if kind == "path" else text


class Arguments:
    """Arguments as a specification wants them."""

    def __init__(self, spec: "dict[str, dict[str, Any]]", given: "dict[str, Any]", where: str = "") -> None:
        self.spec = spec
        self.where = where
        self.aliases = {alias: name for name, each in spec.items() for alias in each.get("aliases") or ()}
        self.values = {self.aliases.get(name, name): value for name, value in given.items()}

    def checked(self, rules: "dict[str, Any]", known_by: str) -> "dict[str, Any]":
        """Return all of them. Raises ``Wrong``."""
        unknown = sorted(set(self.values) - set(self.spec))
        if unknown:
            raise Wrong("Unsupported parameters for ({}) module: {}. Supported parameters include: {}.".format(
                known_by, ", ".join(unknown), ", ".join(sorted([*self.spec, *self.aliases]))
            ))
        for name, each in self.spec.items():
            if name not in self.values and each.get("fallback"):
                self._fall_back(name, each["fallback"])
        self._rules(rules, before=True)
        missing = sorted(name for name, each in self.spec.items() if each.get("required") and name not in self.values)
        if missing:
            raise Wrong("missing required arguments: {}{}".format(", ".join(missing), self.where))
        found = {name: self._value(name, each) for name, each in self.spec.items()}
        self.values = {name: value for name, value in found.items() if value is not None}
        self._rules(rules, before=False)
        return found

    def _fall_back(self, name: str, fallback: "Any") -> None:
        function, *rest = fallback
        positional, named = [], {}  # type: list[Any], dict[str, Any]
        for each in rest:
            if isinstance(each, dict):
                named = each
            else:
                positional = each
        try:
            self.values[name] = function(*positional, **named)
        except Exception:  # it says that there is none
            return

    def _value(self, name: str, known: "dict[str, Any]") -> "Any":
        value = self.values.get(name)
        if value is None:
            value = known.get("default")
        if value is None:
            if known.get("apply_defaults") and known.get("options"):
                return Arguments(known["options"], {}).checked(known, name)
            return None
        kind = known.get("type") or "str"
        try:
            value = typed(value, kind)
            if kind == "list" and known.get("elements"):
                value = [self._inside(name, known, typed(each, known["elements"])) for each in value]
        except (TypeError, ValueError, Wrong) as error:
            given = type(value).__name__
            raise Wrong(
                f"argument '{name}' is of type {given} and we were unable to convert to {kind}: {error}"
            ) from error
        if kind == "dict":
            value = self._inside(name, known, value)
        choices = known.get("choices")
        if choices:
            for each in value if isinstance(value, list) else [value]:
                if each not in choices:
                    raise Wrong("value of {} must be one of: {}, got: {}".format(
                        name, ", ".join(map(str, choices)), each
                    ))
        return value

    def _inside(self, name: str, known: "dict[str, Any]", value: "Any") -> "Any":
        if known.get("options") and isinstance(value, dict):
            return Arguments(known["options"], value, f" found in {name}").checked(known, name)
        return value

    def _rules(self, rules: "dict[str, Any]", *, before: bool) -> None:
        there = {name for name, value in self.values.items() if value is not None}
        if before:
            for group in _groups(rules.get("mutually_exclusive")):
                if len(there.intersection(group)) > 1:
                    raise Wrong("parameters are mutually exclusive: {}".format("|".join(group)))
            return
        for group in _groups(rules.get("required_together")):
            if there.intersection(group) and not there.issuperset(group):
                raise Wrong("parameters are required together: {}".format(", ".join(group)))
        for group in _groups(rules.get("required_one_of")):
            if not there.intersection(group):
                raise Wrong("one of the following is required: {}".format(", ".join(group)))
        for name, value, wanted, *one in rules.get("required_if") or ():
            lacking = [each for each in wanted if each not in there]
            enough = not lacking or (one and one[0] and len(lacking) < len(wanted))
            if self.values.get(name) == value and not enough:
                raise Wrong("{} is {} but {} of the following are missing: {}".format(
                    name, value, "any" if one and one[0] else "all", ", ".join(lacking)
                ))
        for name, wanted in (rules.get("required_by") or {}).items():
            lacking = [each for each in ([wanted] if isinstance(wanted, str) else wanted) if each not in there]
            if name in there and lacking:
                raise Wrong("missing parameter(s) required by '{}': {}".format(name, ", ".join(lacking)))


def _groups(given: "Any") -> "list[Any]":
    """Return groups of names; a single one may stand without its list."""
    groups = list(given or ())
    return [groups] if groups and isinstance(groups[0], str) else groups


class AnsibleModule:
    """What a module talks to: its arguments, and the ways to end."""

    def __init__(
        self, argument_spec: "dict[str, Any]", bypass_checks: bool = False, no_log: bool = False,
        mutually_exclusive: "Any" = None, required_together: "Any" = None, required_one_of: "Any" = None,
        add_file_common_args: bool = False, supports_check_mode: bool = False, required_if: "Any" = None,
        required_by: "Any" = None,
    ) -> None:
        self._name = JOB.get("name", "module")
        self.check_mode = False
        self.supports_check_mode = supports_check_mode
        self.no_log = no_log
        self._diff = False
        self._debug = False
        self._verbosity = 0
        self._warnings = []  # type: list[str]
        self._made = []  # type: list[str]
        self._tmpdir = None  # type: str | None
        self.ansible_version = "2.19.0"
        self.cleanup_files = []  # type: list[str]
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
        print("\n" + json.dumps(values, default=_plain))
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
        return json.dumps(data, default=_plain)

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

    def digest_from_file(self, filename: str, algorithm: str) -> "str | None":
        """Return the digest of a file, in hexadecimal; nothing when there is none."""
        if not os.path.exists(filename):
            return None
        digest = hashlib.new(algorithm)
        with open(filename, "rb") as file:
            for piece in iter(lambda: file.read(65536), b""):
                digest.update(piece)
        return digest.hexdigest()

    def md5(self, filename: str) -> "str | None":
        """Return a file's MD5."""
        return self.digest_from_file(filename, "md5")

    def sha1(self, filename: str) -> "str | None":
        """Return a file's SHA-1."""
        return self.digest_from_file(filename, "sha1")

    def sha256(self, filename: str) -> "str | None":
        """Return a file's SHA-256."""
        return self.digest_from_file(filename, "sha256")

    def backup_local(self, path: str) -> str:
        """Copy a file beside itself; return the copy's path, empty when there is no file."""
        if not os.path.exists(path):
            return ""
        import time

        copy = "{}.{}.{}~".format(path, os.getpid(), time.strftime("%Y-%m-%d@%H:%M:%S"))
        shutil.copy2(path, copy)
        return copy

    def cleanup(self, path: str) -> None:
        """Remove a temporary file or directory."""
        if os.path.isdir(path):
            shutil.rmtree(path, ignore_errors=True)
        elif os.path.lexists(path):
            os.remove(path)

    def add_cleanup_file(self, path: str) -> None:
        """Have a file removed at the end."""
        self.cleanup_files.append(path)

    def atomic_move(self, src: str, dest: str, unsafe_writes: bool = False, keep_dest_attrs: bool = True) -> None:
        """Put a file into the place of another one, whose owner and permissions it gets."""
        former = os.stat(dest) if keep_dest_attrs and os.path.exists(dest) else None
        handle, part = tempfile.mkstemp(dir=os.path.dirname(dest) or ".", prefix=".ingot-")
        os.close(handle)
        try:
            shutil.copyfile(src, part)
            if former is not None:
                os.chmod(part, former.st_mode & 0o7777)
                os.chown(part, former.st_uid, former.st_gid)
            else:
                mask = os.umask(0)
                os.umask(mask)
                os.chmod(part, 0o666 & ~mask)
            os.rename(part, dest)
        except OSError as error:
            os.remove(part)
            if not unsafe_writes:
                self.fail_json(msg=f"Could not replace file: {src} to {dest}: {error}")
            shutil.copyfile(src, dest)
        if os.path.exists(src):
            os.remove(src)

    def load_file_common_arguments(self, params: "dict[str, Any]", path: "str | None" = None) -> "dict[str, Any]":
        """Return which owner and permissions a file is to have."""
        path = path or params.get("path") or params.get("dest")
        return {"path": path, **{name: params.get(name) for name in FILE_ARGUMENTS}} if path else {}

    def set_fs_attributes_if_different(
        self, file_args: "dict[str, Any]", changed: bool, diff: "Any" = None, expand: bool = True
    ) -> bool:
        """Give a file its owner and permissions; return whether anything was or is changed."""
        del diff, expand
        path = file_args.get("path")
        if not path:
            return changed
        undone = [name for name in ("seuser", "serole", "selevel", "setype", "attributes") if file_args.get(name)]
        if undone:
            self.fail_json(path=path, msg=f"modules of roles cannot set {', '.join(undone)} here")
        changed = self.set_mode_if_different(path, file_args.get("mode"), changed)
        changed = self.set_owner_if_different(path, file_args.get("owner"), changed)
        return self.set_group_if_different(path, file_args.get("group"), changed)

    set_file_attributes_if_different = set_directory_attributes_if_different = set_fs_attributes_if_different

    def set_mode_if_different(self, path: str, mode: "Any", changed: bool, *_: "Any", **__: "Any") -> bool:
        """Give a file permissions, by an octal number."""
        if mode is None:
            return changed
        try:
            wanted = mode if isinstance(mode, int) else int(str(mode), 8)
        except ValueError:
            self.fail_json(path=path, msg="mode must be in octal form here, such as '0644'", details=str(mode))
            raise
        if os.stat(path).st_mode & 0o7777 == wanted:
            return changed
        os.chmod(path, wanted)
        return True

    def set_owner_if_different(self, path: str, owner: "Any", changed: bool, *_: "Any", **__: "Any") -> bool:
        """Give a file to a user."""
        return self._given(path, changed, user=owner) if owner is not None else changed

    def set_group_if_different(self, path: str, group: "Any", changed: bool, *_: "Any", **__: "Any") -> bool:
        """Give a file to a group."""
        return self._given(path, changed, group=group) if group is not None else changed

    def _given(self, path: str, changed: bool, **whom: "Any") -> bool:
        before = os.stat(path)
        shutil.chown(path, **{kind: int(each) if str(each).isdigit() else each for kind, each in whom.items()})
        after = os.stat(path)
        return changed or (before.st_uid, before.st_gid) != (after.st_uid, after.st_gid)

    def add_path_info(self, values: "dict[str, Any]") -> "dict[str, Any]":
        """Leave a result as it is: what becomes of a file is told by ``stat``."""
        return values


def _plain(value: "Any") -> "Any":
    """Return what JSON does not know as something that it does."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "surrogateescape")
    return list(value) if isinstance(value, (set, frozenset, tuple)) or hasattr(value, "__next__") else str(value)


def contents() -> "dict[str, dict[str, Any]]":
    """Return module of Ansible -> what is in it."""
    text = {"to_text": to_text, "to_native": to_text, "to_bytes": to_bytes}
    abstract = {name: getattr(collections.abc, name) for name in collections.abc.__all__}
    import configparser
    import functools
    import http.client

    common = {
        "AnsibleModule": AnsibleModule, "FILE_COMMON_ARGUMENTS": FILE_ARGUMENTS, "env_fallback": env_fallback,
        "missing_required_lib": missing_required_lib, "get_bin_path": get_bin_path, "boolean": boolean,
        "json": json, "os": os, "re": re, "shlex": shlex, "shutil": shutil, "subprocess": subprocess, "sys": sys,
        "tempfile": tempfile, **text,
    }
    six = {
        "PY2": False, "PY3": True, "string_types": (str,), "integer_types": (int,), "class_types": (type,),
        "text_type": str, "binary_type": bytes, "StringIO": io.StringIO, "BytesIO": io.BytesIO,
        "iteritems": lambda mapping: iter(mapping.items()), "iterkeys": lambda mapping: iter(mapping.keys()),
        "itervalues": lambda mapping: iter(mapping.values()), "b": lambda value: value.encode("latin-1"),
        "u": lambda value: value, "with_metaclass": lambda meta, *bases: meta("Base", bases or (object,), {}),
    }
    moves = {
        "configparser": configparser, "urllib": urllib, "http_client": http.client, "reduce": functools.reduce,
        "map": map, "zip": zip, "filter": filter, "range": range, "xrange": range, "input": input,
        "shlex_quote": shlex.quote, "StringIO": io.StringIO,
    }
    return {
        "ansible": {},
        "ansible.module_utils": {},
        "ansible.module_utils._text": text,
        "ansible.module_utils.basic": common,
        "ansible.module_utils.common": {},
        "ansible.module_utils.common._collections_compat": abstract,
        "ansible.module_utils.common.collections": {
            **abstract, "is_iterable": is_iterable, "is_sequence": is_sequence,
            "is_string": lambda value: isinstance(value, (str, bytes)),
        },
        "ansible.module_utils.common.process": {"get_bin_path": get_bin_path},
        "ansible.module_utils.common.text": {},
        "ansible.module_utils.common.text.converters": {**text, "jsonify": json.dumps},
        "ansible.module_utils.parsing": {},
        "ansible.module_utils.parsing.convert_bool": {
            "boolean": boolean, "BOOLEANS": TRUE | FALSE, "BOOLEANS_TRUE": TRUE, "BOOLEANS_FALSE": FALSE,
        },
        "ansible.module_utils.six": six,
        "ansible.module_utils.six.moves": moves,
        "ansible.module_utils.six.moves.urllib": dict(vars(urllib)),
        "ansible.module_utils.six.moves.urllib.parse": dict(vars(urllib.parse)),
        "ansible.module_utils.six.moves.urllib.error": dict(vars(urllib.error)),
        "ansible.module_utils.six.moves.urllib.request": dict(vars(urllib.request)),
        "ansible.release": {"__version__": "2.19.0"},
    }


def installed(utils: "dict[str, str]") -> None:
    """Have the names of Ansible, and the role's own ``module_utils``, found by ``import``."""
    for name, inside in contents().items():
        module = types.ModuleType(name)
        vars(module).update({key: value for key, value in inside.items() if not key.startswith("__")})
        vars(module)["__path__"] = []
        if name == "ansible.release":
            vars(module)["__version__"] = inside["__version__"]
        sys.modules[name] = module
        above, _, own = name.rpartition(".")
        if above:
            setattr(sys.modules[above], own, module)
    for name in utils:
        whole = "ansible.module_utils." + name
        module = types.ModuleType(whole)
        sys.modules[whole] = module
        setattr(sys.modules["ansible.module_utils"], name, module)
    for name, source in utils.items():
        exec(compile(source, name + ".py", "exec"), vars(sys.modules["ansible.module_utils." + name]))


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
