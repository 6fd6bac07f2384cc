"""Builds with a machine, and what becomes of artifacts: with the plugins of a distribution of its own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

PLUGIN = Path(__file__).parents[1] / "cases" / "plugin"
HEAD = """
sources:
  box: {builder: box, image: box.img}
plays:
  - name: web
    sources: [box]
"""


def build(here: Path, play: str, *words: str) -> tuple[int, str, set[str]]:
    """Return the exit status, what is shown, and the files that are there afterwards."""
    (here / "playbook.yml").write_text(HEAD + play)
    done = subprocess.run(
        [Path(sys.executable).with_name("ingot"), "build", "playbook.yml", "--no-record", *words], cwd=here,
        env={"PATH": os.environ["PATH"], "PYTHONPATH": str(PLUGIN)}, text=True, check=False,
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
    )
    return done.returncode, done.stdout, {path.name for path in here.iterdir()} - {"playbook.yml"}


def test_a_module_works_on_the_machine_of_a_builder_which_is_gone_afterwards(tmp_path: Path) -> None:
    status, shown, files = build(tmp_path, """
    tasks:
      - mark: {path: a}
        register: first
      - mark: {path: a}
        register: second
      - mark: {path: never}
        check_mode: true
        register: third
      - assert:
          that:
            - "first == {'looked': 'Ask look a', 'changed': true, 'failed': false}"
            - second.changed == false
            - third is changed
    """)
    assert status == 0, shown
    assert files == {"box.img"}
    assert (tmp_path / "box.img").read_text() == "a\n"


def test_a_delegated_task_works_on_this_computer(tmp_path: Path) -> None:
    status, shown, files = build(tmp_path, """
    tasks:
      - mark: {path: b}
        delegate_to: localhost
    """)
    assert (status, files) == (0, {"b", "box.img"}), shown


FAILING = """
    tasks:
      - mark: {path: a}
      - fail: {}
"""


def test_a_failed_build_leaves_no_machine_unless_it_is_to_be_kept(tmp_path: Path) -> None:
    status, _, files = build(tmp_path, FAILING)
    assert (status, files) == (1, set())
    status, _, files = build(tmp_path, FAILING, "--on-error", "keep")
    assert (status, files) == (1, {"machine-of-web.box"})
    assert (tmp_path / "machine-of-web.box" / "a").exists()


S, T, SUM = "squash: {output: s}", "squash: {output: t}", "checksum: {}"
KEPT = "keep_input_artifact: true"
CHAINS = [
    (f"[{{{S}}}]", {"s"}),
    (f"[{{{S}, {KEPT}}}]", {"box.img", "s"}),
    (f"[[{{{S}}}, {{{T}}}]]", {"t"}),
    (f"[[{{{S}}}, {{{T}, {KEPT}}}]]", {"s", "t"}),
    (f"[{{{S}}}, {{{SUM}}}]", {"box.img", "s", "packer_box_box_md5.checksum"}),
    (f"[{{{SUM}, keep_input_artifact: false}}]", {"box.img", "packer_box_box_md5.checksum"}),
    (f"[[{{{SUM}}}, {{{S}}}]]", {"box.img", "s"}),
    (f"[[{{{S}}}, {{shell-local: {{command: exit 1}}}}], [{{{T}}}]]", {"box.img", "s", "t"}),
]


@pytest.mark.parametrize(("chains", "left"), CHAINS, ids=[chains for chains, _ in CHAINS])
def test_what_chains_leave(chains: str, left: set[str], tmp_path: Path) -> None:
    _, shown, files = build(tmp_path, f"    post_processors: {chains}\n")
    assert files == left, shown


def test_a_plugin_that_goes_wrong_is_told_without_a_traceback(tmp_path: Path) -> None:
    status, shown, files = build(tmp_path, "    post_processors: [odd]\n")
    assert status == 1
    assert "playbook.yml:7:23: error[E810]: KeyError: ('box.img', 'web.box')" in shown
    assert "Traceback" not in shown
    assert files == {"box.img"}
