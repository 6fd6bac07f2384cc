"""Converge a role with Ingot: an image, and an image of that image."""

from __future__ import annotations

import json
import subprocess
import time
from pathlib import Path

import yaml
from live_machine import command
from live_outcome import Outcome


def converge(
    ingot: str, role: Path, image: str, directory: Path, variables: dict[str, object], *, init: bool
) -> list[Outcome]:
    """Build twice, the second time from what the first made; return how both went."""
    found = []
    for turn in (1, 2):
        run = command("{{.Image}}", init=init)
        source = {"builder": "docker", "image": image, "pull": False, "commit": True, "run_command": run}
        if init:
            source["pause_before_connecting"] = "2s"
        play = {"sources": ["machine"], "vars": variables, "roles": [{"role": role.name}]}
        (directory / f"ours-{turn}.yml").write_text(
            yaml.safe_dump({"sources": {"machine": source}, "plays": [play]}), encoding="utf-8",
        )
        start = time.monotonic()
        done = subprocess.run(
            [ingot, "build", "--json", "--roles-path", str(role.parent), f"ours-{turn}.yml"],
            cwd=directory, text=True, capture_output=True, check=False,
        )
        seconds = time.monotonic() - start - (2 if init else 0)
        (directory / f"ours-{turn}.log").write_text(done.stdout + done.stderr, encoding="utf-8")
        outcome = _outcome(done.stdout, done.stderr, seconds, converged=done.returncode == 0)
        found.append(outcome)
        if not outcome.converged:
            break
        image = outcome.image
    return found


def _outcome(stdout: str, stderr: str, seconds: float, *, converged: bool) -> Outcome:
    events = [json.loads(line) for line in stdout.splitlines() if line.startswith("{")]
    names = {each["step"]: each for each in events if each["event"] == "StepStarted"}
    tasks, image, why = [], "", ""
    for each in events:
        if each["event"] == "StepFinished" and names[each["step"]]["section"] not in ("launch", "capture"):
            tasks.append((names[each["step"]]["name"].rpartition(" : ")[2], each["outcome"]))
            if each["outcome"] == "failed":
                why = f"{names[each['step']]['name']}: {each.get('message')}"
        if each["event"] == "ArtifactMade":
            image = each["id"]
    changed = sum(status == "changed" for _, status in tasks)
    return Outcome(converged, changed, seconds, tasks, "" if converged else why or stderr.strip()[-700:], image)
