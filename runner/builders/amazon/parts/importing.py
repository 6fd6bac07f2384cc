"""From a disk in a bucket to an AMI: EC2's import, which takes its time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from runner.builders.amazon.parts.imaging import Making
from runner.builders.amazon.parts.site import Site
from runner.builders.amazon.shared.client import Refused
from runner.builders.amazon.shared.tagging import specifications
from runner.builders.amazon.shared.waiting import Patience, until
from runner.sdk import Failed

_IMPORTED = Patience(6 * 3600, 15)
"""EC2 converts a large disk for hours."""
_ROLE = "the import service needs a role, usually vmimport, that may read the bucket; role_name names another one"


async def imported(making: Making, site: Site, asked: Mapping[str, Any]) -> tuple[str, str]:
    """Return an import and the AMI that it has made. Raises ``Failed``; nothing is left then."""
    task = await making.entered("import", site.session.build, lambda: _begun(site, asked))
    site.session.say(f"Waiting for {task}")
    told = ""

    async def look() -> str | None:
        nonlocal told
        try:
            answer = await site.ec2("describe_import_image_tasks", ImportTaskIds=[task])
        except Refused as refused:
            if refused.missing:  # not every part of EC2 knows it yet
                return None
            raise
        found: Mapping[str, Any] = answer["ImportImageTasks"][0]
        status, message = found["Status"], found.get("StatusMessage", "")
        if status in ("deleting", "deleted"):
            raise Failed(f"{task} has failed: {message or 'no reason given'}", "format has to be that of the disk")
        if status == "completed":
            return str(found["ImageId"])
        if (now := f"{found.get('Progress', '0')} %{message and f', {message}'}") != told:
            told = now
            site.session.say(f"{task} is at {now}")
        return None

    return task, await until(task, look, _IMPORTED._replace(polling=site.polling), site.session.say)


async def _begun(site: Site, asked: Mapping[str, Any]) -> str:
    tags = specifications(site.marks, "import-image-task")
    try:
        told = await site.ec2("import_image", ClientToken=site.token("import"), TagSpecifications=tags, **asked)
    except Refused as refused:
        if refused.code == "InvalidParameter" and "role" in str(refused):
            refused.hint = _ROLE
        raise
    return str(told["ImportTaskId"])
