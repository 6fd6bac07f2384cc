from __future__ import annotations

import os
import re
import runpy
import shutil
import subprocess
import sys
import tarfile
from pathlib import Path

import pytest
import yaml

NAME = f"ingot-benchmark-{os.getpid()}"
"""What marks the images of this process of the tests."""
BENCHMARKS = Path(__file__).parent.parent / "benchmarks"


def measured(directory: Path, *words: str) -> str:
    """Return the report of a run."""
    out = directory / "RESULTS.md"
    command = [sys.executable, str(BENCHMARKS / "run.py"), "--runs", "1", "--slow-runs", "1", "--out", str(out)]
    environment = {**os.environ, "INGOT_BENCHMARK": NAME}
    done = subprocess.run([*command, *words], capture_output=True, text=True, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    assert re.sub(r"\n+", "\n", out.read_text()) == re.sub(r"\n+", "\n", done.stdout)
    return out.read_text()


def rows(report: str) -> list[str]:
    return [line.split(" | ")[0].removeprefix("| ") for line in report.splitlines() if line.startswith("| ")]


@pytest.fixture(scope="module")
def front(tmp_path_factory: pytest.TempPathFactory) -> str:
    words = ["--only", "front", "--without", "ansible", "--tasks", "10", "--sizes", "10", "20"]
    return measured(tmp_path_factory.mktemp("front"), *words)


@pytest.fixture(scope="module")
def machines(engine: str, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Return the report about machines that have busybox alone, with one task where there would be many."""
    directory = tmp_path_factory.mktemp("machines")
    sizes = {"--steps": 1, "--items": 1, "--builds": 2, "--megabytes": 1}
    parts = ["trivial", "steps", "at-once", "line", "machine", "roles"]
    words = [str(word) for pair in sizes.items() for word in pair]
    words += ["--roles", str(_role(directory))]
    report = measured(directory, "--only", *parts, "--without", "packer", "ansible", "pyinfra", *words,
                      "--base", str(_busybox(directory)), "--cache", str(directory))
    assert "not measured: what needs a machine" not in report
    return report


def _role(directory: Path) -> Path:
    """Return a directory with a role that is called like a public one, and does what needs no more than busybox."""
    tasks = directory / "roles/geerlingguy__nginx/tasks"
    tasks.mkdir(parents=True)
    tasks.joinpath("main.yml").write_text("- copy: {content: hello, dest: /srv/hello}\n", encoding="utf-8")
    return directory / "roles"


def _busybox(directory: Path) -> Path:
    program = shutil.which("busybox")
    if program is None:
        pytest.skip("a machine of busybox alone needs busybox")
    path = directory / "busybox.tar"
    with tarfile.open(path, "w") as tar:
        tar.add(Path(program).resolve(), "bin/busybox")
        listed = subprocess.run([program, "--list"], capture_output=True, text=True, check=True).stdout
        for name in sorted({*listed.split()} - {"busybox"}):
            link = tarfile.TarInfo(f"bin/{name}")
            link.type, link.linkname = tarfile.SYMTYPE, "busybox"
            tar.addfile(link)
        for name in ("etc", "srv", "tmp", "root"):
            place = tarfile.TarInfo(name)
            place.type, place.mode = tarfile.DIRTYPE, 0o755
            tar.addfile(place)
    return path


def test_parts_that_are_not_measured_again_stay() -> None:
    merged = runpy.run_path(str(BENCHMARKS / "report.py"))["merged"]
    former = "About\n\n<!-- part: one -->\n1\n\n<!-- part: three -->\n3\n"
    now = "About now\n\n<!-- part: two -->\n2\n\n<!-- part: one -->\nnew\n\n"
    told = merged(former, now, ("one", "two", "three"))
    assert told == "About now\n\n<!-- part: one -->\nnew\n\n<!-- part: two -->\n2\n\n<!-- part: three -->\n3\n"


def test_every_target_of_the_front_half_has_a_verdict(front: str) -> None:
    verdicts = re.findall(r"^- (met|\*\*missed\*\*|not measured)", front, re.MULTILINE)
    assert len(verdicts) == 6


def test_every_measurement_of_the_front_half_has_its_row(front: str) -> None:
    parsing = ("import of the program and parse", "import of the reader and parse")
    for name in ("machine", "Python", "`ingot validate`", *parsing, "10", "20"):
        assert name in rows(front)


def test_what_is_left_out_is_said(front: str) -> None:
    assert "- not measured: `ansible-playbook --syntax-check`, because it was left out" in front


def test_every_target_of_builds_has_a_verdict(machines: str) -> None:
    verdicts = re.findall(r"^- (met|\*\*missed\*\*|not measured)", machines, re.MULTILINE)
    assert verdicts.count("not measured") == 6  # Ansible is not there for the roles either, and one role is missing
    assert len(verdicts) == 11


def test_every_measurement_of_builds_has_its_row(machines: str) -> None:
    tasks = ("1 commands", "1 files copied, changed", "1 templates, unchanged", "1 lines in a file, unchanged",
             "geerlingguy.nginx, changed", "geerlingguy.nginx, unchanged")
    for name in ("by hand, with `docker`", "the same calls in a bare loop", "our upload", *tasks):
        assert name in rows(machines)


@pytest.mark.usefixtures("has_sshd")
def test_the_line_over_ssh_is_measured(tmp_path: Path) -> None:
    report = measured(tmp_path, "--only", "ssh", "--items", "2", "--megabytes", "1")
    assert {"in the long-lived shell", "`ssh`", "our upload", "`scp`"} <= {*rows(report)}
    assert len(re.findall(r"^- (met|\*\*missed\*\*): at most 1.25 ms for a command", report, re.MULTILINE)) == 1


def test_measuring_leaves_no_image_and_no_container(machines: str) -> None:
    for listed in (["images", "--filter", f"label={NAME}"], ["images", f"{NAME}:base"],
                   ["ps", "--all", "--filter", f"ancestor={NAME}:base"]):
        assert not subprocess.run(["docker", *listed, "--quiet"], capture_output=True, check=True).stdout


def test_both_tools_get_the_same_tasks(tmp_path: Path) -> None:
    documents = runpy.run_path(str(BENCHMARKS / "workload.py"))["generated"](tmp_path, 20)
    (ours,) = yaml.safe_load(documents.playbook.read_text())["plays"]
    (theirs,) = yaml.safe_load(documents.ansible.read_text())
    assert len(ours["tasks"]) == 20
    for key in ("vars", "handlers", "tasks"):
        assert ours[key] == theirs[key]
