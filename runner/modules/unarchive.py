"""The ``unarchive`` module."""

from __future__ import annotations

from collections.abc import Generator, Mapping, Sequence
from posixpath import join
from typing import Annotated, Any

from runner.modules.shared import Permissions, Texts
from runner.modules.support.archive_comparing import archive_differs, entries_differ
from runner.modules.support.archives import ZSTD, compression, entries, fits, stripped
from runner.modules.support.attributes import described, look
from runner.modules.support.commands import expanded, needless, unused
from runner.modules.support.copies import LARGE
from runner.modules.support.trees import look_at_all, settle_all
from runner.sdk import (
    Answer,
    Ask,
    AtMostOne,
    Deprecated,
    Do,
    Failed,
    Find,
    Module,
    Outcome,
    Put,
    Read,
    ReadsFile,
    Sent,
    Upload,
    Verb,
    Work,
    options,
)

_UNPACK = """
directory=$1
shift
"$@"
status=$?
if [ -n "$directory" ]; then rm -rf "$directory"; fi
exit $status
"""
_FETCH = """
directory=$(mktemp -d) || exit
if command -v curl >/dev/null; then curl -fsSL ${2:+-k} -o "$directory/archive" -- "$1"
else wget -q ${2:+--no-check-certificate} -O "$directory/archive" -- "$1"
fi || { status=$?; rm -rf "$directory"; exit $status; }
echo "$directory"
"""
_LIST = """
[ -e "$1" ] || exit 44
if [ "$(head -c 2 "$1")" = PK ]; then
  echo zip
  unzip -Z -1 "$1" 2>/dev/null || unzip -l "$1" | awk 'NR > 3 && NF > 3 { $1 = $2 = $3 = ""; print substr($0, 4) }'
else
  flag=
  case $(head -c 6 "$1" | od -A n -t x1 | tr -d ' \\n') in
    1f8b*) flag=-z ;; 425a68*) flag=-j ;; fd377a585a00) flag=-J ;; 28b52ffd*) flag=--zstd ;;
  esac
  echo tar $flag
  tar -t $flag -f "$1"
fi
"""
_MISSING = 44
_HANDLERS = {
    (): "TarArchive", ("-z",): "TgzArchive", ("-j",): "TarBzipArchive", ("-J",): "TarXzArchive",
    ZSTD: "TarZstdArchive",
}
"""What tells tar how a file is compressed -> what results call what unpacks it."""
@options(AtMostOne("include", "exclude"), AtMostOne("copy", "remote_src"))
class Options(Permissions):
    """What ``unarchive`` accepts."""

    src: Annotated[str, ReadsFile("files")]
    """Archive on this computer, or on the machine or a web server with remote_src."""
    dest: str
    """Directory on the machine, which has to be there."""
    remote_src: bool = False
    """The archive is on the machine or named by a URL."""
    copy: Annotated[bool | None, Deprecated("write remote_src: true instead of copy: false")] = None
    """Whether the archive is on this computer."""
    creates: str | None = None
    """Do nothing if this file is there."""
    include: Texts | None = None
    """Only these entries of the archive."""
    exclude: Texts | None = None
    """All but these entries of the archive."""
    extra_opts: Texts | None = None
    """More options for tar or unzip, one entry each."""
    keep_newer: bool = False
    """Leave files alone that are newer than the archive's."""
    list_files: bool = False
    """Return the names of the archive's files."""
    io_buffer_size: int = 65536
    """Size in bytes of the buffer for reading the archive."""
    decrypt: bool = True
    """Decrypt a source that was encrypted with Ansible Vault."""
    validate_certs: bool = True
    """Refuse servers whose certificate cannot be verified."""


