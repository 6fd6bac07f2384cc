"""The ``get_url`` module."""

from __future__ import annotations

import re
from collections.abc import Generator, Mapping
from dataclasses import replace
from posixpath import basename
from typing import Annotated, Any
from urllib.parse import unquote, urlsplit

from runner.modules.shared import Url
from runner.modules.support.attributes import Found, described, look, settle
from runner.modules.support.fetching import Request, fetch, status_of, tool, unwanted
from runner.sdk import Alias, Answer, Ask, Do, Failed, Module, Outcome, SecretStr, Verb, Work, options

_ALGORITHMS = ("md5", "sha1", "sha224", "sha256", "sha384", "sha512")
_FETCH = """
fetch() {  # download to the file $file, unless the program says $refuse
  config=$(mktemp) && cat >"$config" || return
  said=$(WGETRC=$config "$@" "$file" 2>&1 <"$config")
  status=$?
  [ -z "$said" ] || printf '%s\\n' "$said" >&2
  case $said in *"http 304"*) return 47 ;; esac
  [ -z "$refuse" ] || case $said in *"$refuse"*) return 46 ;; esac
  return $status
}
trap 'rm -f "$file" "$new" "$config"' EXIT
trap 'exit 143' HUP INT TERM
"""
"""The configuration of curl and wget, with whatever is secret, comes by standard input: it is on no command line."""
_SHOW = _FETCH + """
refuse=$1
shift
file=$(mktemp) && fetch "$@" && cat "$file"
"""
_SAVE = _FETCH + """
dest=$1 directory=$2 algorithm=$3 wanted=$4 backup=$5 in_place=$6 refuse=$7
shift 7
file=$(mktemp "${directory:-${TMPDIR:-/tmp}}/.ingot.XXXXXX") && new=$dest.ingot || exit
fetch "$@" || exit
for each in md5 sha1 "$algorithm"; do
  sum=$("${each}sum" <"$file") || continue
  sum=${sum%% *}
  echo "$each $sum"
done
echo "size $(($(wc -c <"$file")))"
[ -z "$wanted" ] || [ "$sum" = "$wanted" ] || exit 45
[ ! -f "$dest" ] || ! cmp -s "$file" "$dest" || { echo same; exit; }
[ -z "$backup" ] || cp -p "$dest" "$backup" || exit
if [ -n "$in_place" ]; then cat "$file" >"$dest"; exit; fi
[ ! -f "$dest" ] || cp -p "$dest" "$new" || exit
cat "$file" >"$new" && mv -f "$new" "$dest"
"""
"""Downloads, tells sums and size, and puts the file in its place if it is different from what is there."""
_MISMATCH, _UNVERIFIED = 45, 46
_NOT_MODIFIED, _GOOD = 304, 200
_SINCE = "LC_ALL=C date -u -r \"$1\" '+%a, %d %b %Y %H:%M:%S GMT'"


@options()
class Options(Url):
    """What ``get_url`` accepts."""

    url: str
    """What to download."""
    dest: str
    """File on the machine that receives it, or a directory: there it is called like the end of the URL."""
    checksum: str = ""
    """What the file's checksum has to be, as in sha256:1f3a... or sha256:URL of a list of checksums."""
    backup: bool = False
    """Keep a copy of the former file, with the time in its name."""
    headers: dict[str, Any] | None = None
    """Further headers of the request."""
    tmp_dest: str | None = None
    """Directory on the machine for the download before it is put in place."""
    url_username: Annotated[str | None, Alias("username")] = None
    """User name for the server."""
    url_password: Annotated[SecretStr | None, Alias("password")] = None
    """Password for the server."""


