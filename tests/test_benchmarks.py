from __future__ import annotations

import re
import runpy
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

BENCHMARKS = Path(__file__).parent.parent / "benchmarks"


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> str:
    out = tmp_path_factory.mktemp("bench") / "RESULTS.md"
    words = ["--runs", "1", "--tasks", "10", "--sizes", "10", "20", "--out", str(out)]
    done = subprocess.run(
        [sys.executable, str(BENCHMARKS / "run.py"), *words], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert out.read_text() + "\n" == done.stdout
    return out.read_text()


def test_every_target_has_a_verdict(report: str) -> None:
    verdicts = re.findall(r"^- (met|\*\*missed\*\*|not measured|`ansible)", report, re.MULTILINE)
    assert len(verdicts) == 6


def test_every_measurement_has_its_row(report: str) -> None:
    rows = [line.split(" | ")[0].removeprefix("| ") for line in report.splitlines() if line.startswith("| ")]
    parsing = ("import of the program and parse", "import of the reader and parse")
    for name in ("machine", "Python", "`ingot validate`", *parsing, "10", "20"):
        assert name in rows


def test_both_tools_get_the_same_tasks(tmp_path: Path) -> None:
    documents = runpy.run_path(str(BENCHMARKS / "workload.py"))["generated"](tmp_path, 20)
    (ours,) = yaml.safe_load(documents.playbook.read_text())["plays"]
    (theirs,) = yaml.safe_load(documents.ansible.read_text())
    assert len(ours["tasks"]) == 20
    for key in ("vars", "handlers", "tasks"):
        assert ours[key] == theirs[key]
