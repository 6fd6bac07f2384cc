"""The ``subversion`` module."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Annotated, Any, Literal, NamedTuple

from runner.modules.support.commands import expanded
from runner.modules.support.programs import ENGLISH, ran
from runner.sdk import Alias, Answer, Ask, Do, Failed, Module, Outcome, SecretStr, Verb, Work, options

_LOOK = r"""
if ! command -v "$1" >/dev/null; then echo unknown; exit; fi
echo "version $("$1" --version --quiet)"
if [ -z "$2" ]; then exit; fi
if [ ! -e "$2" ]; then echo missing; exit; fi
if info=$("$1" --non-interactive info "$2" 2>/dev/null); then
  echo "$info" | sed -n 's/^Revision: /revision &/p; s/^URL: /url &/p'
  if "$1" --non-interactive status --quiet --ignore-externals "$2" | grep -q '^[^X]'; then echo modified; fi
fi
"""
"""Tells what is in the directory ``$2``, with the svn ``$1``."""
_FROM_STDIN = (1, 10)
"""The first version of svn that reads a password from its standard input."""


class _State(NamedTuple):
    """What is at the place of a working copy."""

    kind: Literal["nothing", "other", "copy"]
    """Whether nothing is there, something else, or a working copy."""
    version: tuple[int, ...]
    """The version of svn."""
    revision: str = ""
    url: str = ""
    modified: bool = False

    @property
    def described(self) -> list[str]:
        """What results say of it."""
        return [self.revision, self.url]


@options()
class Options:
    """What ``subversion`` accepts."""

    repo: Annotated[str, Alias("name", "repository")]
    """URL of the repository."""
    dest: str | None = None
    """Directory on the machine for it."""
    revision: Annotated[str, Alias("rev", "version")] = "HEAD"
    """Which revision."""
    update: bool = True
    """Fetch what is new if it is there."""
    checkout: bool = True
    """Check it out if it is not there."""
    switch: bool = True
    """Change to the URL if another one is checked out."""
    export: bool = False
    """Fetch the files without Subversion's own."""
    in_place: bool = False
    """Check it out over files that are there."""
    force: bool = False
    """Throw local changes away."""
    username: str | None = None
    """User name for the repository."""
    password: SecretStr | None = None
    """Password for the repository."""
    executable: str | None = None
    """The svn to use."""
    validate_certs: bool = False
    """Refuse servers whose certificate cannot be verified."""


class Subversion(Module[Options]):
    """Have a Subversion repository checked out at a revision."""

    name = "subversion"

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """See what is there and what is wanted, and fetch it. Raises ``Failed``."""
        del facts
        wanted = self.options
        if wanted.dest is None and (wanted.checkout or wanted.update or wanted.export):
            raise Failed("the destination directory must be specified unless checkout=no, update=no, and export=no")
        dest = (yield from expanded([wanted.dest]))[0] if wanted.dest else ""
        state = yield from self._state(dest)
        if not (wanted.checkout or wanted.update or wanted.export):
            return Outcome({"after": (yield from self._remote(state))}, changed=False)
        if wanted.export:
            if state.kind == "nothing" and not wanted.checkout:
                return Outcome(changed=False)
            force = ["--force"] if wanted.force else []
            yield from self._done(state, "export", *force, "--revision", wanted.revision, wanted.repo, dest)
            return Outcome(changed=True)
        if state.kind == "copy":
            return (yield from self._updated(state, dest))
        return (yield from self._checked_out(state, dest))

    def _checked_out(self, state: _State, dest: str) -> Work:
        """Make a working copy where there is none. Raises ``Failed``."""
        wanted = self.options
        if state.kind == "nothing" and not wanted.checkout:
            return Outcome(changed=False)
        if state.kind == "other" and not wanted.in_place:
            raise Failed(f"ERROR: {dest} folder already exists, but its not a subversion repository.",
                         "in_place: true checks it out over the files that are there")
        over = ["--force"] if state.kind == "other" else []
        yield from self._done(state, "checkout", *over, "--revision", wanted.revision, wanted.repo, dest)
        if over and wanted.force:
            yield from self._done(state, "revert", "--recursive", dest)
        after = yield from self._state(dest)
        return Outcome({"before": None, "after": after.described}, changed=True)

    def _updated(self, state: _State, dest: str) -> Work:
        """Bring a working copy to the revision and the address that are wanted. Raises ``Failed``."""
        wanted = self.options
        if not wanted.update:
            return Outcome(changed=False)
        before = state.described
        if state.modified and not wanted.force:
            raise Failed("ERROR: modified files exist in the repository.", "force: true throws these changes away")
        address = state.url.partition(": ")[2]
        other = wanted.switch and address != wanted.repo.rstrip("/")
        if not state.modified and not other:
            target = yield from self._remote(state, address)
            if target == state.revision:
                return Outcome({"before": before, "after": before}, changed=False)
        if state.modified:
            yield from self._done(state, "revert", "--recursive", dest)
        if other:
            yield from self._done(state, "switch", "--revision", wanted.revision, wanted.repo, dest)
        yield from self._done(state, "update", "--revision", wanted.revision, dest)
        after = yield from self._state(dest)
        return Outcome({"before": before, "after": after.described}, changed=state.modified or after != state)

    def _state(self, dest: str) -> Generator[Verb, Any, _State]:
        """Look at the working copy. Raises ``Failed`` on a machine without Subversion."""
        program = self.options.executable or "svn"
        answer: Answer = yield Ask(("/bin/sh", "-c", _LOOK, "sh", program, dest), environment=ENGLISH)
        told = dict(line.partition(" ")[::2] for line in answer.stdout.splitlines())
        if "unknown" in told:
            raise Failed(f'Failed to find required executable "{program}"', "install the package subversion first")
        version = tuple(int(each) for each in told.get("version", "").split(".") if each.isdecimal())
        if "revision" in told:
            return _State("copy", version, told["revision"], told.get("url", ""), "modified" in told)
        return _State("nothing" if "missing" in told else "other", version)

    def _remote(self, state: _State, address: str = "") -> Generator[Verb, Any, str]:
        """Return the line with the revision that the server has for the one that is wanted. Raises ``Failed``."""
        words, secret = self._call(state, "info", "--revision", self.options.revision, address or self.options.repo)
        answer = yield from ran(Ask(words, secret, environment=ENGLISH), "subversion")
        return next((line for line in answer.stdout.splitlines() if line.startswith("Revision:")), "")

    def _done(self, state: _State, *words: str) -> Generator[Verb, Any, None]:
        """Have svn do something. Raises ``Failed`` with what it says."""
        argv, secret = self._call(state, *words)
        yield from ran(Do(argv, secret, environment=ENGLISH), "subversion")

    def _call(self, state: _State, *words: str) -> tuple[tuple[str, ...], str | None]:
        """Return a call of svn and its input; where svn can read a password from there, no list of processes has it."""
        wanted = self.options
        common = ["--non-interactive", "--no-auth-cache"]
        common += [] if wanted.validate_certs else ["--trust-server-cert"]
        common += ["--username", wanted.username] if wanted.username else []
        secret = None
        if wanted.password and state.version >= _FROM_STDIN:
            common.append("--password-from-stdin")
            secret = wanted.password
        elif wanted.password:
            common += ["--password", wanted.password]
        return (wanted.executable or "svn", *common, *words), secret