class GetUrl(Module[Options]):
    """Download a file from a web or FTP server to the machine.

    The machine does it, by its curl or wget; a Debian that has neither by a helper of apt. A file that is there is only
    downloaded again if the server says that its own is newer, or with force, or if the checksum is not the wanted one.
    """

    name = "get_url"

    @classmethod
    def gap(cls, options: Mapping[str, Any]) -> str | None:
        """Return the options that no program for downloads knows."""
        return "unredirected_headers" if options.get("unredirected_headers") else None

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Look at the file; download what is not there, or not as it should be."""
        del facts
        wanted, algorithm = self.options, self._algorithm
        name = basename(unquote(urlsplit(wanted.url).path)) or "index.html"
        extras = (("stamp",) if wanted.backup else ()) + (("mounted",) if wanted.unsafe_writes else ())
        found = yield from look(wanted.dest, wanted, name=name, follow=True, digest=algorithm, extras=extras)
        if found.parent.kind != "directory":
            raise Failed(f"Destination directory of {found.path} does not exist", "make it first, with the module file")
        headers = {str(key): str(value) for key, value in (wanted.headers or {}).items()}
        request = Request(wanted.url, wanted, headers, wanted.url_username, wanted.url_password)
        checksum = yield from self._checksum(request, name)
        values: dict[str, Any] = {"url": wanted.url, "dest": found.path}
        if found.file.kind == "file" and checksum == found.file.digest and not wanted.force:
            changed, file = yield from settle(found.path, found.file, wanted, found)
            return Outcome({**values, **described(file), "msg": "file already exists"}, changed=changed)
        if found.file.kind == "file" and not wanted.force and not checksum:
            modified = yield Ask(("/bin/sh", "-c", _SINCE, "sh", found.path))
            request = request._replace(since=modified.stdout.strip())
        return (yield from self._downloaded(request, found, checksum, values))

    @property
    def _algorithm(self) -> str:
        algorithm = self.options.checksum.partition(":")[0].strip().lower() or "sha1"
        if algorithm not in _ALGORITHMS:
            known = ", ".join(_ALGORITHMS)
            raise Failed(f"checksum: {algorithm!r} is not known", f"write ALGORITHM:SUM, with one of {known}")
        return algorithm

    def _checksum(self, request: Request, name: str) -> Generator[Verb, Any, str]:
        """Return the checksum that is wanted, from a list of them if a URL is given; empty when none is."""
        wanted = self.options.checksum.partition(":")[2].strip()
        if "://" not in wanted:
            if self.options.checksum and not re.fullmatch(r"[0-9A-Fa-f]+", wanted):
                raise Failed("checksum: The checksum format is invalid", "write ALGORITHM:SUM or ALGORITHM:URL")
            return wanted.lower()
        call = fetch((yield from tool(wanted)), request.at(wanted))
        argv = ("/bin/sh", "-c", _SHOW, "sh", unwanted(request), *call.argv)
        answer: Answer = yield Ask(argv, call.stdin, {"LC_ALL": "C"})
        if answer.status:
            raise Failed(f"the list of checksums cannot be downloaded from {wanted}: {_why(answer)}")
        return listed(answer.stdout, name, wanted)

    def _downloaded(self, request: Request, found: Found, checksum: str, values: dict[str, Any]) -> Work:
        wanted = self.options
        call = fetch((yield from tool(wanted.url)), request)
        backup = f"{found.path}.{found.stamp}" if wanted.backup and found.file.kind == "file" else ""
        in_place = "yes" if found.mounted else ""
        words = (found.path, wanted.tmp_dest or "", self._algorithm, checksum, backup, in_place, unwanted(request))
        argv = ("/bin/sh", "-c", _SAVE, "sh", *words, *call.argv)
        answer: Answer = yield Do(argv, call.stdin, {"LC_ALL": "C"})
        told = dict(line.partition(" ")[::2] for line in answer.stdout.splitlines())
        status = status_of(answer)
        values |= {"status_code": status, "elapsed": _elapsed(answer), "checksum_dest": found.file.digest or None}
        if status == _NOT_MODIFIED:
            changed, file = yield from settle(found.path, found.file, wanted, found)
            return Outcome({**values, **described(file), "msg": "HTTP Error 304: Not Modified"}, changed=changed)
        if answer.status == _MISMATCH:
            why = f"The checksum for {found.path} did not match {checksum}; it was {told.get(self._algorithm)}."
            return Outcome(values, changed=False, failed=why)
        if answer.status:
            return Outcome(values, changed=False, failed="Request failed", shown=_why(answer))
        same = "same" in told
        former = found.file if found.file.kind == "file" else found.fresh()
        settled, file = yield from settle(found.path, replace(former, size=int(told["size"])), wanted, found)
        values |= {"checksum_src": told.get("sha1"), "md5sum": told.get("md5"), "msg": f"OK ({told['size']} bytes)"}
        values |= {"backup_file": backup} if backup and not same else {}
        return Outcome({**values, "status_code": status or _GOOD, **described(file)}, changed=settled or not same)


def listed(text: str, name: str, url: str) -> str:
    """Return the checksum of a file from a list of checksums. Raises ``Failed`` when there is none for it."""
    rows = [line.split() for line in text.splitlines() if line.strip() and not line.startswith("#")]
    if len(rows) == 1 and len(rows[0]) == 1:
        return rows[0][0].lower()
    for row in rows:
        words = [word.removeprefix("*").removeprefix("./").strip("()") for word in row]
        if name in words or name in map(basename, words):
            found = next((word for word in words if re.fullmatch(r"[0-9A-Fa-f]{32,}", word)), None)
            if found is not None:
                return found.lower()
    raise Failed(f"Unable to find a checksum for file {name!r} in {url!r}")


def _why(answer: Answer) -> str:
    if answer.status == _UNVERIFIED:
        return "the machine's wget cannot verify certificates: install curl, or set validate_certs: false"
    lines = [line.strip() for line in answer.stderr.splitlines() if line.strip() and not line.startswith("http ")]
    errors = [line for line in lines if line.startswith("E: ")]  # apt says the reason first
    return (errors[:1] or lines[-1:] or [""])[0] or f"exit status {answer.status}"


def _elapsed(answer: Answer) -> int:
    return int((answer.end - answer.start).total_seconds()) if answer.start and answer.end else 0
