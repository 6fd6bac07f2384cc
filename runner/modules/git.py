"""The ``git`` module."""

from __future__ import annotations

import shlex
from collections.abc import Mapping
from typing import Annotated, Any

from runner.modules.shared import Texts
from runner.modules.support.commands import expanded
from runner.sdk import Alias, Answer, Ask, AtMostOne, Do, Failed, Minimum, Module, Outcome, Requires, Work, options

_LOOK = r"""
git=$1 repo=$2 dest=$3 version=$4
command -v "$git" >/dev/null || exit 44
case " $7 " in *" bare "*) where=$dest ;; *) where=$dest/.git ;; esac
git_() { "$git" -c safe.directory='*' --git-dir="$where" "$@"; }
if [ -e "$where/HEAD" ] || [ -f "$where" ]; then
  echo "head $(git_ rev-parse HEAD 2>/dev/null)"
  echo "url $(git_ config --get "remote.$5.url")"
  case " $7 " in *" bare "*) ;; *)
    echo "dirty $(git_ --work-tree="$dest" status --porcelain --untracked-files=no 2>/dev/null | head -n 1)" ;;
  esac
elif [ -e "$dest" ] && [ -n "$(ls -A "$dest" 2>/dev/null)" ]; then
  exit 45
fi
case $version in
  *[!0-9a-f]* | ??????) ;;
  ???????*) if git_ cat-file -e "$version^{commit}" 2>/dev/null; then echo "remote $version"; exit 0; fi ;;
esac
set -- "$version" "refs/heads/$version" "refs/tags/$version" "refs/tags/$version^{}"
said=$("$git" ls-remote "$repo" "$@" 2>&1) || {
  echo "error $(printf '%s' "$said" | tail -n 1)"
  exit 0
}
for each in "refs/heads/$version" "refs/tags/$version^{}" "refs/tags/$version" "$version"; do
  found=$(printf '%s\n' "$said" | awk -v name="$each" '$2 == name { print $1; exit }')
  if [ -n "$found" ]; then echo "remote $found"; exit 0; fi
done
"""
"""Tells the commit that is there, and the one that the version means on the server."""
_FETCH = r"""
git=$1 repo=$2 dest=$3 version=$4 remote=$5 depth=$6 flags=" $7 " refspec=$8
if [ -n "$9" ]; then umask "$9" || exit; fi
shift 9
case $flags in *" bare "*) bare=--bare where=$dest ;; *) bare= where=$dest/.git ;; esac
git_() { "$git" -c safe.directory='*' -c advice.detachedHead=false "$@"; }
if [ ! -e "$where/HEAD" ] && [ ! -f "$where" ]; then
  mkdir -p "$(dirname "$dest")" || exit
  branch=
  if [ -n "$depth" ] && [ "$version" != HEAD ] &&
    "$git" ls-remote --exit-code --heads --tags "$repo" "$version" >/dev/null; then branch=$version; fi
  git_ clone --quiet --origin "$remote" ${depth:+--depth "$depth"} ${branch:+--branch "$branch"} $bare "$@" -- \
    "$repo" "$dest" || exit
fi
cd "$dest" || exit
git_ remote set-url "$remote" "$repo" || exit
if [ -n "$bare" ]; then
  git_ fetch --quiet --force "$remote" '+refs/heads/*:refs/heads/*' '+refs/tags/*:refs/tags/*' || exit
else
  if [ -z "$depth" ]; then
    if [ -e .git/shallow ]; then git_ fetch --quiet --unshallow "$remote"; fi
    git_ fetch --quiet --force --tags "$remote" ${refspec:+"$refspec"} || exit
    git_ fetch --quiet --force "$remote" || exit
  elif [ "$version" != HEAD ]; then
    git_ fetch --quiet --force --depth "$depth" "$remote" "${refspec:-$version}" ||
      git_ fetch --quiet --force --tags "$remote" || exit
  fi
  case $flags in *" force "*) git_ reset --quiet --hard || exit ;; esac
  if [ "$version" = HEAD ]; then
    git_ remote set-head "$remote" --auto >/dev/null 2>&1
    branch=$(git_ symbolic-ref --quiet --short "refs/remotes/$remote/HEAD")
    branch=${branch#"$remote/"}
  elif git_ show-ref --quiet --verify "refs/remotes/$remote/$version"; then
    branch=$version
  else
    branch=
  fi
  if [ -n "$branch" ]; then
    git_ checkout --quiet --force -B "$branch" "refs/remotes/$remote/$branch" || exit 46
  else
    if [ -n "$depth" ] && ! git_ cat-file -e "$version^{commit}" 2>/dev/null; then version=FETCH_HEAD; fi
    git_ checkout --quiet --force "$version" -- || exit 46
  fi
  case $flags in *" recursive "*)
    if [ -e .gitmodules ]; then
      git_ submodule --quiet update --init --recursive ${depth:+--depth "$depth"} || exit
    fi ;;
  esac
fi
echo "head $(git_ rev-parse HEAD)"
"""
_NO_PROGRAM, _NOT_EMPTY, _NO_CHECKOUT = 44, 45, 46


