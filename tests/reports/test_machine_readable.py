"""Packer's lines, beside Packer's own."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import pytest
from conftest import Ingot

TEMPLATE = {
    "builders": [
        {"type": "file", "name": "a", "target": "a,1.txt", "content": "hi"},
        {"type": "file", "name": "b", "target": "b.txt", "content": "ho"},
    ],
}
CHECKSUM = {"type": "checksum", "checksum_types": ["sha1"], "output": "{{.BuildName}}.sha1"}
PLAYBOOK = """
sources:
  a: {builder: file, target: "a,1.txt", content: hi}
  b: {builder: file, target: b.txt, content: ho}
plays:
  - sources: [a, b]
    post_processors:
      - {compress: {output: "{{ source.name }}.tar.gz"}, keep_input_artifact: KEEP}
"""
THEN = """\
      - checksum: {checksum_types: [sha1], output: "{{ source.name }}.sha1"}
"""


@pytest.mark.skipif(not shutil.which("packer"), reason="needs Packer, in Debian's package packer")
@pytest.mark.parametrize("keep", [False, True])
@pytest.mark.parametrize("then", [False, True], ids=["alone", "beside checksum, which keeps what was built"])
def test_artifacts_are_told_as_packer_tells_them(
    ingot: Ingot, tmp_path: Path, keep: bool, then: bool  # noqa: FBT001 - columns of a table
) -> None:
    compress = {"type": "compress", "output": "{{.BuildName}}.tar.gz", "keep_input_artifact": keep}
    theirs = tmp_path / "packer"
    theirs.mkdir()
    (theirs / "t.json").write_text(json.dumps(TEMPLATE | {"post-processors": [compress, *[CHECKSUM] * then]}))
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "CHECKPOINT_DISABLE": "1"}
    done = subprocess.run(["packer", "build", "-machine-readable", "t.json"], cwd=theirs, env=environment, check=True,
                          capture_output=True, text=True)
    ingot.write({"playbook.yml": PLAYBOOK.replace("KEEP", str(keep).lower()) + THEN * then})
    answer = ingot("build", "playbook.yml", "--machine-readable")
    assert answer.status == 0
    assert artifacts(answer.stdout) == artifacts(done.stdout)


def artifacts(text: str) -> list[str]:
    """Return the lines that tell of artifacts, without the time, build by build."""
    lines = [line.partition(",")[2] for line in text.splitlines()]
    return sorted((line for line in lines if ",artifact" in line), key=lambda line: line.partition(",")[0])
