"""EC2 on this computer: moto for what is said, containers for what is done. Run as ``python ec2.py IMAGE LOG``.

The first line it writes is its address. It records every call, and fails calls when it is told to:

- ``GET /_sim/calls`` gives the calls, ``/_sim/open`` those without an answer yet, ``/_sim/left`` what an account pays
  for or stumbles over;
- ``POST /_sim/set`` with JSON: ``faults``, ``pace``, ``late``; calls are forgotten then.
"""

from __future__ import annotations

import io
import json
import os
import re
import signal
import sys
import threading
import time
import uuid
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

os.environ["MOTO_AMIS_PATH"] = str(Path(__file__).with_name("amis.json"))

import moto_images
import moto_imports
import moto_instances
from course import Course
from docker.api.client import APIClient
from machines import Machines
from moto.backends import get_backend
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, MotoRequestHandler, create_backend_app
from moto_images import ACCOUNT
from werkzeug.serving import make_server

_SCOPE = re.compile(r"Credential=[^/]+/\d+/([^/]+)/([^/]+)/")
_ERROR = """<Response><Errors><Error><Code>{code}</Code><Message>{message}</Message></Error></Errors>
<RequestID>{request}</RequestID></Response>"""

Start = Callable[..., Any]


class Simulator:
    """The application that answers."""

    def __init__(self, machines: Machines) -> None:
        self._machines = machines
        self._course = Course({})
        moto_instances.fill(machines, self._course)
        moto_instances.fill_groups()
        moto_instances.fill_profiles()
        moto_images.fill(machines, self._course)
        moto_imports.fill(self._course)
        self._moto = DomainDispatcherApplication(create_backend_app)
        self._lock = threading.Lock()
        self._calls: list[dict[str, Any]] = []
        self._faults: list[dict[str, Any]] = []
        self._open: list[str] = []

    def __call__(self, environ: dict[str, Any], start: Start) -> Iterable[bytes]:
        """Answer a request."""
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        if environ["PATH_INFO"].startswith("/_sim/"):
            return self._controlled(environ["PATH_INFO"], body, start)
        environ["wsgi.input"] = io.BytesIO(body)
        scope = _SCOPE.search(environ.get("HTTP_AUTHORIZATION", ""))
        region, service = scope.groups() if scope else ("", "")
        target = environ.get("HTTP_X_AMZ_TARGET", "")
        asked = {} if target or service == "s3" else dict(parse_qsl(body.decode("latin1"), keep_blank_values=True))
        verb = f"{environ['REQUEST_METHOD']} {environ['PATH_INFO']}" if service == "s3" else ""
        action = asked.pop("Action", "") or target.rpartition(".")[2] or verb
        asked.pop("Version", None)
        fault = self._fault(action, region, asked)
        with self._lock:
            self._open.append(action)
        try:
            return self._answered(environ, start, (service, region, action, asked), fault)
        finally:
            with self._lock:
                self._open.remove(action)

    def _answered(
        self, environ: dict[str, Any], start: Start, what: tuple[str, str, str, dict[str, str]],
        fault: dict[str, Any] | None,
    ) -> Iterable[bytes]:
        service, region, action, asked = what
        if fault is not None and (delay := fault.get("delay")):
            time.sleep(delay)
        if fault is not None and "code" in fault and not fault.get("after"):
            status, headers, answer = _refused(fault)
        else:
            with self._lock:
                if action.startswith("Describe"):
                    self._course.advance()
                status, headers, answer = self._asked(environ)
            if fault is not None and "code" in fault:
                status, headers, answer = _refused(fault)
        self._calls.append({
            "at": round(time.monotonic(), 3), "service": service, "region": region, "action": action, "params": asked,
            "status": int(status.split()[0]), "said": answer.decode(errors="replace")[:400] if status[0] != "2" else "",
        })
        start(status, [*headers, ("Content-Length", str(len(answer)))])
        return [answer]

    def _asked(self, environ: dict[str, Any]) -> tuple[str, list[tuple[str, str]], bytes]:
        told: list[Any] = []
        parts = self._moto(environ, lambda status, headers, *_: told.extend((status, headers)))
        answer = b"".join(parts)
        return told[0], [each for each in told[1] if each[0].lower() != "content-length"], answer

    def _fault(self, action: str, region: str, asked: dict[str, str]) -> dict[str, Any] | None:
        with self._lock:
            for each in self._faults:
                wanted = each.get("params", {}).items() <= asked.items() and each.get("region") in (None, region)
                if each["action"] == action and wanted and each.get("skip", 0) > 0:
                    each["skip"] -= 1
                elif each["action"] == action and wanted and each.get("times", 1) > 0:
                    each["times"] = each.get("times", 1) - 1
                    return each
        return None

    def _controlled(self, path: str, body: bytes, start: Start) -> Iterable[bytes]:
        answer: Any = None
        if path == "/_sim/calls":
            answer = self._calls
        elif path == "/_sim/open":
            answer = self._open
        elif path == "/_sim/left":
            with self._lock:
                answer = left()
        elif path == "/_sim/set":
            told = json.loads(body)
            with self._lock:
                self._faults, self._calls = told.get("faults", []), []
                self._course.pace = told.get("pace", {})
                self._machines.late = told.get("late", 0)
        text = json.dumps(answer).encode()
        start("200 OK", [("Content-Type", "application/json"), ("Content-Length", str(len(text)))])
        return [text]