@options(
    AtMostOne("separate_git_dir", "bare"),
    AtMostOne("accept_hostkey", "accept_newhostkey"),
    Requires("archive_prefix", "archive"),
)
class Options:
    """What ``git`` accepts."""

    repo: Annotated[str, Alias("name")]
    """Address of the repository."""
    dest: str
    """Directory on the machine for it."""
    version: str = "HEAD"
    """Branch, tag or commit."""
    update: bool = True
    """Fetch what is new if the repository is there."""
    clone: bool = True
    """Make the repository if it is not there."""
    force: bool = False
    """Throw local changes away."""
    depth: Annotated[int, Minimum(1)] | None = None
    """How many commits of the history to fetch."""
    single_branch: bool = False
    """Fetch only the history of the version."""
    recursive: bool = True
    """Check submodules out too."""
    track_submodules: bool = False
    """Have submodules follow the latest commit of their branch."""
    remote: str = "origin"
    """Name of the remote repository."""
    refspec: str | None = None
    """Further references to fetch."""
    reference: str | None = None
    """Repository on the machine to borrow objects from."""
    bare: bool = False
    """Make a bare repository."""
    separate_git_dir: str | None = None
    """Directory for the repository's data, apart from the checked-out files."""
    archive: str | None = None
    """File to write an archive of the version to; its ending says which kind."""
    archive_prefix: str | None = None
    """What is put before the names of the archive's files."""
    key_file: str | None = None
    """SSH key on the machine."""
    ssh_opts: str | None = None
    """More options for ssh."""
    accept_hostkey: bool = False
    """Trust any SSH host."""
    accept_newhostkey: bool = False
    """Trust SSH hosts that are not known yet, but not ones whose key changed."""
    verify_commit: bool = False
    """Check the signature of the version."""
    gpg_allowlist: Annotated[Texts | None, Alias("gpg_whitelist")] = None
    """Fingerprints of keys that may sign the version."""
    umask: str | None = None
    """Mask for the permissions of checked-out files."""
    executable: str | None = None
    """The git to use."""


class Git(Module[Options]):
    """Have a Git repository checked out at a version."""

    name = "git"

    @classmethod
    def gap(cls, options: Mapping[str, Any]) -> str | None:
        """Return which of these options this version cannot work with."""
        unknown = ("archive", "gpg_allowlist", "separate_git_dir", "verify_commit", "track_submodules")
        return next((name for name in unknown if options.get(name)), None)

    def apply(self, facts: Mapping[str, Any]) -> Work:
        """See which commit is there and which is wanted, and fetch it. Raises ``Failed``."""
        del facts
        wanted = self.options
        (dest,) = yield from expanded([wanted.dest])
        looked: Answer = yield Ask(("/bin/sh", "-c", _LOOK, "sh", *self._common(dest)), environment=self._environment())
        if looked.status == _NO_PROGRAM:
            raise Failed('Failed to find required executable "git"', "install the package git first")
        if looked.status == _NOT_EMPTY:
            raise Failed(f"the directory {dest} is there, and is no clone of a repository")
        told = dict(line.partition(" ")[::2] for line in looked.stdout.splitlines())
        before = told.get("head") or None
        values: dict[str, Any] = {"before": before, "after": before, "remote_url_changed": False}
        if before is None and not wanted.clone:
            return Outcome({**values, "after": told.get("remote")}, changed=False)
        if before is not None and not wanted.update:
            return Outcome(values, changed=False)
        if told.get("dirty") and not wanted.force:
            return Outcome(values, changed=False,
                           failed=f"Local modifications exist in the destination: {dest} (force=no).")
        if "error" in told:
            raise Failed(f"Failed to download remote objects and refs: {told['error']}")
        target = told.get("remote") or None
        values["remote_url_changed"] = before is not None and told.get("url") not in (None, "", wanted.repo)
        settled = before is not None and not told.get("dirty") and not values["remote_url_changed"]
        if settled and target is not None and ((before or "").startswith(target)):
            return Outcome(values, changed=False)
        verb = Do(("/bin/sh", "-c", _FETCH, "sh", *self._common(dest)), environment=self._environment())
        answer: Answer = yield verb
        after = answer.stdout.strip().rpartition("\n")[2].removeprefix("head ")
        if answer.status:
            lines = answer.stderr.strip().splitlines()
            why = lines[-1] if lines else answer.status
            raise Failed(
                f"Failed to checkout {wanted.version}: {why}" if answer.status == _NO_CHECKOUT else
                f"the repository {wanted.repo} cannot be fetched: {why}"
            )
        changed = after != before or bool(told.get("dirty")) or values["remote_url_changed"]
        return Outcome({**values, "after": after}, changed=changed)

    def _common(self, dest: str) -> tuple[str, ...]:
        """Return the arguments of both scripts."""
        wanted = self.options
        extra = ["--reference", wanted.reference] if wanted.reference else []
        extra += ["--single-branch"] if wanted.single_branch else []
        flags = {"bare": wanted.bare, "recursive": wanted.recursive, "force": wanted.force}
        return (
            wanted.executable or "git", wanted.repo, dest, wanted.version, wanted.remote, str(wanted.depth or ""),
            " ".join(name for name, said in flags.items() if said), wanted.refspec or "", wanted.umask or "", *extra,
        )

    def _environment(self) -> dict[str, str]:
        """Return the environment: nobody is there to type a password."""
        wanted = self.options
        words = ["ssh", "-o", "BatchMode=yes"]
        if wanted.accept_hostkey:
            words += ["-o", "StrictHostKeyChecking=no"]
        elif wanted.accept_newhostkey:
            words += ["-o", "StrictHostKeyChecking=accept-new"]
        if wanted.key_file:
            words += ["-i", shlex.quote(wanted.key_file), "-o", "IdentitiesOnly=yes"]
        command = " ".join(words) + (f" {wanted.ssh_opts}" if wanted.ssh_opts else "")
        return {"GIT_TERMINAL_PROMPT": "0", "GIT_SSH_COMMAND": command, "LC_ALL": "C"}
