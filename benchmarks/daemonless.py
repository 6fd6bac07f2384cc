"""Measure a build without a daemon, for the record."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import yaml
from measure import Job, run_in_turns
from report import seconds
from settings import INGOT, Settings


def daemonless(settings: Settings, base: Path) -> Iterator[str]:
    """Yield the report's part about a build by the rootfs builder, whose base is unpacked before."""
    source = {"builder": "rootfs", "from": str(base), "format": ["oci"], "output": "rootfs"}
    document = {
        "sources": {"machine": source}, "plays": [{"sources": ["machine"], "tasks": [{"shell": "echo hello"}]}],
    }
    (settings.directory / "rootfs.yml").write_text(yaml.safe_dump(document, sort_keys=False), encoding="utf-8")
    jobs = {"`ingot build`": Job([INGOT, "build", "rootfs.yml", "--force", "--no-cache"])}
    timings = run_in_turns(jobs, settings.directory, settings.slow_runs)
    yield "## A trivial build without a daemon: one shell task, an OCI layout"
    yield ""
    yield from seconds(timings)
    yield f"The base is a tar of {base.stat().st_size / 1e6:.0f} MB, which the first, uncounted run unpacks and packs"
    yield "as a layer."
    yield ""
