"""Which builds and which tasks are wanted."""

from collections.abc import Iterable, Sequence
from fnmatch import fnmatchcase
from typing import NamedTuple

from runner.diagnostics import Report, did_you_mean
from runner.text import SourceFile


class Selection(NamedTuple):
    """What ``--only``, ``--except``, ``--tags`` and ``--skip-tags`` say."""

    only: tuple[str, ...] = ()
    except_: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    skip_tags: tuple[str, ...] = ()

    def refusal(self, names: Iterable[str]) -> str | None:
        """Return why a build known by ``names`` is not wanted; nothing when it is."""
        names = tuple(names)
        if self.only and not any(matches(pattern, names) for pattern in self.only):
            return f"not selected by --only {','.join(self.only)}"
        left_out = next((pattern for pattern in self.except_ if matches(pattern, names)), None)
        return f"left out by --except {left_out}" if left_out else None

    def tag_refusal(self, tags: Sequence[str]) -> str | None:
        """Return why a task with ``tags`` is not wanted; ``always`` and ``never`` work as in Ansible."""
        if not (self.tags or self.skip_tags or "never" in tags):
            return None
        own = {*tags, "tagged" if set(tags) - {"never"} else "untagged"}
        wanted, unwanted = set(self.tags), set(self.skip_tags)
        if unwanted & own or ("all" in unwanted and "always" not in own):
            return f"left out by --skip-tags {','.join(self.skip_tags)}"
        if "always" in own:
            return None
        if "never" in own and not wanted & (own - {"tagged", "untagged"}):
            return "tagged 'never'"
        if not wanted or "all" in wanted or wanted & own:
            return None
        return f"not selected by --tags {','.join(self.tags)}"


def matches(pattern: str, names: Iterable[str]) -> bool:
    """Return whether one of a build's names fits a pattern with ``*``; ``[`` and ``]`` are plain, as in names."""
    escaped = pattern.replace("[", "[[]")
    return any(fnmatchcase(name, escaped) for name in names)


def check_patterns(
    selection: Selection, builds: Sequence[tuple[str, ...]], post_processors: Sequence[str], report: Report
) -> None:
    """Report patterns that fit no build; ``--except`` may also name a post-processor."""
    known = sorted({name for names in builds for name in names})
    for option, patterns in (("--only", selection.only), ("--except", selection.except_)):
        for pattern in patterns:
            left_out = option == "--except" and pattern in post_processors
            if not left_out and not any(matches(pattern, names) for names in builds):
                place = SourceFile(option, pattern).first_line()
                whole = [names[0] for names in builds]
                hint = did_you_mean(pattern, known) or (f"builds are {', '.join(whole[:12])}" if whole else None)
                report.add("E614", f"no build is called {pattern!r}", place, hint=hint)
