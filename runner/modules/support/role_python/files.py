"""What modules do with files, by methods of ``AnsibleModule``."""

import hashlib
import os
import shutil
import tempfile
import time
from typing import Any

FILE_ARGUMENTS = {
    "mode": {"type": "raw"}, "owner": {"type": "str"}, "group": {"type": "str"}, "seuser": {"type": "str"},
    "serole": {"type": "str"}, "selevel": {"type": "str"}, "setype": {"type": "str"},
    "attributes": {"type": "str", "aliases": ["attr"]}, "unsafe_writes": {"type": "bool", "default": False},
}  # type: dict[str, dict[str, Any]]


class FileMethods:
    """The methods that work on files, and tell by ``fail_json`` when they cannot."""

    def __init__(self) -> None:
        self.cleanup_files = []  # type: list[str]

    def fail_json(self, msg: str = "", **values: "Any") -> None:
        """End with a failure."""
        raise NotImplementedError

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