class Unarchive(Module[Options]):
    """Unpack an archive on the machine: tar, also compressed, or zip."""

    name = "unarchive"

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """See whether all that is in the archive is there already, and unpack it if not. Raises ``Failed``."""
        del facts
        wanted = self.options
        remote = wanted.remote_src or wanted.copy is False
        values: dict[str, Any] = {"dest": wanted.dest, "src": wanted.src}
        if wanted.creates is not None and (why := (yield from needless(wanted.creates, None, None))):
            return Outcome({**values, "msg": f"skipped, since {why}"}, changed=False, skipped=f"skipped, since {why}")
        dest, source = yield from expanded([wanted.dest, wanted.src])
        found = yield from look(dest, wanted, follow=True)
        if found.file.kind != "directory":
            raise Failed(f"dest '{wanted.dest}' must be an existing dir")
        archive = _There(wanted, found.path) if remote else (yield from _given(wanted, found.path, source))
        names = archive.names = yield from archive.opened(source)
        different = yield from archive.different()
        if different:
            answer: Answer = yield from archive.unpacked()
            values["extract_results"] = {
                "rc": answer.status, "out": answer.stdout, "err": answer.stderr, "cmd": list(archive.argv),
            }
            if answer.status:
                why = answer.stderr.strip() or answer.stdout.strip()
                failed = f"failed to unpack {wanted.src} to {wanted.dest}"
                return Outcome(values, changed=False, failed=failed, shown=why)
        paths = [join(found.path, name.rstrip("/")) for name in names if name.strip("./")]
        settled = False
        if any((wanted.owner, wanted.group, wanted.mode, wanted.seuser, wanted.serole, wanted.setype, wanted.selevel)):
            settled = yield from settle_all((yield from look_at_all(paths)), wanted, found)
        values |= {"handler": archive.handler, **described(found.file)}
        if wanted.list_files:
            values["files"] = names
        return Outcome(values, changed=different or settled)


class _Archive:
    """An archive, and the directory in which its files are to be."""

    def __init__(self, wanted: Options, directory: str) -> None:
        self.wanted = wanted
        self.directory = directory
        self.argv: tuple[str, ...] = ()
        self.names: list[str] = []
        """What is to be unpacked."""
        self.handler = "TarArchive"
        self._path = ""
        self._flags: tuple[str, ...] = ()
        """What tells ``tar`` how the archive is compressed, for those that do not see it by themselves."""

    def _named(self) -> Sequence[str]:
        """Return the entries that tar is told to take: it cannot be told everywhere what to leave out."""
        if not self.wanted.exclude:
            return self.wanted.include or ()
        return [name for name in self.names if not name.endswith("/")]

    def _takes(self, name: str) -> bool:
        """Return whether an entry is to be unpacked."""
        wanted = self.wanted
        plain = name.removeprefix("./").rstrip("/")
        if wanted.include is not None and not any(fits(plain, each) for each in wanted.include):
            return False
        return not any(fits(plain, each) for each in wanted.exclude or ())

    def _unpack(self) -> tuple[str, ...]:
        """Return the call that unpacks the archive."""
        wanted, zipped = self.wanted, self.handler == "ZipArchive"
        extra = tuple(wanted.extra_opts or ())
        include = tuple(wanted.include or ())
        if zipped:
            words = ("unzip", "-u" if wanted.keep_newer else "-o", *extra, self._path, *include)
            excluded = ("-x", *wanted.exclude) if wanted.exclude else ()
            return (*words, *excluded, "-d", self.directory)
        newer = ("--keep-newer-files",) if wanted.keep_newer else ()
        return ("tar", "-x", *self._flags, "-C", self.directory, *newer, *extra, "-f", self._path, *self._named())


class _Here(_Archive):
    """An archive on this computer, which is looked into here."""

    def __init__(self, wanted: Options, directory: str, path: str, data: bytes) -> None:
        super().__init__(wanted, directory)
        self._source = path
        self._data = data

    def opened(self, source: str) -> Generator[Verb, Any, list[str]]:
        """Read what is in it; return the names. Raises ``Failed``."""
        del source
        yield from ()
        data = self._data
        self._entries = [each for each in entries(data, self.wanted.src) if self._takes(each.name)]
        self._stripped = stripped(self.wanted.extra_opts or ())
        self._flags = compression(data)
        self.handler = "ZipArchive" if data[:2] == b"PK" else _HANDLERS[self._flags]
        return [f"{each.name}/" if each.kind == "directory" and each.name[-1:] != "/" else each.name
                for each in self._entries]

    def different(self) -> Generator[Verb, Any, bool]:
        """Return whether anything of it is not on the machine as it is in the archive."""
        found: bool = yield from entries_differ(
            self._entries, self.directory, stripped=self._stripped, modes=not self.wanted.mode
        )
        return found

    def unpacked(self) -> Generator[Verb, Any, Answer]:
        """Send it to the machine, unpack it there, and remove it."""
        directory = yield from _sent(self._source, self._data)
        self._path = join(directory, "archive")
        self.argv = self._unpack()
        answer: Answer = yield Do(("/bin/sh", "-c", _UNPACK, "sh", directory, *self.argv))
        return answer


