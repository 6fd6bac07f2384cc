"""The ``stat`` module."""

from __future__ import annotations

from collections.abc import Mapping
from posixpath import dirname, join, normpath
from typing import Annotated, Any, Literal

from runner.modules.support.commands import expanded
from runner.modules.support.flags import names_of
from runner.modules.support.status import FORM, status_of
from runner.sdk import Alias, Answer, Ask, Failed, Module, Outcome, Work, options

_LOOK = r"""
form=$0 path=$1 follow=$2 sum=$3 mime=$4 flags=$5
if [ ! -e "$path" ] && { [ -n "$follow" ] || [ ! -L "$path" ]; }; then echo absent; exit; fi
printf '\035stat '; stat $follow -c "$form" -- "$path" || exit
for each in r w x; do
  if [ "-$each" "$path" ]; then printf '\035may-%s\n' "$each"; fi
done
if [ -L "$path" ]; then
  printf '\035link '; readlink "$path"
  if [ -e "$path" ]; then printf '\035leads '; readlink -f "$path"; fi
fi
if [ -n "$sum" ] && [ -f "$path" ] && { [ -n "$follow" ] || [ ! -L "$path" ]; }; then
  printf '\035sum '; "$sum" <"$path" || echo
fi
if [ -n "$mime" ]; then printf '\035mime '; file -b --mime-type --mime-encoding -- "$path" 2>/dev/null || echo; fi
if [ -n "$flags" ]; then printf '\035flags '; lsattr -vd "$path" 2>/dev/null || echo; fi
"""


@options()
class Options:
    """What ``stat`` accepts."""

    path: Annotated[str, Alias("dest", "name")]
    """Which file or directory."""
    follow: bool = False
    """Look at what a symbolic link points to."""
    get_checksum: bool = True
    """Compute the file's checksum."""
    checksum_algorithm: Annotated[
        Literal["md5", "sha1", "sha224", "sha256", "sha384", "sha512"], Alias("checksum", "checksum_algo")
    ] = "sha1"
    """How the checksum is computed."""
    get_mime: Annotated[bool, Alias("mime", "mime_type", "mime-type")] = True
    """Find out what kind of data the file holds."""
    get_attributes: Annotated[bool, Alias("attr", "attributes")] = True
    """Read the file's flags with lsattr."""


class Stat(Module[Options]):
    """Look at a file on the machine: whether it is there, its kind, size, owner, permissions and checksum."""

    name = "stat"

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """Ask for all there is to know of the file."""
        del facts
        wanted = self.options
        (path,) = yield from expanded([wanted.path])
        switches = (
            "-L" if wanted.follow else "", f"{wanted.checksum_algorithm}sum" if wanted.get_checksum else "",
            "yes" if wanted.get_mime else "", "yes" if wanted.get_attributes else "",
        )
        answer: Answer = yield Ask(("/bin/sh", "-c", _LOOK, FORM, path, *switches))
        if answer.stdout.startswith("absent"):
            return Outcome({"stat": {"exists": False}}, changed=False)
        told: dict[str, str] = {}
        for piece in answer.stdout.split("\x1d")[1:]:
            name, _, value = piece.removesuffix("\n").partition(" ")
            told[name] = value
        if not told.get("stat"):
            raise Failed(f"{path} cannot be looked at: {answer.stderr.strip()}")
        status = {"exists": True, **status_of(told["stat"], path), **self._more(told, path)}
        return Outcome({"stat": status}, changed=False)

    def _more(self, told: Mapping[str, str], path: str) -> dict[str, Any]:
        """Return what was told beside the status."""
        wanted = self.options
        found: dict[str, Any] = {
            "readable": "may-r" in told, "writeable": "may-w" in told, "executable": "may-x" in told,
        }
        if "link" in told and not wanted.follow:
            found["lnk_target"] = told["link"]
            found["lnk_source"] = told.get("leads") or normpath(join(dirname(path), told["link"]))
        if told.get("sum"):
            found["checksum"] = told["sum"].split()[0].lstrip("\\")
        if wanted.get_mime:
            kind, _, charset = told.get("mime", "").partition("; charset=")
            found |= {"mimetype": kind or "unknown", "charset": charset or "unknown"}
        if wanted.get_attributes:
            words = told.get("flags", "").split()
            letters = words[1].replace("-", "") if len(words) > 1 else ""
            found |= {
                "version": words[0] if words else None, "attr_flags": letters, "attributes": names_of(letters),
            }
        return found
