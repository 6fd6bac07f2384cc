from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from conftest import Ingot
from hypothesis import given
from hypothesis import strategies as st

from runner.events.event import CommandOutput, RunFinished, RunStarted, StepFinished, StepStarted
from runner.reports.junit import JUnit

PLAYBOOK = """
sources: {a: {builder: "null", communicator: none}}
plays:
  - name: good
    sources: [a]
    tasks:
      - {name: Say, shell_local: echo hello}
      - {name: Never, debug: {}, when: false}
      - {name: Ignored, fail: {msg: so what}, ignore_errors: true}
  - name: bad
    sources: [a]
    tasks:
      - {name: Break, shell_local: "echo before; exit 3"}
"""


@pytest.fixture
def report(ingot: Ingot) -> ET.Element:
    ingot.write({"playbook.yml": PLAYBOOK})
    assert ingot("build", "playbook.yml", "--junit", "out/report.xml").status == 4
    return ET.parse(ingot.directory / "out" / "report.xml").getroot()


def test_each_build_is_a_suite_and_each_step_a_case(report: ET.Element) -> None:
    counts = {suite.get("name"): (suite.get("tests"), suite.get("failures"), suite.get("skipped")) for suite in report}
    assert counts == {"good.a": ("5", "0", "1"), "bad.a": ("2", "1", "0")}
    assert (report.get("tests"), report.get("failures")) == ("7", "1")
    case = report.find("testsuite[@name='good.a']/testcase[@name='Say']")
    assert case is not None
    assert (case.get("classname"), case.get("file"), case.get("line")) == ("good.a.tasks", "playbook.yml", "7")
    assert case.findtext("system-out") == "hello"


def test_a_failure_has_its_message_and_its_output(report: ET.Element) -> None:
    case = report.find("testsuite[@name='bad.a']/testcase[@name='Break']")
    assert case is not None
    assert "exit status 3" in str(case.findtext("failure"))
    assert case.findtext("system-out") == "before"


@given(text=st.text(st.characters(codec=None, exclude_categories=())))
def test_whatever_is_said_the_report_is_xml(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.mktemp("junit") / "report.xml"
    report = JUnit(Path(path))
    for event in (
        RunStarted("run", text, (text,)), StepStarted(text, 1, text, "tasks", "shell", "p.yml:1", text or None),
        CommandOutput(text, 1, "stdout", text), StepFinished(text, 1, text, "tasks", "failed", 1.0, text),
        RunFinished("run", 1.0, {}),
    ):
        report(event)
    ET.parse(path)