def left() -> dict[str, list[str]]:
    """Return what there is that nobody was born with."""
    found: dict[str, list[str]] = {}

    def note(kind: str, names: Iterable[str]) -> None:
        found.setdefault(kind, []).extend(names)

    for backend in moto_images.used_backends():
        note("instances", (
            each.id for each in backend.all_instances() if each._state.name not in ("terminated", "shutting-down")
        ))
        note("key pairs", backend.key_pairs)
        note("security groups", (
            each.name for groups in backend.groups.values() for each in groups.values() if each.name != "default"
        ))
        note("volumes", backend.volumes)
        note("launch templates", (each.name for each in backend.launch_templates.values()))
        note("fleets", (each.id for each in backend.fleets.values() if each.fleet_type != "instant"))
        own = {each.id: each for each in backend.amis.values() if each.owner_id == ACCOUNT}
        note("images", (f"{backend.region_name}:{each}" for each in own))
        used = {
            device.get("Ebs", {}).get("SnapshotId") for each in backend.amis.values()
            for device in each.block_device_mappings
        }
        note("snapshots", (
            each.id for each in backend.snapshots.values() if each.id not in used and each.owner_id == ACCOUNT
        ))
    note("imports", moto_imports.active())
    note("objects", moto_imports.objects())
    identity = get_backend("iam")[ACCOUNT]["aws"]
    note("roles", (each.name for each in identity.roles.values()))
    note("instance profiles", (each.name for each in identity.instance_profiles.values()))
    return {kind: names for kind, names in found.items() if names}


def _refused(fault: dict[str, Any]) -> tuple[str, list[tuple[str, str]], bytes]:
    if "answer" in fault:
        return "200 OK", [("Content-Type", "text/xml")], fault["answer"].encode()
    text = _ERROR.format(code=fault["code"], message=fault.get("message", "as asked"), request=uuid.uuid4())
    return f"{fault.get('status', 400)} Refused", [("Content-Type", "text/xml")], text.encode()


class _Handler(MotoRequestHandler):  # type: ignore[misc]  # mypy skips moto, into whose classes we put things
    protocol_version = "HTTP/1.1"

    def log(self, *_: Any) -> None:
        return


def main(base: str) -> None:
    """Serve until somebody ends it."""
    machines = Machines(APIClient(base_url=os.environ.get("DOCKER_HOST"), timeout=120), base)
    server = make_server("127.0.0.1", 0, Simulator(machines), threaded=True, request_handler=_Handler)
    signal.signal(signal.SIGTERM, lambda *_: threading.Thread(target=server.shutdown).start())
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    print(f"http://127.0.0.1:{server.server_port}", flush=True)  # noqa: T201 - what it is asked for
    try:
        server.serve_forever()
    finally:
        machines.close()


if __name__ == "__main__":
    main(sys.argv[1])
