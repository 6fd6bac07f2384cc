"""Import the Packer templates of a corpus, validate and export them, and write down how many come how far.

``scores.py DIRECTORY`` takes a folder with ``INDEX.tsv`` and the folders ``hcl``, ``json`` and ``yaml``.
"""

from __future__ import annotations

import argparse
import datetime as dt
import multiprocessing
import platform
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

from scores_corpus import Case, cases
from scores_judge import Verdict, judge
from scores_values import KINDS as VALUES

from runner import __version__

OUT = Path(__file__).parents[3] / "docs" / "packer-scores.md"
KINDS = {"json": "JSON", "yaml": "YAML", "hcl": "HCL"}
CLASSES = ("real", "example", "fixture")
ABOUT = """
Every template is imported with `ingot import`, and the playbook checked with `ingot validate`. A playbook made of JSON
or YAML is written as HCL by `ingot export`, and `packer validate -syntax-only` judges that. A template in HCL is
compared, as `ingot import --check` does, with what its playbook is exported to. A directory with several templates
counts as several. Files that a template names are there only where the corpus has them. What Packer 1.6.6 refuses is
known of whole directories, without the blocks that are newer than it.

Variables at their defaults, locals and the options of sources are evaluated by Packer's console too, and compared with
what they come to in the playbook; of the template Packer is given what 1.6.6 knows. What depends on the time, on data
sources, on values that have to be given or on a builder's fields cannot be compared. In options, a text stands for the
number or truth value that it says, and an empty value for none, as for Packer.
"""
Count = tuple[str, Callable[[Verdict], bool | None]]
VALID: Count = ("import and validate", lambda verdict: verdict.valid)
ACCEPTED: Count = ("exported to HCL, Packer accepts it", lambda verdict: verdict.accepted)
EQUAL: Count = ("come back equal", lambda verdict: verdict.equal)
COUNTS = {"json": (VALID, ACCEPTED), "yaml": (VALID, ACCEPTED), "hcl": (VALID, EQUAL)}


def main() -> int:
    """Judge every template; write the report."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("directory", type=Path, help="the corpus")
    parser.add_argument("--out", type=Path, default=OUT, help="file to write")
    parser.add_argument("--packer", default=shutil.which("packer"), help="the Packer that judges what is exported")
    parser.add_argument("--processes", type=int, default=2, help="how many templates at once")
    given = parser.parse_args()
    found = list(cases(given.directory))
    start = time.monotonic()
    with multiprocessing.Pool(given.processes) as pool:
        lists = pool.imap(partial(_judge, given.directory, given.packer), found, chunksize=4)
        verdicts = [verdict for each in lists for verdict in each]
    seconds = time.monotonic() - start
    lines = _report(verdicts, seconds, given.processes, given.packer)
    given.out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    sys.stdout.write("\n".join(_tables(verdicts)) + f"\n{seconds:.0f} s\n")
    return 0


def _judge(directory: Path, packer: str | None, case: Case) -> list[Verdict]:
    return judge(directory, case, packer)


def _report(verdicts: list[Verdict], seconds: float, processes: int, packer: str | None) -> Iterator[str]:
    yield "# Scores over a corpus of Packer templates"
    yield ""
    yield from ABOUT.strip().splitlines()
    yield ""
    yield "```sh"
    yield "python tests/live/packer/scores.py DIRECTORY"
    yield "```"
    yield ""
    versions = [f"Ingot {__version__}", *([f"Packer {_version(packer)}"] if packer else [])]
    versions += [f"{platform.python_implementation()} {platform.python_version()}"]
    today = dt.datetime.now(dt.UTC).date()
    yield f"{today}; {', '.join(versions)}; all of it took {seconds:.0f} s in {processes} processes."
    yield ""
    yield from _tables(verdicts)
    yield from _failures(verdicts)
    yield from _differences(verdicts)


def _version(packer: str) -> str:
    done = subprocess.run([packer, "version"], text=True, capture_output=True, check=False)
    return done.stdout.split("\n")[0].removeprefix("Packer v").split("+")[0]


def _tables(verdicts: list[Verdict]) -> Iterator[str]:
    for kind, name in KINDS.items():
        of_kind = [each for each in verdicts if each.case.kind == kind]
        if not of_kind:
            continue
        heads = [head for head, _ in COUNTS[kind]]
        yield f"## {name}"
        yield ""
        yield f"| class | templates | {' | '.join(heads)} | fail, and Packer 1.6.6 refuses them too |"
        yield f"|---|{'--:|' * (len(heads) + 2)}"
        for class_ in CLASSES:
            chosen = [each for each in of_kind if each.case.class_ == class_]
            if chosen:
                shares = [_share(map(test, chosen)) for _, test in COUNTS[kind]]
                failing = [each for each in chosen if each.fails]
                too = sum(each.case.packer == "fail" for each in failing)
                yield f"| {class_} | {len(chosen)} | {' | '.join(shares)} | {too} of {len(failing)} |"
        yield ""
    yield from _values(verdicts)


def _values(verdicts: list[Verdict]) -> Iterator[str]:
    """Yield the table of the values that were compared with Packer's."""
    known = [(each.case.class_, each.values) for each in verdicts if each.values is not None]
    if not known:
        return
    yield "## Values"
    yield ""
    yield f"| class | templates | {' | '.join(VALUES)} | differ | templates that Packer cannot evaluate |"
    yield f"|---|{'--:|' * (len(VALUES) + 3)}"
    for class_ in CLASSES:
        found = [values for each, values in known if each == class_]
        if found:
            counts = [str(sum(each.compared[kind] for each in found)) for kind in VALUES]
            differ = sum(len(each.differing) for each in found)
            none = sum(bool(each.why) for each in found)
            yield f"| {class_} | {len(found) - none} | {' | '.join(counts)} | {differ} | {none} |"
    yield ""


def _differences(verdicts: list[Verdict]) -> Iterator[str]:
    rows = [
        (each, said) for each in verdicts if each.values is not None
        for said in (*each.values.differing, *([f"Packer says: {each.values.why}"] if each.values.why else []))
    ]
    if not rows:
        return
    yield ""
    yield "### Values that differ"
    yield ""
    yield "| template | value |"
    yield "|---|---|"
    for each, said in rows:
        yield f"| {each.case.repository.replace('__', '/', 1)} {each.name} | {said.replace('|', chr(92) + '|')} |"


def _share(results: Iterable[bool | None]) -> str:
    known = [each for each in results if each is not None]
    return f"{sum(known)} ({100 * sum(known) / len(known):.1f} %)" if known else "-"


def _stages(verdict: Verdict) -> Iterator[str]:
    if not verdict.valid:
        yield "validate"
    if verdict.equal is False:
        yield "equal"
    if verdict.accepted is False:
        yield "Packer"


def _failures(verdicts: list[Verdict]) -> Iterator[str]:
    yield "## What fails, and the first reason"
    for kind, name in KINDS.items():
        for class_ in CLASSES:
            failing = [each for each in verdicts if (each.case.kind, each.case.class_) == (kind, class_) and each.fails]
            if failing:
                yield ""
                yield f"### {name}, {class_}"
                yield ""
                yield "| template | fails | Packer 1.6.6 | reason |"
                yield "|---|---|---|---|"
                for each in failing:
                    why = each.why.replace("|", "\\|")[:200]
                    what = ", ".join(_stages(each))
                    place = f"{each.case.repository.replace('__', '/', 1)} {each.name}"
                    yield f"| {place} | {what} | {each.case.packer} | {why} |"


if __name__ == "__main__":
    sys.exit(main())