class _There(_Archive):
    """An archive on the machine, or one that the machine fetches, which is compared by the machine's own programs."""

    def __init__(self, wanted: Options, directory: str, fetched: str = "") -> None:
        super().__init__(wanted, directory)
        self._fetched = fetched
        """Directory on the machine that holds the archive, and goes with it."""

    def opened(self, source: str) -> Generator[Verb, Any, list[str]]:
        """Fetch it if need be, and list it; return the names. Raises ``Failed``."""
        if "://" in source:
            insecure = "" if self.wanted.validate_certs else "yes"
            fetched: Answer = yield Ask(("/bin/sh", "-c", _FETCH, "sh", source, insecure))
            if fetched.status:
                raise Failed(f"Failure downloading {source}: {fetched.stderr.strip()}")
            self._fetched = fetched.stdout.strip()
        self._path = join(self._fetched, "archive") if self._fetched else source
        listed: Answer = yield Ask(("/bin/sh", "-c", _LIST, "sh", self._path))
        if listed.status == _MISSING:
            raise Failed(f"Source '{self.wanted.src}' does not exist")
        kind, *names = listed.stdout.splitlines()
        kind, *flags = kind.split()
        self._flags = tuple(flags)
        if listed.status:
            raise Failed(
                f"Failed to find handler for \"{self.wanted.src}\": {listed.stderr.strip() or 'it is no archive'}",
                "the machine needs tar, or unzip, and the program that it is compressed with",
            )
        self.handler = "ZipArchive" if kind == "zip" else _HANDLERS[self._flags]
        if not names and kind == "tar" and listed.stderr.strip():
            raise Failed(f'Failed to find handler for "{self.wanted.src}": {listed.stderr.strip()}')
        return [name for name in names if self._takes(name)]

    def different(self) -> Generator[Verb, Any, bool]:
        """Return whether anything of it is not on the machine as it is in the archive."""
        wanted, extra = self.wanted, self.wanted.extra_opts or ()
        found: bool = yield from archive_differs(
            self._path, self.directory, "zip" if self.handler == "ZipArchive" else " ".join(self._flags),
            (*extra, *self._named()),
            unpacked=bool(stripped(extra)), owners=not (wanted.owner or wanted.group), modes=not wanted.mode,
        )
        if not found and self._fetched:
            yield Ask(("rm", "-rf", self._fetched))
        return found

    def unpacked(self) -> Generator[Verb, Any, Answer]:
        """Unpack it."""
        self.argv = self._unpack()
        answer: Answer = yield Do(("/bin/sh", "-c", _UNPACK, "sh", self._fetched, *self.argv))
        return answer


def _given(wanted: Options, directory: str, source: str) -> Generator[Verb, Any, _Here | _There]:
    """Return the archive on this computer; one that nothing here can read is sent to the machine. Raises ``Failed``."""
    path = yield Find(source, "files")
    if path is None:
        raise Failed(f"Could not find or access '{wanted.src}'", "remote_src: true takes one on the machine")
    data: bytes = yield Read(path, decrypt=wanted.decrypt)
    if compression(data) == ZSTD:
        return _There(wanted, directory, (yield from _sent(path, data)))
    return _Here(wanted, directory, path, data)


def _sent(path: str, data: bytes) -> Generator[Verb, Any, str]:
    """Send an archive to the machine; return the directory that was made for it. Raises ``Failed``."""
    directory = yield from unused("ingot")
    made: Answer = yield Do(("mkdir", "-m", "700", directory))
    if made.status:
        raise Failed(f"no directory can be made for the archive: {made.stderr.strip()}")
    if len(data) < LARGE:  # it may have been decrypted
        yield Put(join(directory, "archive"), data, 0o600)
    else:
        yield Upload(directory, (Sent(path, "archive", 0o600),))
    return directory
