"""The recorded cases against the programs they were recorded from, where those are installed.

A sample by default; all of them with ``INGOT_TEST_JUDGES=all`` in the environment.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
from function_cases import as_hcl, recorded

COMMANDS = {
    "packer": (["packer", "console", "--config-type=hcl2"], "1.6"),
    "terraform": (["terraform", "console"], "1.11"),
}
"""Program -> how it reads an expression from its input, and the release that the cases were recorded with."""
SAMPLE = 11  # one case in so many
AT_ONCE = 40
ENVIRONMENT = {"CHECKPOINT_DISABLE": "1", "NO_COLOR": "1", "TF_CLI_CONFIG_FILE": os.devnull}


def ask(program: str, expressions: list[str], directory: Path) -> list[Any]:
    """Return for each expression a list with its value, or an empty one when it fails."""
    tried = ",".join(f"[can({each}),try({each},0)]" for each in expressions)
    done = subprocess.run(
        COMMANDS[program][0], input=f"base64encode(jsonencode([{tried}]))\n", capture_output=True, text=True,
        cwd=directory, env={**os.environ, **ENVIRONMENT}, timeout=120, check=False,
    )  # fmt: skip
    answers = json.loads(base64.b64decode(done.stdout.strip().strip('"')))
    return [[value] if works else [] for works, value in answers]


def same(value: Any) -> Any:
    """Return ``value`` with whole numbers as integers: JSON readers make floats of some."""
    if isinstance(value, float) and value.is_integer():
        return int(value)
    if isinstance(value, list):
        return [same(each) for each in value]
    return {key: same(each) for key, each in value.items()} if isinstance(value, dict) else value


@pytest.mark.parametrize("program", sorted(COMMANDS))
def test_judges_still_say_so(program: str, tmp_path: Path) -> None:
    command, version = COMMANDS[program]
    if shutil.which(command[0]) is None:
        pytest.skip(f"{program} is not installed")
    shown = subprocess.run([program, "version"], capture_output=True, text=True, check=False, cwd=tmp_path).stdout
    if f"v{version}." not in shown:
        pytest.skip(f"the cases were recorded with {program} {version}, this one says {shown.splitlines()[:1]}")
    step = 1 if os.environ.get("INGOT_TEST_JUDGES") == "all" else SAMPLE
    cases = [each.values[0] for each in recorded()]
    cases = [case for case in cases if program in case["seen"]][::step]
    assert cases
    wrong = []
    for start in range(0, len(cases), AT_ONCE):
        some = cases[start : start + AT_ONCE]
        for case, answer in zip(some, ask(program, [as_hcl(case) for case in some], tmp_path), strict=True):
            wanted = [] if "blames" in case else [same(case["want"])]
            if json.dumps(same(answer), sort_keys=True) != json.dumps(wanted, sort_keys=True):
                wrong.append((as_hcl(case), answer, wanted))
    assert wrong == []
