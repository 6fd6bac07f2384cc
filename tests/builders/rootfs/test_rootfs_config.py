"""The configuration of a container image."""

from __future__ import annotations

from typing import Any

import pytest

from runner.builders.rootfs.config import changed
from runner.builders.rootfs.options import Options

BASE = {
    "Env": ["PATH=/bin", "A=1"], "Entrypoint": ["/entry"], "Cmd": ["arg"], "Labels": {"a": "1", "b": "1"},
    "ExposedPorts": {"1/tcp": {}}, "Image": "sha256:0", "OnBuild": ["RUN x"], "User": "them",
}
KEPT = {key: value for key, value in BASE.items() if key not in ("Image", "OnBuild")}
CASES: list[tuple[dict[str, Any], dict[str, Any]]] = [
    ({}, KEPT),
    ({"env": {"A": "2", "B": "x=y"}}, {**KEPT, "Env": ["PATH=/bin", "A=2", "B=x=y"]}),
    ({"cmd": ["other"]}, {**KEPT, "Cmd": ["other"]}),
    # A program's arguments are of no use to another.
    ({"entrypoint": ["/mine"]}, {**{key: KEPT[key] for key in KEPT if key != "Cmd"}, "Entrypoint": ["/mine"]}),
    ({"entrypoint": [], "cmd": ["x"]}, {**KEPT, "Entrypoint": [], "Cmd": ["x"]}),
    ({"labels": {"b": "2"}, "user": "me"}, {**KEPT, "Labels": {"a": "1", "b": "2"}, "User": "me"}),
    ({"exposed_ports": ["2", "3/udp"]}, {**KEPT, "ExposedPorts": {"1/tcp": {}, "2/tcp": {}, "3/udp": {}}}),
    ({"volumes": ["/v"], "stop_signal": "TERM", "workdir": "/w"},
     {**KEPT, "Volumes": {"/v": {}}, "StopSignal": "TERM", "WorkingDir": "/w"}),
]


@pytest.mark.parametrize(("options", "expected"), CASES)
def test_what_a_base_says_is_kept_and_changed(options: dict[str, Any], expected: dict[str, Any]) -> None:
    assert changed({"config": BASE}, Options(from_="x", **options)) == expected
