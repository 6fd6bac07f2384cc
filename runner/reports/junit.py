"""The run as JUnit XML, for CI servers: a suite for each build, a case for each step.

The format is the one that Jenkins, GitLab and GitHub's test reporters read: ``testsuites/testsuite/testcase`` with
``failure``, ``error`` or ``skipped``, times in seconds.
"""

from __future__ import annotations

import errno
import os
import re
from collections import deque
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

from runner.events.event import (
    BuildFinished,
    BuildStarted,
    CommandOutput,
    Event,
    FileChanged,
    RunFinished,
    RunStarted,
    Said,
    StepFinished,
    StepStarted,
)

_KEPT = 1000
"""How many lines of a step's output are kept."""
_FORBIDDEN = re.compile(r"\x1b\[[0-9;]*[A-Za-z]|[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
"""Colours of terminals, and what no XML document may hold (XML 1.0, 2.2)."""


class JUnit:
    """Writes the report when the run is over."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._root = ET.Element("testsuites")
        self._suites: dict[str, ET.Element] = {}
        self._output: dict[tuple[str, int], deque[str]] = {}
        self._steps: dict[tuple[str, int], StepStarted] = {}

    def __str__(self) -> str:
        return str(self._path)

    def __call__(self, event: Event) -> None:  # noqa: C901 - one case a kind of event
        """Take in one event. Raises ``OSError`` when the report cannot be written."""
        match event:
            case RunStarted():
                self._root.set("name", _text(event.playbook))
            case BuildStarted():
                self._suite(event.build).set("timestamp", f"{datetime.fromtimestamp(event.at, UTC):%Y-%m-%dT%H:%M:%S}")
            case StepStarted():
                self._steps[event.build, event.step] = event
            case CommandOutput():
                self._keep(event.build, event.step, event.line)
            case Said():
                self._keep(event.build, event.step, event.text)
            case FileChanged():
                for line in event.diff.split("\n"):
                    self._keep(event.build, event.step, line)
            case StepFinished():
                self._case(event)
            case BuildFinished():
                self._end(event)
            case RunFinished():
                self._root.set("time", f"{event.took:.3f}")
                self._write()
            case _:
                pass

    def _suite(self, build: str) -> ET.Element:
        if build not in self._suites:
            self._suites[build] = ET.SubElement(self._root, "testsuite", name=_text(build))
        return self._suites[build]

    def _keep(self, build: str, step: int, line: str) -> None:
        self._output.setdefault((build, step), deque(maxlen=_KEPT)).append(line)

    def _case(self, event: StepFinished) -> None:
        started = self._steps.pop((event.build, event.step), None)
        role = f"{started.role} : " if started is not None and started.role else ""
        case = ET.SubElement(
            self._suite(event.build), "testcase", name=_text(f"{role}{event.name}"),
            classname=_text(f"{event.build}.{event.section}"), time=f"{event.took:.3f}",
        )
        if started is not None:
            path, _, line = started.place.rpartition(":")
            case.set("file", _text(path))
            case.set("line", line)
        if event.cached:
            ET.SubElement(ET.SubElement(case, "properties"), "property", name="cached", value="true")
        if event.outcome == "failed" and not event.ignored:
            ET.SubElement(case, "failure", message=_text(event.message)).text = _text(event.message)
        elif event.outcome in ("skipped", "cancelled"):
            ET.SubElement(case, "skipped", message=_text(event.message or event.outcome))
        lines = self._output.pop((event.build, event.step), ())
        if lines:
            ET.SubElement(case, "system-out").text = _text("\n".join(lines))

    def _end(self, event: BuildFinished) -> None:
        suite = self._suite(event.build)
        if event.outcome in ("failed", "cancelled", "skipped") and suite.find("testcase/failure") is None:
            case = ET.SubElement(suite, "testcase", name="build", classname=_text(event.build), time="0")
            message = _text("; ".join(each.message for each in event.failures) or event.outcome)
            ET.SubElement(case, "failure" if event.outcome == "failed" else "skipped", message=message)
        suite.set("time", f"{event.took:.3f}")
        for name, path in (("tests", "testcase"), ("failures", "testcase/failure"), ("skipped", "testcase/skipped")):
            suite.set(name, str(len(suite.findall(path))))
        suite.set("errors", "0")

    def _write(self) -> None:
        for name in ("tests", "failures", "skipped", "errors"):
            self._root.set(name, str(sum(int(suite.get(name, "0")) for suite in self._suites.values())))
        tree = ET.ElementTree(self._root)
        ET.indent(tree)
        self._path.parent.mkdir(parents=True, exist_ok=True)
        if self._path.is_dir():
            raise IsADirectoryError(errno.EISDIR, os.strerror(errno.EISDIR), str(self._path))
        partial = self._path.with_name(f".{self._path.name}.{os.getpid()}")
        try:
            tree.write(partial, encoding="utf-8", xml_declaration=True)
            partial.replace(self._path)
        except BaseException:
            partial.unlink(missing_ok=True)
            raise


def _text(text: str) -> str:
    return _FORBIDDEN.sub("", text)
